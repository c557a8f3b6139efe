"""The step that uploads the files of a new release of a site, before any page refers to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from shipit.core import limits
from shipit.core.deploy import (
    FRESH,
    INDEX,
    PROOF,
    DeployedImage,
    SiteFile,
    SiteRelease,
    machine,
    proof_of,
    release_path,
    release_text,
    sha256_of,
    site_file,
    stored_path,
)
from shipit.errors import ConfigError, ConflictError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.static_site.release import Listed, is_stored, read_release, upload_again
from shipit.world import World
from shipit.world.sites import NewFile, Site

# The files below a directory; of those with a leading dot only `.well-known` is part of a site.
_PATTERNS = ("**/*", ".well-known/**/*")
_Contents = Mapping[SiteFile, Callable[[], bytes]]
_Known = Mapping[tuple[str, str], SiteFile]


class UploadFiles(Struct, frozen=True):
    """Upload the files below `directory` that the bucket does not have, then the list of all of them.

    A file with a hash in its name gets its place at once, because no page refers to it yet. Any other file
    is stored below `.shipit/`; a later step publishes it.

    Args:
        host: the address of the bucket.
        state: the key of the record, without its ending.
        image: the version and the commit.
        directory: the directory with the files.
        immutable: the patterns of files that never change; None for those with a hash in their names.
        earlier: the digests of releases in the bucket, which can have the same files.
    """

    kind: ClassVar[str] = "upload-files"
    public: ClassVar[bool] = False
    host: str
    state: str
    image: DeployedImage
    directory: str
    immutable: tuple[str, ...] | None = None
    earlier: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.image.digest}"

    @property
    def summary(self) -> str:
        return f"upload the new files of {self.directory} to {machine(self.host)}, without leading users to them"

    def check(self, world: World) -> Done | Todo:
        site = world.sites.at(self.host)
        release = read_release(site, self.state, self.image.digest)
        if release and is_stored(release, site.files(), self.state):
            return Done()
        if world.git.head() != self.image.revision:
            what = f"the files of {self.image} are no longer in {machine(self.host)}, and HEAD is another commit"
            raise ConflictError(what, hint=upload_again(self.image))
        return Todo()

    def apply(self, world: World) -> Outputs:
        site = world.sites.at(self.host)
        listed, contents = site.files(), self._contents(world)
        etags = self._upload_immutable(site, listed, contents)
        self._store_others(site, listed, contents)
        files = (replace(file, etag=etags.get(file, "")) for file in sorted(contents, key=lambda file: file.path))
        site.write(release_path(self.state, self.image.digest), release_text(SiteRelease(self.image, tuple(files))))
        return {}

    def _contents(self, world: World) -> _Contents:
        """Return the files of the site, each with the function that reads it."""
        found: dict[SiteFile, Callable[[], bytes]] = {}
        for path in self._paths(world):
            name = path.removeprefix(f"{self.directory}/")
            if world.files.size(path) > limits.SITE_FILE:
                what = f"`{path}` is larger than {limits.SITE_FILE.written}"
                raise ConfigError(what, hint="serve the file from another place, or delete it after the build")
            file = site_file(name, world.files.digest(path) or "", self.immutable)
            found[file] = partial(_bytes_of, path, world)
        proof = proof_of(self.image, found)
        return {**found, SiteFile(PROOF, sha256_of(proof), "application/json", FRESH): lambda: proof}

    def _paths(self, world: World) -> tuple[str, ...]:
        """Return the paths of the files; raises `ConfigError` if the build did not make a site."""
        paths = [path for pattern in _PATTERNS for path in world.files.glob(f"{self.directory}/{pattern}")]
        if f"{self.directory}/{INDEX}" not in paths:
            what = f"there is no `{self.directory}/{INDEX}` to deploy"
            raise ConfigError(what, hint="set `build` of the target to the commands that make it, and `directory`")
        if f"{self.directory}/{PROOF}" in paths:
            what = f"`{self.directory}/{PROOF}` has the name of the file in which shipit writes the version"
            raise ConfigError(what, hint="give the file another name")
        if bad := next((path for path in paths if _is_no_text(path)), None):
            what = f"the name of a file in `{self.directory}` is not UTF-8: {bad!a}"
            raise ConfigError(what, hint="give the file another name")
        return tuple(dict.fromkeys(paths))

    def _upload_immutable(self, site: Site, listed: Listed, contents: _Contents) -> dict[SiteFile, str]:
        """Upload the files that never change and are not in the bucket yet, and return the ETags of all of them."""
        known, immutable = self._known(site), [file for file in contents if file.immutable]
        found = {file: self._etag_of_same(file, site, listed, known) for file in immutable}
        new = [file for file, etag in found.items() if not etag]
        etags = site.put_all([_upload(file.path, file, contents[file]) for file in new])
        return found | dict(zip(new, etags, strict=True))

    def _known(self, site: Site) -> _Known:
        """Return the files of earlier releases by path and ETag, so that they need no request of their own."""
        releases = (read_release(site, self.state, digest) for digest in self.earlier)
        return {(file.path, file.etag): file for release in releases if release for file in release.immutable}

    def _etag_of_same(
        self, file: SiteFile, site: Site, listed: Listed, known: Mapping[tuple[str, str], SiteFile]
    ) -> str:
        """Return the ETag of the object if it is this file with the same headers; empty if it must be uploaded.

        Raises `ConfigError` if the object has another content: browsers would keep it for a year.
        """
        there = listed.get(file.path)
        if there is None:
            return ""
        recorded = known.get((file.path, there.etag))
        if recorded and replace(recorded, etag="") == file:
            return there.etag
        found = site.find(file.path)
        if found and found.cache == file.cache and found.sha256 not in ("", file.sha256):
            what = f"the content of `{file.path}` changed, but browsers keep it for a year, as its name has a hash"
            hint = 'change the name of the file with its content, or list only other files: immutable = ["assets/**"]'
            raise ConfigError(what, hint=hint)
        same = found and (found.sha256, found.type, found.cache) == (file.sha256, file.type, file.cache)
        return there.etag if same else ""

    def _store_others(self, site: Site, listed: Listed, contents: _Contents) -> None:
        """Store the files without a hash in their names, by their content, if the bucket does not have it yet."""
        keys = {stored_path(self.state, file.sha256): file for file in contents if not file.immutable}
        new = [_upload(key, file, contents[file]) for key, file in keys.items() if key not in listed]
        site.put_all(new)


def _is_no_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return True
    return False


def _upload(key: str, file: SiteFile, content: Callable[[], bytes]) -> NewFile:
    return NewFile(key, file.sha256, content, file.type, file.cache)


def _bytes_of(path: str, world: World) -> bytes:
    return (world.files.read(path) or "").encode("utf-8", "surrogateescape")
