"""Bumps: the parts of a version that a release raises.

>>> effective_bump(Bump.MAJOR, major=0, major_on_zero=False).name
'MINOR'
>>> effective_bump(Bump.MAJOR, major=1, major_on_zero=False).name
'MAJOR'
>>> effective_bump(Bump.MINOR, major=0, major_on_zero=False, feature_on_zero=Bump.PATCH).name
'PATCH'
"""

from __future__ import annotations

import enum


class Bump(enum.IntEnum):
    """The part of a version that is raised; NONE < PATCH < MINOR < MAJOR."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


def effective_bump(bump: Bump, *, major: int, major_on_zero: bool, feature_on_zero: Bump = Bump.MINOR) -> Bump:
    """Return the bump that is applied to a version with the major part `major`.

    While major is 0, a breaking change raises only the minor part (SemVer 2.0.0, item 4), because the step to 1.0.0
    cannot be undone. With `major_on_zero` it raises the major part. A feature raises the part `feature_on_zero`.
    """
    if major > 0:
        return bump
    if bump is Bump.MINOR:
        return feature_on_zero
    return Bump.MINOR if bump is Bump.MAJOR and not major_on_zero else bump
