r"""Foreign text where it is shown: on a terminal, in the log of a CI, in JSON.

>>> printable("feat: red \x1b[31malert")
'feat: red \\x1b[31malert'

The runner of GitHub Actions takes `::add-mask::x` at the beginning of a line, and `##[add-mask]x` anywhere, for
commands (ActionCommand.cs of actions/runner):

>>> printable(" ::add-mask::1.0.0"), printable("fix: ##[add-mask]1.0.0")
(' \\x3a:add-mask::1.0.0', 'fix: ##\\x5badd-mask]1.0.0')
>>> printable_json('{"subject": "\x9b31m ##[add-mask]1.0.0"}')
'{"subject": "\\u009b31m ##\\u005badd-mask]1.0.0"}'
"""

from __future__ import annotations

import re

# Control characters move the cursor or recolour the screen; marks of direction reorder what is read.
_CONTROL = "\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
# Compiled when they are first used: what prints a version alone needs neither.
_ACTIVE = rf"[\x00-\x1f{_CONTROL}]|(?<=##)\[|^[^\S\x00-\x1f{_CONTROL}]*:(?=:)"
_ACTIVE_IN_JSON = rf"[{_CONTROL}]|(?<=##)\["


def printable(text: str) -> str:
    """One line of text with everything active in it shown as an escape."""
    return re.sub(_ACTIVE, _escaped, text)


def printable_json(text: str) -> str:
    """The same JSON with everything active in its texts written as an escape."""
    return re.sub(_ACTIVE_IN_JSON, lambda found: f"\\u{ord(found[0]):04x}", text)


def _escaped(found: re.Match[str]) -> str:
    before, character = found[0][:-1], found[0][-1]
    shown = character.encode("unicode_escape").decode()
    return before + (f"\\x{ord(character):02x}" if shown == character else shown)
