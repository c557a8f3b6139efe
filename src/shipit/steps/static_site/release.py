"""The releases of a site in its bucket, and the comparison of a release with the objects there."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import DecodeError, ValidationError, json

from shipit.core.deploy import (
    INDEX,
    DeployedImage,
    SiteFile,
    SiteRelease,
    bucket_parts,
    machine,
    release_path,
    stored_path,
)
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
        bucket, _ = bucket_parts(site.address)
        away = f"aws s3 mv s3://{bucket}/{path} s3://{bucket}/{path}.old"
        raise ConflictError(what, hint=f"move it away, then deploy the commit of the release again: {away}") from error


def require_release(site: Site, state: str, image: DeployedImage) -> SiteRelease:
    """Return the files of a release; raise `ConflictError` if the bucket does not have their list."""
    found = read_release(site, state, image.digest)
    if found is None:
        what = f"the files of {image} are not in {machine(site.address)}"
        raise ConflictError(what, hint=f"{upload_again(image)}, or go back to another version")
    return found


def upload_again(image: DeployedImage) -> str:
    """Return the hint for a release whose files are not in the bucket."""
    commit = f"run `git checkout {image.revision}`" if image.revision else "check out its commit"
    return f"{commit}, then deploy it again"


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
    """Return whether users get all files of a release: those without a hash in their names are its own."""
    index = site.find(INDEX)
    written = index is not None and index.release == release.image.digest
    return written and all(serves(file, files, site, state) for file in release.fresh)


def serves(file: SiteFile, files: Listed, site: Site, state: str) -> bool:
    """Return whether the object at the path of a file without a hash in its name has its content.

    S3 gives objects with the same content the same ETag, except in buckets with a key of KMS: then S3 is asked.
    """
    there, stored = files.get(file.path), files.get(stored_path(state, file.sha256))
    if there is None:
        return False
    if stored and there.etag == stored.etag:
        return True
    found = site.find(file.path)
    return found is not None and (found.sha256, found.type, found.cache) == (file.sha256, file.type, file.cache)
