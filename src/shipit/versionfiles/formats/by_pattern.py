"""Any file: the version is where a pattern such as `ktx:{version}` matches, which must be exactly one place.

>>> by_pattern("ktx:{version}").write('implementation("acme:ktx:1.2.3")', "1.3.0")
'implementation("acme:ktx:1.3.0")'

A pattern is plain text: only `{version}` has a meaning. It stands for three numbers with dots, and for what can follow
them in a version of SemVer; in a pre-release, only a number can follow a dot, as for the marker.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from shipit.core import limits
from shipit.core.redact import shortened
from shipit.versionfiles.base import Place, Span, TextFormat, VersionFileError, ambiguous
from shipit.versionfiles.formats.marker import VERSION

PLACEHOLDER = "{version}"


def by_pattern(text: str) -> TextFormat:
    """Return the format of a file whose version is where the pattern `text` matches; it contains `{version}` once."""
    return TextFormat(partial(_find, text))


def _find(pattern: str, text: str, paths: Sequence[str]) -> list[Span]:
    before, _, after = pattern.partition(PLACEHOLDER)
    found = [Span(*match.span("version")) for match in re.finditer(_expression(before, after), text)]
    shown = shortened(pattern, limits.QUOTED_TEXT)
    if not found:
        hint = f"write a version such as `0.1.0` there: `{shown.replace(PLACEHOLDER, '0.1.0')}`; or correct `pattern`"
        raise VersionFileError(f"`{shown}` matches no place in this file", hint=hint)
    if len(found) > 1:
        places = [Place(shown, span) for span in found]
        raise ambiguous(text, shown, places, "write more of the text around the version into `pattern`")
    return found


def _expression(before: str, after: str) -> str:
    """Return the regular expression of a pattern with the text `before` and `after` the version."""
    begin = re.escape(before) if before else r"(?<![\w.])"
    return f"{begin}(?P<version>{VERSION}){re.escape(after)}"
