"""The step that keeps the site that another program published, so that there is a way back to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import (
    FRESH,
    PROOF,
    DeployedImage,
    SiteFile,
    SiteRelease,
    machine,
    proof_of,
    release_path,
    release_text,
    sha256_of,
    stored_path,
)
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.static_site.release import is_stored, read_release, require_release
from shipit.world import World
from shipit.world.sites import NewFile, Site


class AdoptSite(Struct, frozen=True):
    """Store the files that the first release replaces, and the list of them as a release.

    Args:
        host: the address of the bucket.
        state: the key of the record, without its ending.
        image: the name of the site that is there.
        new: the release that will replace its files.
    """

    kind: ClassVar[str] = "adopt-site"
    public: ClassVar[bool] = False
    host: str
    state: str
    image: DeployedImage
    new: DeployedImage

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}"

    @property
    def summary(self) -> str:
        return f"keep the files that another program published in {machine(self.host)}, for the way back"

    def check(self, world: World) -> Done | Todo:
        site = world.sites.at(self.host)
        release = read_release(site, self.state, self.image.digest)
        return Done() if release and is_stored(release, site.files(), self.state) else Todo()

    def apply(self, world: World) -> Outputs:
        site = world.sites.at(self.host)
        files = tuple(self._stored(site))
        site.write(release_path(self.state, self.image.digest), release_text(SiteRelease(self.image, files)))
        return {}

    def _stored(self, site: Site) -> Iterator[SiteFile]:
        """Store the files that will be replaced, and yield them, and the file that names the release."""
        for file in require_release(site, self.state, self.new).fresh:
            found, text = site.find(file.path), site.read(file.path)
            if found and text is not None and file.path != PROOF:
                data = text.encode("utf-8", "surrogateescape")
                yield self._put(SiteFile(file.path, sha256_of(data), found.type, found.cache), data, site)
        data = proof_of(self.image)
        yield self._put(SiteFile(PROOF, sha256_of(data), "application/json", FRESH), data, site)

    def _put(self, file: SiteFile, data: bytes, site: Site) -> SiteFile:
        site.put(NewFile(stored_path(self.state, file.sha256), file.sha256, lambda: data, file.type, file.cache))
        return file
