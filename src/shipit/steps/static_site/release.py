"""The releases of a site in its bucket, and the comparison of a release with the objects there."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import DecodeError, ValidationError, json

from shipit.core.deploy import INDEX, DeployedImage, SiteFile, SiteRelease, machine, release_path, stored_path
from shipit.errors import ConflictError
from shipit.world.sites import Site, StoredFile

Listed = Mapping[str, StoredFile]


def read_release(site: Site, state: str, digest: str) -> SiteRelease | None:
    """Return the files of a release; None if the bucket does not have its list.

    Raises `ConflictError` if the text is not such a list.
    """
    path = release_path(state, digest)
    text = site.read(path)
    if text is None:
        return None
    try:
        return json.decode(text.encode("utf-8", "surrogateescape"), type=SiteRelease)
    except (DecodeError, ValidationError, RecursionError, ValueError) as error:
        what = f"`{path}` in {machine(site.address)} is not a list of files: {error}"
        raise ConflictError(what, hint="look at it, then delete it and deploy the commit again") from error


def require_release(site: Site, state: str, image: DeployedImage) -> SiteRelease:
    """Return the files of a release; raise `ConflictError` if the bucket does not have their list."""
    found = read_release(site, state, image.digest)
    if found is None:
        what = f"the files of {image} are not in {machine(site.address)}"
        raise ConflictError(what, hint="check out its commit and deploy it, or go back to another version")
    return found


def is_stored(release: SiteRelease, files: Listed, state: str) -> bool:
    """Return whether all files of a release are in the bucket, also those that another release has replaced."""
    return missing_file(release, files, state) is None


def missing_file(release: SiteRelease, files: Listed, state: str) -> SiteFile | None:
    """Return a file of a release that the bucket does not have; None if it has all."""
    for file in release.files:
        found = files.get(file.path if file.immutable else stored_path(state, file.sha256))
        if found is None or (file.immutable and found.etag != file.etag):
            return file
    return None


def is_published(release: SiteRelease, files: Listed, site: Site, state: str) -> bool:
    """Return whether users get all files of a release: those that keep their names are its own, and so is the index."""
    index = site.find(INDEX)
    written = index is not None and index.release == release.image.digest
    return written and all(serves(file, files, site, state) for file in release.fresh)


def serves(file: SiteFile, files: Listed, site: Site, state: str) -> bool:
    """Return whether the object at the path of a file that keeps its name has its content.

    S3 gives objects with the same content the same ETag, except in buckets with a key of KMS: then S3 is asked.
    """
    there, stored = files.get(file.path), files.get(stored_path(state, file.sha256))
    if there is None:
        return False
    if stored and there.etag == stored.etag:
        return True
    found = site.find(file.path)
    return found is not None and (found.sha256, found.type, found.cache) == (file.sha256, file.type, file.cache)
