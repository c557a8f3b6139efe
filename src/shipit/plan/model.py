"""The part that every kind of plan has: printed, saved and applied in the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct

from shipit.finding import Finding, warnings_of

if TYPE_CHECKING:
    from shipit.steps.base import Step
else:
    Step = object  # a command that only reads history loads no step, but the annotation needs the name


class Inputs(Struct, frozen=True):
    """The state that a plan was made from; a saved plan is refused when it changed.

    `base` is the commit it was made on, `config` the fingerprint of the configuration.
    """

    base: str
    branch: str | None
    config: str


class Plan(Struct, frozen=True, kw_only=True):
    """The steps to carry out, in order, and the findings that block them.

    Each kind names the `command` that applies it, its `purpose` ("not ready to build images") and what is
    `untouched` while its findings block it.
    """

    command: ClassVar[str]
    purpose: ClassVar[str]
    untouched: ClassVar[str]

    inputs: Inputs
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that do not block the plan."""
        return warnings_of(self.findings)
