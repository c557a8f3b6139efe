"""The workflows that `shipit init` writes, as the checkers see them, and beside the old ones in real runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from action.contract import Tree, findings, repository
from action.test_checkers import BIN, said, zizmor

from shipit.plan.adoption.model import PIPELINE_FILE
from shipit.plan.adoption.pipeline import CHECKOUT, SETUP_JAVA, SETUP_NODE

EXPECTED = Path(__file__).parents[1] / "plan/adoption/workflows"


def written(case: Path) -> str:
    """Return the workflow that a case of the conversion expects; empty for a case without one."""
    return case.read_text().partition(f"--- {PIPELINE_FILE}\n")[2]


PIPELINES = {case.stem: text for case in sorted(EXPECTED.glob("*.expected")) if (text := written(case))}


@pytest.fixture
def pipelines(tmp_path: Path) -> list[Path]:
    """The workflows as files, with the commit filled in."""
    for name, text in PIPELINES.items():
        filled = text.replace("OWNER", "octo").replace("@COMMIT", "@" + "1" * 40 + " # v1.0.0")
        (tmp_path / f"{name}.yml").write_text(filled)
    return sorted(tmp_path.glob("*.yml"))


def test_zizmor_finds_no_attack_path(pipelines: list[Path]) -> None:
    assert len(pipelines) >= 20
    assert zizmor(*pipelines) == ""


def test_they_have_the_form_of_workflows(pipelines: list[Path]) -> None:
    assert said([BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *pipelines]) == ""


def test_they_fit_the_action() -> None:
    texts = {f"examples/{name}.yml": text for name, text in PIPELINES.items()}
    assert findings(Tree({**repository(), **texts})) == []


def test_they_use_the_actions_of_this_repository() -> None:
    own = "".join(text for path, text in repository().items() if path.startswith(".github/workflows/"))
    assert [each for each in (CHECKOUT, SETUP_JAVA, SETUP_NODE) if each not in own] == []
