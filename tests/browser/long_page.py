"""The page of `shipit report` in a real headless browser, by `make test-browser`.

Each page is opened in both themes, at the width of a phone and of a desk, and checked by axe. The screenshots are kept
in build/browser, for people.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from browser.pages import write_pages

ROOT = Path(__file__).parents[2]
MODULES = ROOT / ".cache" / "browser"
PICTURES = ROOT / "build" / "browser"
pytestmark = pytest.mark.timeout(900)
BROWSERS = ("chromium", "google-chrome", "chromium-browser")


@pytest.fixture(scope="module")
def looks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The findings of the browser, by page, theme and width."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None or not (MODULES / "node_modules").is_dir():
        pytest.skip("not installed: a browser and its driver (make test-browser installs them)")
    PICTURES.mkdir(parents=True, exist_ok=True)
    pages = list(write_pages(tmp_path_factory.mktemp("pages")))
    command: list[str | Path] = ["node", Path(__file__).parent / "look.mjs", MODULES, browser, PICTURES, *pages]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return {look["name"]: look for look in json.loads(done.stdout)}


def test_every_page_is_opened_in_both_themes_and_widths(looks: dict[str, dict[str, Any]]) -> None:
    assert len(looks) == 5 * 2 * 2  # pages, themes, widths


def test_the_console_has_no_errors_and_no_request_is_made(looks: dict[str, dict[str, Any]]) -> None:
    assert {name: found for name, look in looks.items() if (found := look["errors"] + look["requests"])} == {}


def test_axe_finds_no_violation(looks: dict[str, dict[str, Any]]) -> None:
    assert all(look["checked"] > 10 for name, look in looks.items() if not name.startswith("many"))
    assert {name: look["violations"] for name, look in looks.items() if look["violations"]} == {}


def test_nothing_is_wider_than_the_window(looks: dict[str, dict[str, Any]]) -> None:
    assert {name: look["overflow"] for name, look in looks.items() if look["overflow"] > 0} == {}


def test_all_parts_open_by_the_keyboard_and_the_last_release_of_ten_thousand_can_be_seen(
    looks: dict[str, dict[str, Any]],
) -> None:
    handled = {name: look for name, look in looks.items() if look.get("rows")}
    assert {name for name, look in handled.items() if look["unopened"] or not (look["last"] and look["end"])} == set()
    assert handled["many-en-light-1400"]["rows"] == 10_000
