"""Files attached to a GitHub release."""

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
    """Attach the file at `path`; the same file there already will do, another makes way while `release` is a draft.

    Raises:
        ConfigError: GitHub takes no such file.
        ConflictError: another file of that name is published.
    """
    wanted = described(path)

    def attached() -> Asset | None:
        return next((shape(held) for held in release.get_assets() if _is(held, wanted)), None)

    def upload() -> Asset:
        _make_room(release, wanted.name)
        return _accepted(_post(release, path, wanted.name, timeout), wanted.name)

    return calls.ensure(f"attach `{wanted.name}` to release `{release.tag_name}`", attached, upload)


def shape(asset: GitReleaseAsset) -> Asset:
    return Asset(asset.name, asset.size, asset.digest)


def whole(asset: GitReleaseAsset) -> bool:
    """Whether its upload came to an end; a broken one holds the name all the same."""
    return asset.state == "uploaded"


def described(path: str) -> Asset:
    """What a forge should hold once the file at `path` is attached."""
    name, size = os.path.basename(path), os.path.getsize(path)
    if size == 0:
        raise ConfigError(f"the asset `{name}` is empty, and GitHub takes no empty file", where=path)
    with open(path, "rb") as file:
        return Asset(name, size, f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}")


def _is(held: GitReleaseAsset, wanted: Asset) -> bool:
    same = held.digest in (None, wanted.digest)  # older servers tell no digest
    return whole(held) and held.name == wanted.name and held.size == wanted.size and same


def _make_room(release: GitRelease, name: str) -> None:
    for held in release.get_assets():
        if held.name == name and whole(held) and not release.draft:
            what = f"the published release `{release.tag_name}` has another file `{name}`"
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
    """Uploads go to a host of their own, for which PyGithub opens connections that wait for ever."""
    from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass

    parts = urlsplit(url)
    kind = HTTPSRequestsConnectionClass if parts.scheme == "https" else HTTPRequestsConnectionClass
    return kind(parts.hostname or "", parts.port, timeout=timeout)


def _accepted(made: GitReleaseAsset, name: str) -> Asset:
    """GitHub renames what it does not like; under another name the file would never be found again."""
    if made.name != name:
        made.delete_asset()
        what = f"GitHub does not take `{name}` as the name of an asset"
        raise ConfigError(what, where="release.assets", hint=f"rename the file, to `{made.name}` for example")
    return shape(made)
