"""The tables of `docs/limits.md` and `docs/limits.ko.md`: one for each area, from `shipit.core.limits`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

from scripts.generate.tables import row
from shipit.core import limits

_TABLE = r"(?<=<!-- limits: {} -->\n)(?:\|[^\n]*\n)*"
_ROW = re.compile(r"^\| `([a-z-]+)` \| (.*?) \| `[^`]*` \| (.*?) \|.*\|\n", re.MULTILINE)
_HEADS = {"en": "| name | limit | value | at the limit | key |", "ko": "| 이름 | 한계 | 값 | 넘으면 | 키 |"}


def english(text: str) -> str:
    """Return the page with its tables."""
    return _page(text, _HEADS["en"], {})


def korean(text: str) -> str:
    """Return the page with its tables: the words of a row that the page has stay, because they are a translation."""
    return _page(text, _HEADS["ko"], {name: (subject, outcome) for name, subject, outcome in _ROW.findall(text)})


def _page(text: str, head: str, words: dict[str, tuple[str, str]]) -> str:
    for area in get_args(limits.Area):
        table = "\n".join([head, "|---" * (head.count("|") - 1) + "|", *_rows(area, words), ""])
        text, count = re.subn(_TABLE.format(area), table.replace("\\", r"\\"), text)
        if count != 1:
            raise ValueError(f"the page has {count} places for the limits of `{area}`")
    return text


def _rows(area: str, words: dict[str, tuple[str, str]]) -> Iterator[str]:
    for constant, limit in vars(limits).items():
        if isinstance(limit, limits.Limit) and limit.area == area:
            name = constant.lower().replace("_", "-")
            subject, outcome = words.get(name, (limit.subject, limit.outcome))
            yield row((f"`{name}`", subject, f"`{limit.written}`", outcome, f"`{limit.key}`" if limit.key else ""))
