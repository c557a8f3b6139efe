"""How much a version rises."""

from __future__ import annotations

import enum


class Bump(enum.IntEnum):
    """NONE < PATCH < MINOR < MAJOR."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3
