r"""Escapes for text from outside before it is printed: on a terminal, in the log of a CI, in JSON.

>>> printable("feat: red \x1b[31malert")
'feat: red \\x1b[31malert'

The runner of GitHub Actions executes `::add-mask::x` at the beginning of a line, and `##[add-mask]x` anywhere, as
commands (ActionCommand.cs of actions/runner). Both are escaped:

>>> printable(" ::add-mask::1.0.0"), printable("fix: ##[add-mask]1.0.0")
(' \\x3a:add-mask::1.0.0', 'fix: ##\\x5badd-mask]1.0.0')
>>> printable_json('{"subject": "\x9b31m ##[add-mask]1.0.0"}')
'{"subject": "\\u009b31m ##\\u005badd-mask]1.0.0"}'
"""

from __future__ import annotations

import re

# Control characters move the cursor or change colors; bidirectional marks change the order in which text is shown.
_CONTROL = "\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
# Strings, compiled at their first use: a command that prints only a version needs neither.
_ACTIVE = rf"[\x00-\x1f{_CONTROL}]|(?<=##)\[|^[^\S\x00-\x1f{_CONTROL}]*:(?=:)"
_ACTIVE_IN_JSON = rf"[{_CONTROL}]|(?<=##)\["


def printable(text: str) -> str:
    """Return one line of text with control characters and runner commands escaped."""
    return re.sub(_ACTIVE, _escaped, text)


def printable_json(text: str) -> str:
    """Return the same JSON with control characters and runner commands in its strings escaped."""
    return re.sub(_ACTIVE_IN_JSON, lambda match: f"\\u{ord(match[0]):04x}", text)


def _escaped(match: re.Match[str]) -> str:
    before, character = match[0][:-1], match[0][-1]
    shown = character.encode("unicode_escape").decode()
    return before + (f"\\x{ord(character):02x}" if shown == character else shown)
