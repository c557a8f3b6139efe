"""Search in the page docs/errors.md for the entry about one error, finding or exit status.

>>> page = "| 7 | no version serves | [UnsafeError](#unsafeerror) |\\n\\n## UnsafeError\\n\\nStatus 7. Bad.\\n"
>>> explanations(page)["unsafeerror"]
'UnsafeError\\n\\nStatus 7. Bad.\\n'
>>> explanations(page)["7"]
'7\\n\\nno version serves\\n\\nUnsafeError\\n'
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_ROW = re.compile(r"\| `?([a-z\d-]+)`? \| (.+?) \|(?: (.+?) )?\|$", re.MULTILINE)


def explanations(page: str) -> dict[str, str]:
    """Return each entry of the page by its name in lower case: a kind of error, a code, or an exit status."""
    return {name.lower(): f"{name}\n\n{text}\n" for name, text in _entries(_LINK.sub(r"\1", page))}


def _entries(page: str) -> Iterator[tuple[str, str]]:
    for section in page.split("\n## ")[1:]:
        name, _, text = section.partition("\n")
        if " " not in name and "|---" not in text:
            yield name, text.strip()
    for row in _ROW.finditer(page):
        what, to_do = row.groups()[1:]
        label = "" if row[1].isdigit() else "What to do: "  # an exit status has its errors there
        yield row[1], f"{what}\n\n{label}{to_do}" if to_do else what
