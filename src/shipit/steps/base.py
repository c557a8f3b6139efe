"""What a step is: a frozen dataclass that can look whether it is done, and do it.

A step's `check` only reads. It answers `Done` with the same outputs `apply` would give, re-derived
from the world, or `Todo`; it raises `ConflictError` when the world contradicts the plan.
`apply` makes `check` answer `Done`, or raises. Applying twice is the same as applying once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from shipit.world import World

Outputs = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Done:
    """The wanted state holds already; `outputs` are what applying would have returned."""

    outputs: Outputs = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Todo:
    """Something is left to do; `why` says what, for people."""

    why: str = ""


class Step(Protocol):
    """One entry of a plan. `kind` is its name in JSON, in the documentation and in errors.

    `public` says whether others can see the effect: what comes before the first such step leaves no trace.
    """

    kind: ClassVar[str]
    public: ClassVar[bool]

    @property
    def id(self) -> str:
        """Stable within a plan: `kind` and what it is about, as in `create-tag:v1.4.0`."""

    @property
    def summary(self) -> str:
        """One line for people: what applying does."""

    def check(self, world: World) -> Done | Todo: ...

    def apply(self, world: World) -> Outputs: ...
