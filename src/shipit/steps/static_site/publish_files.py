"""The step that publishes the files of a site whose names have no hash, the index last."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import INDEX, DeployedImage, SiteFile, SiteRelease, machine, stored_path
from shipit.errors import ConflictError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.static_site.release import is_published, missing_file, require_release, serves, upload_again
from shipit.world import World
from shipit.world.sites import NewFile, Site


class PublishFiles(Struct, frozen=True):
    """Put the files of a release whose names have no hash at their places, the index last.

    All files that the index can refer to are in the bucket before, so that each page that users get is complete.

    Args:
        host: the address of the bucket.
        state: the key of the record, without its ending.
        image: the version and the commit.
        was: the ETag of the index that is replaced, empty for none; any other one was written by another program.
    """

    kind: ClassVar[str] = "publish-files"
    public: ClassVar[bool] = True
    host: str
    state: str
    image: DeployedImage
    was: str = ""

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.image.digest}"

    @property
    def summary(self) -> str:
        return f"publish {self.image} in {machine(self.host)}: the files without a hash in their names, {INDEX} last"

    def check(self, world: World) -> Done | Todo:
        site = world.sites.at(self.host)
        if site.find(INDEX) is None:
            return Todo()
        release = require_release(site, self.state, self.image)
        return Done() if is_published(release, site.files(), site, self.state) else Todo()

    def apply(self, world: World) -> Outputs:
        site = world.sites.at(self.host)
        release, listed = require_release(site, self.state, self.image), site.files()
        if missing := missing_file(release, listed, self.state):
            what = f"`{missing.path}` of {self.image} is not in {machine(self.host)}, or was changed there"
            raise ConflictError(what, hint=upload_again(self.image))
        self._require_index(site)
        for file in release.fresh[:-1]:
            if not serves(file, listed, site, self.state):
                site.put(self._published(file, site))
        self._publish_index(release, site)
        return {}

    def _require_index(self, site: Site) -> None:
        """Raise `ConflictError` if another program replaced the index since the plan."""
        found = site.find(INDEX)
        if (found.etag if found else "") != self.was and not (found and found.release == self.image.digest):
            what = f"another program changed `{INDEX}` in {machine(self.host)} meanwhile"
            raise ConflictError(what, hint="run the same command again; see who writes there if it happens again")

    def _publish_index(self, release: SiteRelease, site: Site) -> None:
        found = site.find(INDEX)
        if found and (found.release, found.sha256) == (self.image.digest, release.index.sha256):
            return
        mine = found is not None and found.release == self.image.digest
        was = found.etag if found and mine else self.was
        site.put(self._published(release.index, site, was))

    def _published(self, file: SiteFile, site: Site, was: str | None = None) -> NewFile:
        content = partial(_stored, stored_path(self.state, file.sha256), site)
        return NewFile(file.path, file.sha256, content, file.type, file.cache, self.image.digest, was)


def _stored(key: str, site: Site) -> bytes:
    return (site.read(key) or "").encode("utf-8", "surrogateescape")
