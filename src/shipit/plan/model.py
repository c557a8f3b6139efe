"""A plan: everything a release would do and why, as data that survives JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shipit.errors import Finding

if TYPE_CHECKING:
    from shipit.steps.base import Step  # deciding a version needs no step


@dataclass(frozen=True, slots=True)
class Remark:
    """One commit and what was decided about it: the rule that counted it, or the reason it does not count."""

    commit: str
    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The next version of one package and why. `version` is None when there is nothing to release.

    `package` is empty where the repository is one package.
    """

    package: str
    version: str | None
    previous: str | None
    bump: str
    tag: str | None
    reasons: tuple[Remark, ...] = ()
    ignored: tuple[Remark, ...] = ()
    unreadable: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedImage:
    """One image of an environment: `reference` is its tag that never moves, `reason` where its version is from.

    `name` is empty where it is the only one. `kept` are sentences about tags that stay where they are.
    """

    name: str
    reference: str
    version: str
    revision: str
    reason: str
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Building:
    """The images of an environment, and what builds them; empty where nothing has to be built."""

    environment: str
    images: tuple[PlannedImage, ...]
    builder: str = ""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a plan was made from; a saved plan is refused when these changed.

    `base` is the commit it was made on, `config` the fingerprint of the configuration.
    """

    base: str
    branch: str | None
    config: str


@dataclass(frozen=True, slots=True)
class Plan:
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
