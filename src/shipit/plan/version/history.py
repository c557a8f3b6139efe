"""Observe a package's history: its last release and what came since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from shipit.core.commits import RawCommit
from shipit.core.history import Unreleased, unreleased
from shipit.core.versions import Tag, Version, channel_of, version_tags
from shipit.plan.version.last_release import commits_since, highest_behind, last_release
from shipit.plan.version.package import Package
from shipit.world import Git


class History(Struct, frozen=True):
    """What a package's next version is decided from.

    `stable` is the last stable release reachable, `last` the last of the branch's channel (the same on a
    stable branch). `since` are the commits after `stable`; `new` are the ids among them after `last`.
    `channel_versions` are the channel's pre-releases reachable that lead to the highest version after `stable`.
    """

    package: Package
    stable: Tag | None
    last: Tag | None
    since: Unreleased
    new: frozenset[str]
    channel_versions: tuple[Version, ...] = ()

    @property
    def own(self) -> tuple[RawCommit, ...]:
        """The commits that are new here and in no earlier release that was merged in, newest first."""
        since = self.since
        return tuple(each for each in since.commits if each.id in self.new and each.id not in since.in_merged_releases)

    @property
    def merged(self) -> tuple[RawCommit, ...]:
        """Those that are new here, but an earlier release that was merged in holds them."""
        since = self.since
        return tuple(each for each in since.commits if each.id in self.new and each.id in since.in_merged_releases)

    @property
    def before(self) -> tuple[RawCommit, ...]:
        """Those of the pre-releases since the last stable release."""
        return tuple(each for each in self.since.commits if each.id not in self.new)


def observe_history(
    git: Git, package: Package, base: str, tags: Mapping[str, str], prerelease: str | None = None
) -> History:
    """Read the history behind `base`; one pass over the new commits.

    Args:
        tags: tag name to commit, without what a killed run left.
        prerelease: the identifier of the branch's pre-release channel.
    """
    candidates = version_tags(tags, package.format, prerelease)
    stable, since = last_release(git, base, [tag for tag in candidates if channel_of(tag.version) is None])
    in_channel = _channel_tags(git, base, candidates, stable) if prerelease else ()
    last = max(filter(None, (stable, *in_channel)), key=lambda tag: tag.version, default=None)
    others = [tag for tag in candidates if channel_of(tag.version) is None and tag != stable]
    return History(
        package,
        stable,
        last,
        _of_package(git, package, base, stable, unreleased(since, others)),
        frozenset(commit.id for commit in (since if last == stable else commits_since(git, base, last))),
        tuple(tag.version for tag in in_channel),
    )


def _channel_tags(git: Git, base: str, candidates: Sequence[Tag], stable: Tag | None) -> tuple[Tag, ...]:
    """The channel's pre-releases behind `base` that lead to the highest version, which is to be after `stable`."""
    newer = [tag for tag in candidates if channel_of(tag.version) and (stable is None or tag.version > stable.version)]
    highest = highest_behind(git, base, newer)
    if highest is None:
        return ()
    coming = highest.version.finalize_version()
    same = [tag for tag in newer if tag.version.finalize_version() == coming]
    behind = git.reachable(base, [tag.commit for tag in same])
    return tuple(tag for tag in same if tag.commit in behind)


def _of_package(git: Git, package: Package, base: str, stable: Tag | None, since: Unreleased) -> Unreleased:
    """The commits that touch the package. Which of them a merged release holds was found out among all."""
    if not package.path:
        return since
    touching = git.touching(package.path, base, [stable.commit] if stable else [])
    return replace(since, commits=tuple(commit for commit in since.commits if commit.id in touching))
