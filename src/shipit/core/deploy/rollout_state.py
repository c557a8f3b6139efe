"""The state of a rollout that an engine makes by itself."""

from __future__ import annotations

from msgspec import Struct


class Rollout(Struct, frozen=True):
    """The state of a rollout: `done`, or the reason why it `failed`, or the reason to wait on."""

    done: bool = False
    failed: str = ""
    waiting: str = ""
