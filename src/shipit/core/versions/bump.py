"""How much a version rises.

>>> effective_bump(Bump.MAJOR, major=0, major_on_zero=False).name
'MINOR'
>>> effective_bump(Bump.MAJOR, major=1, major_on_zero=False).name
'MAJOR'
"""

from __future__ import annotations

import enum


class Bump(enum.IntEnum):
    """NONE < PATCH < MINOR < MAJOR."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


def effective_bump(bump: Bump, *, major: int, major_on_zero: bool) -> Bump:
    """The bump as it applies to a version whose major part is `major`.

    Leaving 0.x cannot be taken back, so while major is 0 a breaking change raises the minor part
    (SemVer 2.0.0, item 4), unless `major_on_zero` says otherwise.
    """
    return Bump.MINOR if bump is Bump.MAJOR and major == 0 and not major_on_zero else bump
