"""Foreign text on a terminal.

>>> printable("feat: red \\x1b[31malert")
'feat: red \\\\x1b[31malert'
"""

from __future__ import annotations

import re

# Control characters move the cursor or recolour the screen; bidirectional overrides reorder what is read.
_ACTIVE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """One line of text with everything active in it shown as an escape."""
    return _ACTIVE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
