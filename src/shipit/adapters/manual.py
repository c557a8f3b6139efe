"""The page docs/errors.md, which is installed with shipit."""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def errors_page() -> str:
    """Return the text of the page, which explains all errors, findings and exit statuses."""
    installed = resources.files("shipit") / "docs" / "errors.md"
    # An editable install runs from the repository, which has the page in its own directory.
    page = installed if installed.is_file() else Path(__file__).parents[3] / "docs" / "errors.md"
    return page.read_text("utf-8")
