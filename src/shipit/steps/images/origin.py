"""The origin of an image: the commit it is built from, by which an existing image is recognised."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from shipit.core.images import REVISION, VERSION, source_commit
from shipit.errors import ConflictError
from shipit.steps.base import Done, Todo
from shipit.steps.repository import ReleaseCommit
from shipit.world import RemoteImage, World


class Origin(Struct, frozen=True):
    """The commit and the version that an image is built from.

    `revision` is the id of the commit, with `-dirty` if there are uncommitted changes. `version` is the version of the
    image. `commit` describes a commit that the release has not made yet; `revision` is empty then. `of_release` is
    true if the image must contain exactly the release `version`; then any image of that release is the same.
    """

    revision: str
    version: str
    commit: ReleaseCommit | None = None
    of_release: bool = False

    def id(self, world: World) -> str:
        """Return the id of the commit. Raises `ConflictError` if the release has not made it yet."""
        return self.commit.require(world) if self.commit else self.revision

    def made(self, labels: Mapping[str, str], world: World) -> bool:
        """Return whether an image with these labels is built from this origin: from this commit or the same files.

        A merge that changes nothing is another commit with the same files. For the image of a release, any commit that
        contains the release will do, because the commits after it are in no release.
        """
        held, own = source_commit(labels), self.id(world)
        if not held:
            return labels.get(REVISION) == own  # built with uncommitted changes
        return held == own or world.git.same_files(held, own) or self._same_release(labels, world)

    def _same_release(self, labels: Mapping[str, str], world: World) -> bool:
        held, own = source_commit(labels), self.id(world)
        on_one_line = world.git.is_ancestor(held, own) or world.git.is_ancestor(own, held)
        return self.of_release and labels.get(VERSION) == self.version and on_one_line

    def require(self, reference: str, found: RemoteImage, world: World) -> str:
        """Return the digest of the image `found` in the registry.

        Raises:
            ConflictError: the image is built from something else.
        """
        if self.made(found.labels, world):
            return found.digest
        held = found.labels.get(REVISION)
        source = f"from `{held[:10]}`" if held else "without shipit"
        raise ConflictError(
            f"`{reference}` is in the registry already, built {source} and not from `{self.id(world)[:10]}`",
            hint="release a new version, or remove the tag from the registry; shipit never overwrites a permanent tag",
        )

    def pushed(self, reference: str, world: World) -> Done | Todo:
        """Return `Done` with the digest if the registry has the image `reference`, else `Todo`.

        Raises:
            ConflictError: the image in the registry is built from something else.
        """
        found = world.registry.find(reference)
        return Todo() if found is None else Done(digest_output(reference, self.require(reference, found, world)))


def digest_output(reference: str, digest: str) -> dict[str, str]:
    """Return the outputs of a step after which the tag `reference` leads to the image `digest`."""
    return {digest_key(reference): digest}


def digest_key(reference: str) -> str:
    """Return the name of the output that contains the digest of `reference`."""
    return f"digest:{reference}"
