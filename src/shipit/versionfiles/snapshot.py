"""The declared version: the version of a version file as a SemVer version, without `-SNAPSHOT`.

>>> declared("1.2.3-SNAPSHOT")
'1.2.3'
>>> declared("1.0-SNAPSHOT")
'1.0.0'
"""

from __future__ import annotations

import re

from shipit.core import limits
from shipit.core.pattern import pattern
from shipit.core.redact import shortened
from shipit.versionfiles.base import VersionFileError

_NUMBER = r"(0|[1-9]\d{0,17})"
_FOUND = pattern(rf"{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?([-+][0-9A-Za-z.+-]{{1,200}})?", re.ASCII)


def declared(found: str) -> str:
    """Return the version `found` in a file as a SemVer version, without `-SNAPSHOT` and with 0 for missing numbers.

    Raises:
        VersionFileError: `found` is not a version.
    """
    match = _FOUND.fullmatch(found.removesuffix("-SNAPSHOT"))
    if match is None:
        raise VersionFileError(
            f"`{shortened(found, limits.QUOTED_TEXT)}` is not a version",
            hint="write it as MAJOR.MINOR.PATCH, such as `0.1.0`",
        )
    major, minor, patch, rest = match.groups()
    return f"{major}.{minor or 0}.{patch or 0}{rest or ''}"
