"""Workflows as teams write them, and what `shipit init` makes of each.

A case is a workflow in `workflows/`, and beside it the expected text: the report, `shipit.toml`, and the new workflow.
`SHIPIT_ACCEPT=1` writes the expected texts.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shipit.core.versions import Version
from shipit.importers import Repository, read_settings
from shipit.plan.adoption import Adoption, adoption_of
from shipit.plan.adoption.model import PIPELINE_FILE
from shipit.plan.views import render_adoption

ACCEPT = "SHIPIT_ACCEPT" in os.environ
CASES = sorted(Path(__file__).parent.glob("workflows/*.yml"))


def adoption(case: Path) -> Adoption:
    """Return the adoption of a repository whose only workflow is that of a case."""
    workflows = {f".github/workflows/{case.name}": case.read_text()}
    repository = Repository(lambda path: None, "main", ("v1.2.0",), Version(1, 2), workflows, "acme/shop")
    return adoption_of(repository, read_settings(repository))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_each_step_of_a_workflow_is_converted_or_named_with_its_line(case: Path) -> None:
    found = adoption(case)
    written = "".join(f"--- {path}\n{text}" for path, text in found.files.items())
    text, expected = f"{render_adoption(found)}{written}", case.with_suffix(".expected")
    if ACCEPT:
        expected.write_text(text)
    assert text == expected.read_text()


def test_there_are_at_least_twenty_shapes() -> None:
    assert len(CASES) >= 20


def test_the_workflow_is_not_read_again_as_one_of_the_old_ones() -> None:
    assert adoption(CASES[0]).files.keys() <= {"shipit.toml", PIPELINE_FILE}
