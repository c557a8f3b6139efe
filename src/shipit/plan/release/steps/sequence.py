"""The life of a release: which step comes when.

Local and reversible first, expensive and fallible next, one commit point (the push, or the commit through
the forge), and only then what the world is told.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from shipit.config.model import AnnounceConfig, ReleaseConfig
from shipit.core.commits.release_message import SUBJECT, release_message
from shipit.core.versions import Version
from shipit.plan.images import WantedImage, build_steps, push_steps, release_images
from shipit.plan.release.observe import Observed
from shipit.plan.release.steps.file_changes import FileChanges
from shipit.plan.release.steps.follow_up import floating_steps, notify_steps
from shipit.plan.release.steps.package_release import PackageRelease
from shipit.plan.release.steps.snapshot import Snapshot
from shipit.plan.release.steps.sync import sync_steps
from shipit.steps import (
    CreateCommit,
    CreateTag,
    DraftRelease,
    ForgeCommit,
    ForgeTag,
    PublishRelease,
    Push,
    Run,
    UploadAssets,
)
from shipit.steps.base import Step
from shipit.steps.release_commit import ReleaseCommit


class ReleaseSequence(Struct, frozen=True):
    """Everything that the steps of one release are made from.

    `commit` is the release commit; `snapshot` the commit that follows it with its files, where one is wanted.
    """

    config: ReleaseConfig
    announce: AnnounceConfig
    observed: Observed
    releases: tuple[PackageRelease, ...]
    changes: FileChanges
    commit: ReleaseCommit
    snapshot: Snapshot | None

    @property
    def images(self) -> tuple[WantedImage, ...]:
        """The images of everything that is due."""
        observed = self.observed
        return tuple(
            image
            for entry in self.releases
            for image in release_images(
                self.config,
                entry.next_release.history.package.name,
                entry.version,
                self.commit,
                branch=observed.clone.branch,
                created=observed.created,
                links=observed.links,
            )
        )

    def steps(self) -> Iterator[Step]:
        """All steps, in order."""
        yield from self._prepare()
        if self.config.write_back.through_forge:
            yield from build_steps(self.images, self.config.prepare_timeout, pushed=False)
            yield from self._drafts()
            yield from self._through_the_forge()
            yield from build_steps(self.images, self.config.prepare_timeout)
        else:
            yield from self._in_the_clone()
            yield from build_steps(self.images, self.config.prepare_timeout)
            yield from self._drafts()
            yield self._push()
        yield from push_steps(self.images)
        for entry in self.releases:  # a person has to see the highest version first, whatever branch it came from
            yield PublishRelease(entry.release.tag, latest=is_latest(entry.version, self.observed))
            yield from floating_steps(self.config, entry.next_release.history.package.format, entry.version)
        for entry in self.releases:
            yield from notify_steps(self.announce, entry.release.tag, entry.next_release.history.own)

    def _prepare(self) -> Iterator[Step]:
        """What the release is made of, in the working tree."""
        yield from sync_steps(self.observed, self.commit)
        for change in self.changes.files:
            yield change.step(self.commit)
        told = {"SHIPIT_VERSION": self.releases[0].release.version, "SHIPIT_TAG": self.commit.tag}
        for at, command in enumerate(self.config.prepare, 1):
            makes = self.config.assets if at == len(self.config.prepare) else ()  # by then they are there
            yield Run(command, self.config.prepare_timeout, self.commit, told, makes)

    def _in_the_clone(self) -> Iterator[Step]:
        """Commit and tags where nobody sees them yet."""
        if self.commit.subject is not None:
            yield CreateCommit(self.commit, self._body, self.changes.paths, self.config.author)
        for entry in self.releases:
            yield CreateTag(entry.release.tag, _tag_message(entry), self.commit)
        if self.snapshot:
            follows, changes = self.snapshot
            yield from (change.step(follows) for change in changes.files)
            yield CreateCommit(follows, "", changes.paths, self.config.author)

    def _drafts(self) -> Iterator[Step]:
        """The forge and the assets: the last that can fail before the release is public."""
        for entry in self.releases:
            tag, prerelease = entry.release.tag, entry.version.prerelease is not None
            yield DraftRelease(tag, tag, entry.release_body, prerelease, self.observed.clone.branch)
            if self.config.assets:
                yield UploadAssets(tag, self.config.assets)

    def _push(self) -> Push:
        """The commit point."""
        tags = tuple(entry.release.tag for entry in self.releases)
        if not self.config.write_back.commits:
            return Push(self.commit, None, None, tags)
        tip = self.snapshot[0] if self.snapshot else None
        return Push(self.commit, self.observed.clone.branch, self.observed.clone.expected, tags, tip)

    def _through_the_forge(self) -> Iterator[Step]:
        """The commit point where nobody may push: branch first, and a tip without its tag is seen as unfinished."""
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


def _tag_message(entry: PackageRelease) -> str:
    return release_message(SUBJECT.format(what=entry.name), entry.notes)


def is_latest(version: Version, observed: Observed) -> bool:
    """Whether the forge should show this release as the latest: no pre-release, and none is higher."""
    return not version.prerelease and (observed.highest is None or version >= observed.highest)
