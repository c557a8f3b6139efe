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
    `merged` are those of `finishes` whose pull request was merged. `pull_request` is the branch of the pull request
    that proposes the release; if each package has a pull request of its own, it is all these branches, with `, `
    between them. It is empty for a plan that makes the release.
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
    merged: tuple[str, ...] = ()
    pull_request: str = ""

    @property
    def to_release(self) -> tuple[Decision, ...]:
        """The packages that have a next version."""
        return tuple(decision for decision in self.decisions if decision.version)

    @property
    def proposal_branches(self) -> tuple[str, ...]:
        """The branches of the pull requests that propose the releases; empty for a plan that makes them."""
        return tuple(self.pull_request.split(", ")) if self.pull_request else ()

    @property
    def releases(self) -> bool:
        """True if the plan makes or finishes a release, and does not only propose one."""
        return bool(self.finishes or (self.to_release and not self.pull_request))
