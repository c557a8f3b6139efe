"""The protocol of a step: a frozen `msgspec.Struct` that can check whether it is done, and apply itself.

`check` only reads. It returns `Todo`, or `Done` with the same outputs that `apply` returns, which it reads from the
world. It raises `ConflictError` if the world contradicts the plan.

`apply` makes the change or raises. After it, `check` returns `Done`. Applying twice is the same as applying once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Protocol

from msgspec import Struct, field

from shipit.world import World

Outputs = Mapping[str, str]

VERIFIED = "commit-verified"
"""The output of a step that commits through the forge: "true" if the forge shows the commit as Verified, or "false"."""


class Done(Struct, frozen=True):
    """The result of `check` for a step that is already done; `outputs` are those that `apply` would return."""

    outputs: Outputs = field(default_factory=dict)


class Todo(Struct, frozen=True):
    """The result of `check` for a step that is not done; `why` is the reason, for people."""

    why: str = ""


class Step(Protocol):
    """One entry of a plan.

    `kind` is its name in JSON, in the documentation and in errors. `public` is true if others can see its effect;
    until the first public step of a plan, nothing has changed for others.
    """

    kind: ClassVar[str]
    public: ClassVar[bool]

    @property
    def id(self) -> str:
        """The id, unique within a plan: `kind` and the thing that the step changes, as in `create-tag:v1.4.0`."""

    @property
    def summary(self) -> str:
        """The change that the step makes, in one line for people."""

    def check(self, world: World) -> Done | Todo:
        """Return whether the step is done, without changing anything; raise `ConflictError` on a contradiction."""

    def apply(self, world: World) -> Outputs:
        """Make the change, and return its outputs by name. Raises `ShipitError`."""
