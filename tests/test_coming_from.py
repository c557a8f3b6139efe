"""The guides about coming from another tool: the settings in them, read for real. `SHIPIT_ACCEPT=1` writes the results."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from shipit.core.versions import Version
from shipit.importers import RepositoryFacts, read_settings
from shipit.plan.adoption import adoption_of
from shipit.plan.views import render_adoption

GUIDES = Path(__file__).parent.parent / "docs/guides"
PAGES = sorted(GUIDES.glob("coming-from-*.md"))
ACCEPT = "SHIPIT_ACCEPT" in os.environ
SETTINGS = re.compile(r"<!-- settings: (\S+) -->\n```\w+\n(.*?)```\n", re.DOTALL)
FILE = re.compile(r"<!-- file: (\S+) (.*) -->")
OUTPUT = re.compile(r"(<!-- output of the settings -->\n```text\n)(.*?)(```\n)", re.DOTALL)


def output(page: str) -> str:
    """Return the text of the run with the settings of a page."""
    files = {path: json.loads(text) for path, text in FILE.findall(page)} | dict(SETTINGS.findall(page))
    repository = RepositoryFacts(files.get, "main", ("v0.4.0",), Version(0, 4))
    adoption = adoption_of(repository, read_settings(repository))
    return f"{render_adoption(adoption)}\n{adoption.text}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_settings_in_a_guide_become_what_it_shows(page: Path) -> None:
    text = page.read_text()
    expected = output(text)
    if ACCEPT:
        page.write_text(OUTPUT.sub(lambda found: f"{found[1]}{expected}{found[3]}", text))
    assert OUTPUT.search(page.read_text())[2] == expected  # type: ignore[index]
