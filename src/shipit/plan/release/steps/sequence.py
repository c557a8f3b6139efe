"""The steps of a release, and their order.

First the steps that change only the clone and can be undone, then the slow ones that can fail (builds, draft, assets),
then the commit point: the push, or the commit through the forge. Publishing and the announce steps come after that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from shipit.config.model import Config, ReleaseConfig
from shipit.core.commits.text.release_message import SUBJECT, release_message
from shipit.core.versions import Version
from shipit.plan.images import WantedImage, build_steps, push_steps, release_images
from shipit.plan.release.observe import Observed
from shipit.plan.release.steps.assets import asset_steps
from shipit.plan.release.steps.back_merges import back_merge_steps
from shipit.plan.release.steps.file_changes import FileChanges
from shipit.plan.release.steps.follow_up import announce_steps, floating_steps
from shipit.plan.release.steps.package_release import PackageRelease
from shipit.plan.release.steps.promoted_branches import ReleasedPackage, promotion_steps
from shipit.plan.release.steps.snapshot import Snapshot
from shipit.plan.release.steps.sync import sync_steps
from shipit.steps.base import Step
from shipit.steps.forge import DraftRelease, ForgeCommit, ForgeTag, PublishRelease
from shipit.steps.repository import CreateCommit, CreateTag, Push, ReleaseCommit, Run


class ReleaseSequence(Struct, frozen=True):
    """The values that the steps of one release are made from.

    `config` is the configuration, `releases` are the packages to release, `changes` the files that the release commit
    `commit` changes, and `snapshot` is the commit after it with its files; None when no such commit is made.
    """

    config: Config
    observed: Observed
    releases: tuple[PackageRelease, ...]
    changes: FileChanges
    commit: ReleaseCommit
    snapshot: Snapshot | None

    @property
    def settings(self) -> ReleaseConfig:
        """The table `[release]` of the configuration."""
        return self.config.release

    @property
    def images(self) -> tuple[WantedImage, ...]:
        """The images of all packages to release."""
        observed = self.observed
        return tuple(
            image
            for entry in self.releases
            for image in release_images(
                self.settings,
                entry.next_release.history.package.name,
                entry.version,
                self.commit,
                branch=observed.clone.branch,
                created=observed.created,
                links=observed.links,
            )
        )

    def steps(self) -> Iterator[Step]:
        """Yield all steps, in order."""
        yield from self._prepare_steps()
        if self.settings.write_back.through_forge:
            yield from build_steps(self.images, self.settings.prepare_limit, pushed=False)
            yield from self._draft_steps()
            yield from self._forge_steps()
            yield from build_steps(self.images, self.settings.prepare_limit)
        else:
            yield from self._clone_steps()
            yield from build_steps(self.images, self.settings.prepare_limit)
            yield from self._draft_steps()
            yield self._push()
        yield from push_steps(self.images, self.config.release_attestation_key)
        for entry in self.releases:
            yield PublishRelease(entry.release.tag, latest=is_latest(entry.version, self.observed))
            yield from floating_steps(self.settings, entry.next_release.history.package.format, entry.version)
        tags = [entry.release.tag for entry in self.releases]
        yield from back_merge_steps(
            self.settings, self.observed, tags, self.snapshot[0] if self.snapshot else self.commit
        )
        yield from promotion_steps(self.config, self.observed, released_packages(self.releases), self.commit)
        for entry in self.releases:
            yield from announce_steps(self.config.announce, entry.release.tag, entry.next_release.history.unreleased)

    def _prepare_steps(self) -> Iterator[Step]:
        """Yield the steps that write the files into the working tree and run the `prepare` commands."""
        yield from sync_steps(self.observed, self.commit)
        for change in self.changes.files:
            yield change.step(self.commit)
        env = {"SHIPIT_VERSION": self.releases[0].release.version, "SHIPIT_TAG": self.commit.tag}
        for number, command in enumerate(self.settings.prepare, 1):
            # After the last command, the assets must exist.
            makes = self.settings.assets if number == len(self.settings.prepare) else ()
            yield Run(command, self.settings.prepare_limit, self.commit, env, makes)

    def _clone_steps(self) -> Iterator[Step]:
        """Yield the steps that make the commits and tags in the clone; they are not pushed yet."""
        if self.commit.subject is not None:
            yield CreateCommit(self.commit, self._body, self.changes.paths, self.settings.author)
        for entry in self.releases:
            yield CreateTag(entry.release.tag, _tag_message(entry), self.commit)
        if self.snapshot:
            follows, changes = self.snapshot
            yield from (change.step(follows) for change in changes.files)
            yield CreateCommit(follows, "", changes.paths, self.settings.author)

    def _draft_steps(self) -> Iterator[Step]:
        """Yield the steps that create the drafts on the forge and upload the assets, just before the commit point."""
        for entry in self.releases:
            tag, prerelease = entry.release.tag, entry.version.prerelease is not None
            yield DraftRelease(tag, tag, entry.release_body, prerelease, self.observed.clone.branch)
            yield from asset_steps(self.config, self.observed, tag, entry.release.version)

    def _push(self) -> Push:
        """Return the step that pushes the branch and the tags: the commit point."""
        tags = tuple(entry.release.tag for entry in self.releases)
        if not self.settings.write_back.commits:
            return Push(self.commit, None, None, tags)
        tip = self.snapshot[0] if self.snapshot else None
        return Push(self.commit, self.observed.clone.branch, self.observed.clone.expected, tags, tip)

    def _forge_steps(self) -> Iterator[Step]:
        """Yield the steps that make commits and tags through the forge, for branches that cannot be pushed to.

        The release commit is the commit point. If the run is interrupted before the tag, the next run finds a release
        commit without a tag and finishes that release.
        """
        branch = self.observed.clone.branch or ""
        if self.commit.subject is not None:
            yield ForgeCommit(self.commit, branch, self._body, self.changes.paths)
        for entry in self.releases:
            yield ForgeTag(entry.release.tag, _tag_message(entry), self.commit)
        if self.snapshot:
            follows, changes = self.snapshot
            yield from (change.step(follows) for change in changes.files)
            yield ForgeCommit(follows, branch, "", changes.paths)

    @property
    def _body(self) -> str:
        return "\n".join(entry.notes for entry in self.releases)


def released_packages(releases: Sequence[PackageRelease]) -> list[ReleasedPackage]:
    """Return the name, the tag and the version of each of `releases`."""
    return [
        ReleasedPackage(each.next_release.history.package.name, each.release.tag, each.version) for each in releases
    ]


def _tag_message(entry: PackageRelease) -> str:
    return release_message(SUBJECT.format(what=entry.name), entry.notes)


def is_latest(version: Version, observed: Observed) -> bool:
    """Return whether the forge is to show `version` as the latest release.

    That is a stable version with no higher one on any branch.
    """
    return not version.prerelease and (observed.highest is None or version >= observed.highest)
