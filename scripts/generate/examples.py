"""The files of `examples/` on the pages that show them.

A page says `<!-- file: PATH -->` above the block of code that holds the file.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"(<!-- file: (?P<path>\S+) -->\n```\w+\n).*?(```\n)", re.DOTALL)


def files(text: str) -> str:
    """Return the page `text` with the files that it shows as they are now."""
    return _BLOCK.sub(lambda found: found[1] + (ROOT / found["path"]).read_text(encoding="utf-8") + found[3], text)
