"""Look ahead: what merging a pull request releases."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from shipit.config.model import Config
from shipit.core.ci_event import PullRequest
from shipit.core.notes import Renderer
from shipit.plan.preview.squash import squash_of
from shipit.plan.release import release_body
from shipit.plan.version import Decision, NextRelease, channel, next_releases_at, planned_release
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
    def to_release(self) -> tuple[Decision, ...]:
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


class Previewer(Struct, frozen=True):
    """From where to look ahead; `default` is the branch that releases when the configuration names none."""

    git: Git
    config: Config
    default: str | None
    notes: Renderer
    clock: Clock

    def preview(self, pull_request: PullRequest, merged: str | None) -> Preview:
        """What `merged`, the commit that merging makes, releases; None where there is none, as with a conflict.

        Raises `ConflictError` as `decide_version` does, `PreflightError` when the tags cannot be trusted.
        """
        base = pull_request.base
        if channel(self.config, base, self.default) is None:
            return Preview(pull_request, missing=f"`{base}` is not a branch that releases")
        if merged is None:
            return Preview(pull_request, missing=f"#{pull_request.number} cannot be merged as it is")
        return self._between(pull_request, self._merged(base, merged), self._squashed(pull_request, merged))

    def _merged(self, base: str, merged: str) -> tuple[NextRelease, ...]:
        return next_releases_at(self.git, self.config, merged, base)

    def _squashed(self, pull_request: PullRequest, merged: str) -> tuple[NextRelease, ...] | None:
        squash = None if pull_request.squashed is False else squash_of(self.git, pull_request, merged)
        return next_releases_at(self.git, self.config, merged, pull_request.base, squash.seen) if squash else None

    def _between(
        self, pull_request: PullRequest, merged: tuple[NextRelease, ...], squashed: tuple[NextRelease, ...] | None
    ) -> Preview:
        """The way it will be merged, and the other where there is a choice between two versions."""
        chosen = squashed if squashed and pull_request.squashed else merged
        other = None if squashed is None or _same(chosen, squashed) else _decisions(squashed)
        return Preview(pull_request, _decisions(chosen), self._notes(chosen), other)

    def _notes(self, next_releases: tuple[NextRelease, ...]) -> str:
        due = (next_release for next_release in next_releases if next_release.version)
        return "\n".join(self._body(next_release) for next_release in due)

    def _body(self, next_release: NextRelease) -> str:
        release = planned_release(next_release, self.clock.today())
        changelog = next_release.history.package.changelog
        return release_body(self.notes.render(release), release.tag, changelog, self.config, self.notes.links)


def _same(some: tuple[NextRelease, ...], others: tuple[NextRelease, ...]) -> bool:
    return [each.version for each in some] == [each.version for each in others]


def _decisions(next_releases: tuple[NextRelease, ...]) -> tuple[Decision, ...]:
    return tuple(next_release.decision for next_release in next_releases)
