"""The version that a person probably meant, for the message about a text that is not a version.

>>> meant_version("v1.4.0"), meant_version("1.4"), meant_version("01.4.0"), meant_version("next")
('1.4.0', '1.4.0', '1.4.0', '1.4.0')

The last one is only an example, because `next` is not similar to a version.
"""

from __future__ import annotations

import re

from shipit.core.limits import VERSION_LENGTH
from shipit.core.versions.version import is_version

_EXAMPLE = "1.4.0"
_NUMBER = r"0*(\d{1,18}?)"
# A string, compiled at its first use: compiling is slow, and few runs need it.
_SIMILAR = rf"(?a)[A-Za-z]{{0,10}}[-_/. =]?{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?([-+][0-9A-Za-z.+-]+)?"


def meant_version(text: str) -> str:
    """Return the version that `text` is most similar to, or else an example of a version."""
    similar = re.fullmatch(_SIMILAR, text) if len(text) <= VERSION_LENGTH else None
    if similar is None:
        return _EXAMPLE
    major, minor, patch, rest = similar.groups()
    version = f"{major}.{minor or 0}.{patch or 0}{rest or ''}"
    return version if is_version(version) else _EXAMPLE
