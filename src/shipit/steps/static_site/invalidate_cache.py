"""The step that removes the changed files of a site from the cache of CloudFront."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core import limits
from shipit.core.deploy import DeployedImage, machine, public_paths, sha256_of
from shipit.errors import DeployError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.static_site.release import read_release, require_release
from shipit.world import World
from shipit.world.sites import Site

_EVERY = 2.0  # seconds
_SHOWN = 32  # characters of the reference


class InvalidateCache(Struct, frozen=True):
    """Remove from the cache the files whose content changed under the same name, and wait until this is done.

    The reference of the invalidation is a hash of the objects in the bucket. So a run that was killed finds
    its invalidation again, and files that are published once more get a new one.

    Args:
        host: the address of the bucket.
        state: the key of the record, without its ending.
        distribution: the id of the distribution.
        image: the version and the commit that users shall get.
        earlier: the digests of the releases that the cache can still have.
        within: the longest time to wait, in seconds.
    """

    kind: ClassVar[str] = "invalidate-cache"
    public: ClassVar[bool] = True
    host: str
    state: str
    distribution: str
    image: DeployedImage
    earlier: tuple[str, ...]
    within: float

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.distribution}"

    @property
    def summary(self) -> str:
        return f"remove the files that changed under the same name from the cache of CloudFront {self.distribution}"

    def check(self, world: World) -> Done | Todo:
        site = world.sites.at(self.host)
        paths = self._paths(site)
        if not paths:
            return Done()
        reference, since = self._reference(paths, site)
        return Done() if site.invalidation(self.distribution, reference, since) == "completed" else Todo()

    def apply(self, world: World) -> Outputs:
        site = world.sites.at(self.host)
        paths = self._paths(site)
        if not paths:
            return {}
        reference, since = self._reference(paths, site)
        if site.invalidation(self.distribution, reference, since) is None:
            public = public_paths(paths)
            site.invalidate(self.distribution, reference, public if len(public) <= limits.INVALIDATED_PATHS else ["/*"])
        end = world.clock.elapsed() + self.within
        while site.invalidation(self.distribution, reference, since) != "completed":
            if world.clock.elapsed() >= end:
                raise self._too_late()
            world.clock.sleep(_EVERY)
        return {}

    def _paths(self, site: Site) -> tuple[str, ...]:
        """Return the paths of the files that differ from those of an earlier release."""
        release = require_release(site, self.state, self.image)
        before = [read_release(site, self.state, digest) for digest in self.earlier]
        return tuple(sorted({path for each in before for path in release.changed_from(each)}))

    def _reference(self, paths: tuple[str, ...], site: Site) -> tuple[str, str]:
        """Return the reference of the invalidation, and the time before which it cannot have been created."""
        listed = site.files()
        found = [(path, listed[path].etag, listed[path].modified) for path in paths if path in listed]
        text = "\n".join((*paths, *(" ".join(each) for each in found)))
        reference = sha256_of(text.encode("utf-8", "surrogateescape"))[:_SHOWN]
        return f"shipit-{reference}", max((modified for *_, modified in found), default="")

    def _too_late(self) -> DeployError:
        what = f"CloudFront did not remove the changed files of {machine(self.host)} from its cache"
        return DeployError(
            f"{what} within {self.within:g} seconds",
            hint=f"see its state: aws cloudfront list-invalidations --distribution-id {self.distribution}",
        )
