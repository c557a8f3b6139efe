"""Tables of Markdown pages."""

from __future__ import annotations

import re
from collections.abc import Iterable


def replaced(text: str, head: str, rows: Iterable[Iterable[str]]) -> str:
    """Return the page `text` with other rows in its one table that has the header line `head`."""
    table = re.compile(rf"^{re.escape(head)}\n(?:\|[^\n]*\n)*", re.MULTILINE)
    lines = [head, "|---" * (head.count("|") - 1) + "|", *(row(cells) for cells in rows)]
    new, count = table.subn(lambda _: "".join(f"{line}\n" for line in lines), text)
    if count != 1:
        raise ValueError(f"the page has {count} tables with the header `{head}`")
    return new


def row(cells: Iterable[str]) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")
