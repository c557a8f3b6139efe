"""The step that deletes the files of old releases of a site."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import DeployedImage, SiteRelease, machine, release_path, stored_path
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.deploy import read_record
from shipit.steps.static_site.release import read_release
from shipit.world import World
from shipit.world.sites import Site


class PruneFiles(Struct, frozen=True):
    """Delete the files that are only in releases before the last `keep` verified ones, then the lists of these.

    A file that no list names was not written by shipit, and stays.

    Args:
        host: the address of the bucket.
        state: the key of the record, without its ending.
        keep: the number of verified releases to keep.
        image: the version that serves.
    """

    kind: ClassVar[str] = "prune-files"
    public: ClassVar[bool] = True
    host: str
    state: str
    keep: int
    image: DeployedImage

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}"

    @property
    def summary(self) -> str:
        return f"delete files in {machine(self.host)} that are in none of the last {self.keep} verified versions"

    def check(self, world: World) -> Done | Todo:
        return Todo() if self._old(world.sites.at(self.host)) else Done()

    def apply(self, world: World) -> Outputs:
        site = world.sites.at(self.host)
        kept = [read_release(site, self.state, digest) for digest in self._kept(site)]
        used = {key for release in kept if release for key in self._keys(release)}
        for digest in self._old(site):
            release = read_release(site, self.state, digest)
            unused = [key for key in self._keys(release) if key not in used] if release else []
            site.delete(unused)
            site.delete([release_path(self.state, digest)])  # last, so that an interrupted run finds the files again
        return {}

    def _kept(self, site: Site) -> list[str]:
        """Return the digests of the releases to keep: the verified ones, and those that failed since."""
        record = read_record(site, f"{self.state}.json")
        verified = [event.image.digest for event in record.verified][: self.keep]
        last = record.last
        recent = record.events[record.events.index(last) :] if last else record.events
        return [self.image.digest, *verified, *(event.image.digest for event in recent)]

    def _old(self, site: Site) -> list[str]:
        """Return the digests of the releases whose lists are in the bucket, and that are not kept."""
        start, kept = f"{self.state}/releases/", set(self._kept(site))
        names = [key.removeprefix(start).removesuffix(".json") for key in site.files() if key.startswith(start)]
        return [digest for name in names if (digest := name.replace("-", ":", 1)) not in kept]

    def _keys(self, release: SiteRelease) -> list[str]:
        paths = [file.path for file in release.files]
        return [*paths, *(stored_path(self.state, file.sha256) for file in release.files if not file.immutable)]
