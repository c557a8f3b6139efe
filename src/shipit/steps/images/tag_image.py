"""The step that gives an image in the registry another tag."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from msgspec import Struct

from shipit.core import limits
from shipit.core.images import (
    VERSION,
    Reference,
    Source,
    holds_newer_release,
    later_tags,
    series_of,
    shares_moving_tag,
    source_commit,
)
from shipit.core.versions import Version, is_version
from shipit.errors import AuthError, ConflictError, RemoteError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.images.origin import Origin, digest_output
from shipit.world import RemoteImage, World


class TagImage(Struct, frozen=True):
    """Make the tag `reference` lead to the image that `source` leads to.

    A tag that `moves`, such as `latest`, follows the newest image: if it is on a newer image already, it is not moved.
    A permanent tag is made once and never moved.

    A registry cannot refuse a write because the tag has changed meanwhile. So the step reads again after the write: it
    writes again if an older run wrote meanwhile, and moves the tag to a newer image of the same series of tags, which
    another run pushed meanwhile or had pushed before.
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
            newer = self._newest(self._rivals(before, world), world)
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

    def _rivals(self, before: frozenset[str], world: World) -> tuple[str, ...]:
        """Return the tags that can be on a newer image: those of later versions, and those that are not in `before`."""
        tags, own = self._tags(world), self._source(world)
        later = later_tags(tags, series_of(self._permanent, own), own.version) if own else ()
        return tuple(dict.fromkeys((*later, *sorted(tags - before))))[: limits.NEW_TAGS]

    def _newest(self, tags: Iterable[str], world: World) -> RemoteImage | None:
        """Return the newest of the images with these tags that the moving tag must be on; None for the own image."""
        name, newest, origin = Reference.parse(self.reference).name, None, self.origin
        for tag in tags:
            found = world.registry.find(f"{name}:{tag}")
            if found is None or not self._shares_tag(tag, found, world):
                continue
            fetch_commit_of(found, world)
            if is_newer(found, origin, world):
                newest = found
                origin = Origin(source_commit(found.labels), found.labels.get(VERSION, origin.version))
        return newest

    def _shares_tag(self, tag: str, found: RemoteImage, world: World) -> bool:
        """Return whether the run that pushed the image `found` with its permanent `tag` moves the same moving tag."""
        version, own, moving = found.labels.get(VERSION, ""), self._source(world), Reference.parse(self.reference).tag
        if own is None or not is_version(version):
            return False
        other = Source(Version.parse(version), source_commit(found.labels), "")
        same_series = series_of(tag, other) == series_of(self._permanent, own)
        return same_series and shares_moving_tag(moving or "", own.version, other.version)

    @property
    def _permanent(self) -> str:
        """The permanent tag of the own image."""
        return Reference.parse(self.source).tag or ""

    def _source(self, world: World) -> Source | None:
        """Return the version and the commit of the own image; None if its version is not one."""
        if not is_version(self.origin.version):
            return None
        return Source(Version.parse(self.origin.version), self.origin.id(world), "")


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
