"""The step that gives an image in the registry another tag."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from msgspec import Struct

from shipit.core import limits
from shipit.core.images import VERSION, Reference, holds_newer_release, source_commit
from shipit.errors import AuthError, ConflictError, RemoteError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.origin import Origin, digest_output
from shipit.world import RemoteImage, World


class TagImage(Struct, frozen=True):
    """Make the tag `reference` lead to the image that `source` leads to.

    A tag that `moves`, such as `latest`, follows the newest image: if it is on a newer image already, it is not moved.
    A permanent tag is made once and never moved.

    A registry cannot refuse a write because the tag has changed meanwhile. So the step reads again after the write: it
    writes again if an older run wrote meanwhile, and moves the tag to a newer image that was pushed meanwhile.
    """

    kind: ClassVar[str] = "tag-image"
    public: ClassVar[bool] = True
    reference: str
    source: str
    origin: Origin
    moves: bool

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.reference}"

    @property
    def summary(self) -> str:
        return f"tag {self.reference}"

    def check(self, world: World) -> Done | Todo:
        found, wanted = world.registry.find(self.reference), world.registry.find(self.source)
        if found is None:
            return Todo()
        if wanted is not None and found.digest == wanted.digest:
            return Done(digest_output(self.reference, found.digest))
        if not self.moves:
            return Done(digest_output(self.reference, self.origin.require(self.reference, found, world)))
        return Done() if is_newer(found, self.origin, world) else Todo()

    def apply(self, world: World) -> Outputs:
        wanted = world.registry.find(self.source)
        if wanted is None:
            raise ConflictError(f"`{self.source}` is no longer in the registry", hint="run the same command again")
        before = self._tags(world)
        held = world.registry.find(self.reference)
        if held is None or held.digest != wanted.digest:
            fetch_commit_of(held, world)
        found = self.check(world)
        for _ in range(limits.TAG_WRITES):
            if isinstance(found, Done):
                break
            world.registry.tag(self.reference, wanted.digest)
            newer = self._newest(self._tags(world) - before, world)
            if newer is not None:
                world.registry.tag(self.reference, newer.digest)
            found = self.check(world)
        if isinstance(found, Todo):
            raise RemoteError(
                f"`{self.reference}` was pushed, but the tag points to another image in the registry, "
                f"not `{wanted.digest}`",
                hint="run the same command again; if it fails again, check the registry",
                retryable=True,
            )
        return found.outputs

    def _tags(self, world: World) -> frozenset[str]:
        """Return the other tags of the image, if they matter; empty if the registry does not list them."""
        wanted = Reference.parse(self.reference)
        try:
            return frozenset(world.registry.tag_names(wanted.name) if self.moves else ()) - {wanted.tag or ""}
        except (AuthError, RemoteError):
            return frozenset()

    def _newest(self, tags: Iterable[str], world: World) -> RemoteImage | None:
        """Return the newest of the images with these tags that are newer than the own one; None if there is none."""
        name, newest, origin = Reference.parse(self.reference).name, None, self.origin
        for tag in sorted(tags)[: limits.NEW_TAGS]:
            found = world.registry.find(f"{name}:{tag}")
            fetch_commit_of(found, world)
            if found is not None and is_newer(found, origin, world):
                newest = found
                origin = Origin(source_commit(found.labels), found.labels.get(VERSION, origin.version))
        return newest


def is_newer(found: RemoteImage, origin: Origin, world: World) -> bool:
    """Return whether the image `found`, which a moving tag is on, is from a later release or commit than `origin`."""
    held, own = source_commit(found.labels), origin.id(world)
    later = bool(held) and held != own
    return holds_newer_release(found.labels, origin.version) or (later and world.git.is_ancestor(own, held))


def fetch_commit_of(found: RemoteImage | None, world: World) -> None:
    """Fetch from the remote if the clone does not have the commit that the image `found` is built from."""
    held = source_commit(found.labels) if found else ""
    if held and world.git.commit(held) is None and world.git.remote_url() is not None:
        world.git.fetch()
