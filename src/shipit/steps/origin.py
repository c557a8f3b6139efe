"""What an image was made from, and how it is recognised wherever it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shipit.core.images import REVISION, VERSION, source_commit
from shipit.errors import ConflictError
from shipit.steps.base import Done, Todo
from shipit.steps.release_commit import ReleaseCommit
from shipit.world import RemoteImage, World


@dataclass(frozen=True, slots=True)
class Origin:
    """The commit an image is built from, `-dirty` where that is not all of it, and the version it carries.

    `commit` is where to find that commit when a release is still to make it; `revision` is empty then.
    `of_release` says that the version is that of a release behind the commit, which has one image and no more.
    """

    revision: str
    version: str
    commit: ReleaseCommit | None = None
    of_release: bool = False

    def id(self, world: World) -> str:
        """The commit; raises `ConflictError` where the release has not made it."""
        return self.commit.require(world) if self.commit else self.revision

    def made(self, labels: Mapping[str, str], world: World) -> bool:
        """Whether an image with these labels is made from the same: this commit, or one with the same files.

        A merge that changes nothing makes another commit of the same files. The image of a release may be made from
        any commit that has it: what came to it since is in no release.
        """
        held, own = source_commit(labels), self.id(world)
        if not held:
            return labels.get(REVISION) == own  # one that is not all of its commit
        return held == own or world.git.same_files(held, own) or self._same_release(labels, world)

    def _same_release(self, labels: Mapping[str, str], world: World) -> bool:
        held, own = source_commit(labels), self.id(world)
        on_one_line = world.git.is_ancestor(held, own) or world.git.is_ancestor(own, held)
        return self.of_release and labels.get(VERSION) == self.version and on_one_line

    def require(self, reference: str, found: RemoteImage, world: World) -> str:
        """The digest of what the registry holds; raises `ConflictError` where that was made from something else."""
        if self.made(found.labels, world):
            return found.digest
        held = found.labels.get(REVISION)
        made_from = f"from `{held[:10]}`" if held else "by somebody else"
        raise ConflictError(
            f"`{reference}` is in the registry already, built {made_from} and not from `{self.id(world)[:10]}`",
            hint="a tag that names a version or a commit is never overwritten: release a new version, "
            "or remove the tag from the registry",
        )

    def pushed(self, reference: str, world: World) -> Done | Todo:
        """Whether the registry has it; raises `ConflictError` where what it has was made from something else."""
        found = world.registry.find(reference)
        return Todo() if found is None else Done(digest_of(reference, self.require(reference, found, world)))


def digest_of(reference: str, digest: str) -> dict[str, str]:
    """The outputs of a step that leaves `reference` leading to `digest`."""
    return {f"digest:{reference}": digest}
