"""The fields that every kind of plan has. All plans are printed, saved and applied in the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct

from shipit.finding import Finding, warnings_of

if TYPE_CHECKING:
    from shipit.steps.base import Step
    from shipit.steps.repository import RestoreFile
else:
    Step = RestoreFile = object  # a command that only reads history loads no step, but the annotation needs the name


class Inputs(Struct, frozen=True):
    """The state that a plan was made from. A saved plan is refused when this state has changed.

    `base` is the id of the commit that the plan was made for, `branch` its branch (None when HEAD is detached and the
    CI names no branch), and `config` the fingerprint of the configuration.
    """

    base: str
    branch: str | None
    config: str


class Plan(Struct, frozen=True, kw_only=True):
    """The steps to carry out, in order, and the findings of the preflight.

    `way_back` are the steps that undo the changes of the working tree when a step fails before anything is public.

    Each kind of plan sets four texts for messages: the shipit `command` that applies it, `how_to_make` one that is
    saved, its `purpose` (as in "not ready to build images"), and `untouched`, the state in which a refused plan leaves
    everything.
    """

    command: ClassVar[str]
    how_to_make: ClassVar[str] = "shipit plan -o plan.json"
    purpose: ClassVar[str]
    untouched: ClassVar[str]

    inputs: Inputs
    steps: tuple[Step, ...] = ()
    way_back: tuple[RestoreFile, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def how_to_renew(self) -> str:
        """The command that makes and saves a plan like this one."""
        return self.how_to_make

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that do not block the plan."""
        return warnings_of(self.findings)
