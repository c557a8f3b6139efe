"""The plan of a release, as data that survives JSON."""

from __future__ import annotations

from typing import ClassVar

from shipit.plan.model import Plan
from shipit.plan.version import CommitReason, Decision


class ReleasePlan(Plan, frozen=True, kw_only=True):
    """The steps that make a release, and the decisions about the next version of each package.

    `notes` are the release notes of all packages, as Markdown. A plan that finishes releases makes no new one: then
    `finishes` are the tags of the unfinished releases and `versions` their versions, and `decisions` is empty.
    `packages` are the names of their packages, in a repository with several packages.
    `ignored` are the commits of no package: they change no file of any package.
    """

    command: ClassVar[str] = "release"
    purpose: ClassVar[str] = "release"
    untouched: ClassVar[str] = "nothing was changed: the repository and its remote are as they were"

    decisions: tuple[Decision, ...]
    notes: str = ""
    finishes: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    ignored: tuple[CommitReason, ...] = ()

    @property
    def to_release(self) -> tuple[Decision, ...]:
        """The packages that have a next version."""
        return tuple(decision for decision in self.decisions if decision.version)
