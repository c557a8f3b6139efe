"""Bumps: the parts of a version that a release raises.

>>> effective_bump(Bump.MAJOR, major=0, major_on_zero=False).name
'MINOR'
>>> effective_bump(Bump.MAJOR, major=1, major_on_zero=False).name
'MAJOR'
"""

from __future__ import annotations

import enum


class Bump(enum.IntEnum):
    """The part of a version that is raised; NONE < PATCH < MINOR < MAJOR."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


def effective_bump(bump: Bump, *, major: int, major_on_zero: bool) -> Bump:
    """Return the bump that is applied to a version with the major part `major`.

    While major is 0, a breaking change raises only the minor part (SemVer 2.0.0, item 4), because the step to 1.0.0
    cannot be undone. With `major_on_zero` it raises the major part.
    """
    return Bump.MINOR if bump is Bump.MAJOR and major == 0 and not major_on_zero else bump
