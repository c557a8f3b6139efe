"""Look ahead: what merging a pull request releases."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from shipit.config.model import Config
from shipit.core.notes import Renderer
from shipit.core.occasion import PullRequest
from shipit.plan.announcement import announcement
from shipit.plan.decide import Verdict, coming_release
from shipit.plan.model import Decision
from shipit.plan.next import versions_at
from shipit.plan.packages import channel
from shipit.plan.squash import squash_of
from shipit.world import Clock, Git


class Preview(Struct, frozen=True):
    """What merging `pull_request` releases and why; `missing` is why that cannot be told.

    `notes` are those of the coming releases, as Markdown. `squashed` is what squashing it releases instead, where
    whoever merges may choose and that makes a difference.
    """

    pull_request: PullRequest
    decisions: tuple[Decision, ...] = ()
    notes: str = ""
    squashed: tuple[Decision, ...] | None = None
    missing: str | None = None

    @property
    def due(self) -> tuple[Decision, ...]:
        """The packages that are released."""
        return tuple(decision for decision in self.decisions if decision.version)

    @property
    def headline(self) -> str:
        """It all in one sentence."""
        if self.missing:
            return f"No preview: {self.missing}"
        also = "" if self.squashed is None else f", squashing it {_versions(self.squashed)}"
        return f"Merging this releases {_versions(self.decisions)}{also}"


def _versions(decisions: Iterable[Decision]) -> str:
    named = (f"{decision.package} {decision.version}".lstrip() for decision in decisions if decision.version)
    return ", ".join(named) or "nothing"


class Lookout(Struct, frozen=True):
    """From where to look ahead; `default` is the branch that releases when the configuration names none."""

    git: Git
    config: Config
    default: str | None
    notes: Renderer
    clock: Clock

    def preview(self, pull_request: PullRequest, merged: str | None) -> Preview:
        """What `merged`, the commit that merging makes, releases; None where there is none, as with a conflict.

        Raises `ConflictError` as `decide` does, `PreflightError` when the tags cannot be trusted.
        """
        base = pull_request.base
        if channel(self.config, base, self.default) is None:
            return Preview(pull_request, missing=f"`{base}` is not a branch that releases")
        if merged is None:
            return Preview(pull_request, missing=f"#{pull_request.number} cannot be merged as it is")
        return self._between(pull_request, self._merged(base, merged), self._squashed(pull_request, merged))

    def _merged(self, base: str, merged: str) -> tuple[Verdict, ...]:
        return versions_at(self.git, self.config, merged, base)

    def _squashed(self, pull_request: PullRequest, merged: str) -> tuple[Verdict, ...] | None:
        squash = None if pull_request.squashed is False else squash_of(self.git, pull_request, merged)
        return versions_at(self.git, self.config, merged, pull_request.base, squash.seen) if squash else None

    def _between(
        self, pull_request: PullRequest, merged: tuple[Verdict, ...], squashed: tuple[Verdict, ...] | None
    ) -> Preview:
        """The way it will be merged, and the other where there is a choice between two versions."""
        chosen = squashed if squashed and pull_request.squashed else merged
        other = None if squashed is None or _same(chosen, squashed) else _decisions(squashed)
        return Preview(pull_request, _decisions(chosen), self._notes(chosen), other)

    def _notes(self, verdicts: tuple[Verdict, ...]) -> str:
        due = (verdict for verdict in verdicts if verdict.version)
        return "\n".join(self._announcement(verdict) for verdict in due)

    def _announcement(self, verdict: Verdict) -> str:
        release = coming_release(verdict, self.clock.today())
        changelog = verdict.history.package.changelog
        return announcement(self.notes.render(release), release.tag, changelog, self.config, self.notes.links)


def _same(some: tuple[Verdict, ...], others: tuple[Verdict, ...]) -> bool:
    return [each.version for each in some] == [each.version for each in others]


def _decisions(verdicts: tuple[Verdict, ...]) -> tuple[Decision, ...]:
    return tuple(verdict.decision for verdict in verdicts)
