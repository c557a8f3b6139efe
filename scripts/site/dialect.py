"""The Markdown of GitHub, as far as the pages use it: an extension of Python-Markdown.

GitHub nests what belongs to an item of a list by the width of its mark, and lets a list follow a paragraph without an
empty line. Python-Markdown needs four spaces and the empty line. `tests/test_site.py` compares both for every page.
"""

from __future__ import annotations

import re
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

_ITEM = re.compile(r"(?:[*-]|\d+\.) +")
_VERBATIM = re.compile(r"\s*```|.*</?pre>")


class _Lists(Preprocessor):  # type: ignore[misc] # it is in the environment of MkDocs
    """Indent lists as Python-Markdown wants them."""

    def run(self, lines: list[str]) -> list[str]:
        found: list[str] = []
        widths: list[int] = []  # where the text of each open item begins
        is_verbatim = False
        previous = ""
        for line in lines:
            text = line.lstrip()
            indent = len(line) - len(text)
            item = None if is_verbatim else _ITEM.match(text)
            begun = len(widths)
            is_mark = _VERBATIM.match(line) is not None
            if text and not is_verbatim and (item or is_mark or not previous.strip()):
                widths = [width for width in widths if width <= indent]
            is_verbatim ^= is_mark
            begins = item and len(widths) >= begun and not _ITEM.match(previous.lstrip())
            ends = not item and len(widths) < begun
            if text and previous.strip() and (begins or ends):
                found.append("")
            shown = text if item else line[min(indent, widths[-1] if widths else 0) :]
            found.append(" " * 4 * len(widths) + shown if text else "")
            if item:
                widths.append(indent + item.end())
            previous = line
        return found


class GitHubDialect(Extension):  # type: ignore[misc] # as above
    def extendMarkdown(self, md: Markdown) -> None:
        md.preprocessors.register(_Lists(md), "lists-of-github", 26)


def makeExtension(**settings: Any) -> GitHubDialect:
    """Return the extension; Python-Markdown calls this function."""
    return GitHubDialect(**settings)
