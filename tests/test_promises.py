"""The pages of promises: each promise has a test that exists, the same one in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "docs" / "promises.md", ROOT / "docs" / "promises.ko.md"]
ROW = re.compile(r"^\| (?P<promise>.+) \| (?P<test>.+) \|$", re.MULTILINE)
TEST = re.compile(r"`(?P<file>[\w/]+\.py)::(?P<name>test_\w+)`")


def named_tests(page: Path) -> list[str]:
    """Return the last cell of each row that is no head of a table."""
    rows = [found["test"] for found in ROW.finditer(page.read_text(encoding="utf-8"))]
    return [cell for cell in rows if cell not in ("test", "테스트", "---")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_promise_names_a_test_that_exists(page: Path) -> None:
    cells = named_tests(page)
    assert len(cells) > 50
    for cell in cells:
        named = TEST.fullmatch(cell)
        assert named, cell
        defined = re.findall(r"^def (test_\w+)", (ROOT / "tests" / named["file"]).read_text(encoding="utf-8"), re.M)
        assert named["name"] in defined, cell


def test_both_languages_promise_the_same() -> None:
    assert named_tests(PAGES[0]) == named_tests(PAGES[1])
