"""A plan: everything a release would do and why, as data that survives JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from shipit.finding import Finding

if TYPE_CHECKING:
    from shipit.steps.base import Step
else:
    Step = object  # deciding a version loads no step, but who asks for a plan's signature needs the name


class Remark(Struct, frozen=True):
    """One commit and what was decided about it: the rule that counted it, or the reason it does not count."""

    commit: str
    subject: str
    reason: str


class Coming(Struct, frozen=True):
    """The next version of one package. `version` is None when there is nothing to release.

    `package` is empty where the repository is one package.
    """

    package: str
    version: str | None


class Decision(Coming, frozen=True):
    """The next version of one package, and why."""

    previous: str | None
    bump: str
    tag: str | None
    reasons: tuple[Remark, ...] = ()
    ignored: tuple[Remark, ...] = ()
    unreadable: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()


class PlannedImage(Struct, frozen=True):
    """One image of an environment: `reference` is its tag that never moves, `reason` where its version is from.

    `name` is empty where it is the only one. `kept` are sentences about tags that stay where they are.
    """

    name: str
    reference: str
    version: str
    revision: str
    reason: str
    kept: tuple[str, ...] = ()


class Building(Struct, frozen=True):
    """The images of an environment, and what builds them; empty where nothing has to be built."""

    environment: str
    images: tuple[PlannedImage, ...]
    builder: str = ""


class Inputs(Struct, frozen=True):
    """What a plan was made from; a saved plan is refused when these changed.

    `base` is the commit it was made on, `config` the fingerprint of the configuration.
    """

    base: str
    branch: str | None
    config: str


class Plan(Struct, frozen=True):
    """What will be done, in order.

    `finishes` names the tags of releases that were cut off and are completed, `versions` their versions.
    `building` is there where images are built and nothing is released.
    """

    decisions: tuple[Decision, ...]
    inputs: Inputs
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: str = ""
    finishes: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    building: Building | None = None

    @property
    def due(self) -> tuple[Decision, ...]:
        """The packages that are released."""
        return tuple(decision for decision in self.decisions if decision.version)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that stop nothing."""
        return tuple(finding for finding in self.findings if finding.severity == "warning")
