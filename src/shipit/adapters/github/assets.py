"""Assets: the files attached to a GitHub release."""

from __future__ import annotations

import hashlib
import os
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shipit.adapters.github.calls import GitHubApi
from shipit.errors import ConfigError, ConflictError
from shipit.world import Asset

if TYPE_CHECKING:
    from github.GitRelease import GitRelease
    from github.GitReleaseAsset import GitReleaseAsset
    from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass


def attach(calls: GitHubApi, release: GitRelease, path: str, timeout: int) -> Asset:
    """Attach the file `path` to `release`, unless the release has the same file; in a draft, replace a different one.

    Args:
        calls: makes the requests.
        timeout: in seconds, for the upload.

    Raises:
        ConfigError: GitHub accepts no such file.
        ConflictError: the release is published and has a different file of this name.
    """
    wanted = local_asset(path)

    def attached() -> Asset | None:
        return next((to_asset(held) for held in release.get_assets() if _is(held, wanted)), None)

    def upload() -> Asset:
        _make_room(release, wanted.name)
        return _accepted(_post(release, path, wanted.name, timeout), wanted.name)

    return calls.ensure(f"attach `{wanted.name}` to release `{release.tag_name}`", attached, upload)


def to_asset(asset: GitReleaseAsset) -> Asset:
    """Return the asset in the form of the port."""
    return Asset(asset.name, asset.size, asset.digest)


def is_complete(asset: GitReleaseAsset) -> bool:
    """Return whether the upload was completed; GitHub also lists assets whose upload broke off."""
    return asset.state == "uploaded"


def local_asset(path: str) -> Asset:
    """Return the asset that the local file `path` will be; raises `ConfigError` if the file is empty."""
    name, size = os.path.basename(path), os.path.getsize(path)
    if size == 0:
        raise ConfigError(f"the asset `{name}` is empty, and GitHub accepts no empty files", where=path)
    with open(path, "rb") as file:
        return Asset(name, size, f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}")


def _is(held: GitReleaseAsset, wanted: Asset) -> bool:
    same = held.digest in (None, wanted.digest)  # older servers report no digest
    return is_complete(held) and held.name == wanted.name and held.size == wanted.size and same


def _make_room(release: GitRelease, name: str) -> None:
    for held in release.get_assets():
        if held.name == name and is_complete(held) and not release.draft:
            what = f"the published release `{release.tag_name}` already has a different file `{name}`"
            raise ConflictError(
                what, where=release.html_url, hint="delete that file on GitHub, or release a new version"
            )
        if held.name == name:
            held.delete_asset()


def _post(release: GitRelease, path: str, name: str, timeout: int) -> GitReleaseAsset:
    from github.GitReleaseAsset import GitReleaseAsset

    url = release.upload_url.partition("{")[0]
    with open(path, "rb") as file, closing(_connection(url, timeout)) as connection:
        headers, data = release.requester.requestMemoryBlobAndCheck(
            "POST",
            url,
            {"name": name},
            {"Content-Type": "application/octet-stream"},
            file,
            cnx=connection,
        )
    return GitReleaseAsset(release.requester, headers, data, completed=True)


def _connection(url: str, timeout: int) -> HTTPRequestsConnectionClass | HTTPSRequestsConnectionClass:
    """Return a connection with a time limit, in seconds; PyGithub's connections for uploads have none."""
    from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass

    parts = urlsplit(url)
    kind = HTTPSRequestsConnectionClass if parts.scheme == "https" else HTTPRequestsConnectionClass
    return kind(parts.hostname or "", parts.port, timeout=timeout)


def _accepted(made: GitReleaseAsset, name: str) -> Asset:
    """Return the uploaded asset; if GitHub changed its name, delete it and raise `ConfigError`.

    GitHub replaces some characters in names. Under another name the next run would not find the asset.
    """
    if made.name != name:
        made.delete_asset()
        what = f"GitHub does not accept `{name}` as the name of an asset"
        raise ConfigError(what, where="release.assets", hint=f"rename the file, for example to `{made.name}`")
    return to_asset(made)
