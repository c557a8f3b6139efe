"""The preview of a pull request: the next versions after it is merged."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from shipit.config.model import Config
from shipit.core.ci_event import PullRequest
from shipit.core.notes import Renderer
from shipit.plan.preview.squash import squash_of
from shipit.plan.release import proposal_branch, release_body, titled
from shipit.plan.version import (
    CommitReason,
    Decision,
    NextRelease,
    channel,
    next_releases_at,
    planned_release,
    rules_of,
)
from shipit.plan.version.package.no_package import observe_no_package
from shipit.world import Clock, Git


class Preview(Struct, frozen=True):
    """The decisions about the next versions after `pull_request` is merged.

    `notes` are the release notes of these versions, as Markdown. `squashed` are the decisions after a squash merge, or
    None when the repository allows only one way to merge, or both ways give the same versions. `missing` is the reason
    why there is no preview, else None. `ignored` are the commits of no package. `proposes` is True if a merge only
    brings the release pull request up to date.
    """

    pull_request: PullRequest
    decisions: tuple[Decision, ...] = ()
    notes: str = ""
    squashed: tuple[Decision, ...] | None = None
    missing: str | None = None
    ignored: tuple[CommitReason, ...] = ()
    proposes: bool = False

    @property
    def to_release(self) -> tuple[Decision, ...]:
        """The packages that have a next version."""
        return tuple(decision for decision in self.decisions if decision.version)

    @property
    def headline(self) -> str:
        """The preview in one sentence."""
        if self.missing:
            return f"No preview: {self.missing}"
        verb = "proposes" if self.proposes else "releases"
        also = "" if self.squashed is None else f", squashing it {verb} {_versions(self.squashed)}"
        place = " in the release pull request" if self.proposes and (self.to_release or also) else ""
        return f"Merging this {verb} {_versions(self.decisions)}{also}{place}"


def _versions(decisions: Iterable[Decision]) -> str:
    names = (f"{decision.package} {decision.version}".lstrip() for decision in decisions if decision.version)
    return ", ".join(names) or "nothing"


class PreviewMaker(Struct, frozen=True):
    """The objects that a preview is made with. `default` is the release branch when the configuration names none."""

    git: Git
    config: Config
    default: str | None
    notes: Renderer
    clock: Clock

    def preview(self, pull_request: PullRequest, merged: str | None) -> Preview:
        """Return the preview of `pull_request`.

        Args:
            pull_request: the pull request.
            merged: the id of the merge commit that GitHub made to test the merge; None when there is none, for example
                because of conflicts.

        Raises the same errors as `next_releases_at`.
        """
        base = pull_request.base
        if channel(self.config, base, self.default) is None:
            return Preview(pull_request, missing=f"`{base}` is not a release branch")
        if merged is None:
            why = f"GitHub has no merge commit of #{pull_request.number}; resolve its conflicts with `{base}`"
            return Preview(pull_request, missing=why)
        next_releases = self._merged(base, merged)
        preview = self._chosen(pull_request, next_releases, self._squashed(pull_request, merged))
        proposes = self.config.release.write_back.proposes and pull_request.head != proposal_branch(base)
        return replace(preview, ignored=self._outside(merged, next_releases), proposes=proposes)

    def _merged(self, base: str, merged: str) -> tuple[NextRelease, ...]:
        return next_releases_at(self.git, self.config, merged, base)

    def _outside(self, merged: str, next_releases: tuple[NextRelease, ...]) -> tuple[CommitReason, ...]:
        """Return the commits of no package, without the merge commit, which GitHub made only as a test."""
        histories = [next_release.history for next_release in next_releases]
        no_package = observe_no_package(self.git, merged, histories, rules_of(self.config))
        return tuple(each for each in no_package.ignored if each.commit != merged)

    def _squashed(self, pull_request: PullRequest, merged: str) -> tuple[NextRelease, ...] | None:
        squash = None if pull_request.squashed is False else squash_of(self.git, pull_request, merged)
        return next_releases_at(self.git, self.config, merged, pull_request.base, squash.apply) if squash else None

    def _chosen(
        self, pull_request: PullRequest, merged: tuple[NextRelease, ...], squashed: tuple[NextRelease, ...] | None
    ) -> Preview:
        """Return the preview of the configured way to merge, with the squash merge added if its versions differ."""
        chosen = squashed if squashed and pull_request.squashed else merged
        other = None if squashed is None or _same_versions(chosen, squashed) else _decisions(squashed)
        return Preview(pull_request, _decisions(chosen), self._notes(chosen), other)

    def _notes(self, next_releases: tuple[NextRelease, ...]) -> str:
        to_release = (next_release for next_release in next_releases if next_release.version)
        return "\n".join(self._release_body(next_release) for next_release in to_release)

    def _release_body(self, next_release: NextRelease) -> str:
        release = planned_release(next_release, self.clock.today())
        package = next_release.history.package
        text = self.notes.render(release)
        return titled(package.name, release_body(text, release.tag, package.changelog, self.config, self.notes.links))


def _same_versions(left: tuple[NextRelease, ...], right: tuple[NextRelease, ...]) -> bool:
    return [each.version for each in left] == [each.version for each in right]


def _decisions(next_releases: tuple[NextRelease, ...]) -> tuple[Decision, ...]:
    return tuple(next_release.decision for next_release in next_releases)
