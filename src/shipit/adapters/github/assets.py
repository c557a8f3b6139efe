"""Assets: the files attached to a GitHub release.

shipit gives each one a label, the name of the file, which GitHub shows in the place of this name. People, and other
tools by default, give none: so shipit recognises its own files with any token.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from shlex import quote

from shipit.adapters.github import answers
from shipit.adapters.github.answers import ReleaseAnswer
from shipit.adapters.github.calls import GitHubApi
from shipit.adapters.github.failure import GitHubFailure
from shipit.adapters.github.releases import Releases
from shipit.errors import PUBLISHED_MEANWHILE, ConfigError, ConflictError, Overtaken
from shipit.world import Asset, attached_meanwhile

_TAKEN = "already_exists"  # GitHub's reason if the release has a file of this name


def attach(calls: GitHubApi, releases: Releases, tag: str, path: str) -> Asset:
    """Attach the file `path` to the release of `tag`, unless it has the same file; in a draft, replace a different one.

    Args:
        calls: makes the requests.
        releases: the releases of the repository; it has the release.

    Raises:
        ConfigError: GitHub accepts no such file.
        Overtaken: the release is published and has a different file of this name, or another run attached one after
            this run first read the release.
        ConflictError: the release was published while this request replaced a file of it.
    """
    wanted = local_asset(path)

    def attached() -> Asset | None:
        release = releases.require(tag)
        return next((to_asset(held) for held in release.assets if _is(held, wanted)), None)

    def upload() -> Asset:
        release = releases.require(tag)
        replaces = any(held.name == wanted.name and is_complete(held) for held in release.assets)
        if replaces:
            release = releases.renew(release)  # another run can have published it since it was read
            if release.draft and any(_is_new(held, wanted.name, releases.seen(tag)) for held in release.assets):
                raise attached_meanwhile(tag, wanted.name)
        _make_room(calls, release, wanted.name)
        made = _accepted(calls, release, _upload(calls, release, path, wanted), wanted.name)
        releases.seen(tag).add(release.assets[-1].id)
        if replaces and not releases.renew(release).draft:
            raise replaced_in_published(release, [wanted.name])
        return made

    def upload_again_if_taken() -> Asset:
        try:
            return upload()
        except GitHubFailure as failure:
            releases.forget()  # the release can have the file now, of this request or of another run
            if _TAKEN not in failure.message:
                raise
            return attached() or upload()

    return calls.ensure(f"attach `{wanted.name}` to release `{tag}`", attached, upload_again_if_taken)


def remove(calls: GitHubApi, releases: Releases, tag: str, name: str) -> None:
    """Remove the file `name` from the draft of `tag`; raises `Overtaken` if the release is published."""
    releases.forget()  # another run can have published it since it was read

    def removed() -> bool | None:
        return None if any(held.name == name for held in releases.require(tag).assets) else True

    def delete() -> bool:
        release = releases.require(tag)
        if not release.draft:
            what = f"release `{tag}` is published, so `{name}` is not removed from it"
            raise Overtaken(what, where=release.html_url, hint=PUBLISHED_MEANWHILE)
        (held,) = (each for each in release.assets if each.name == name)
        try:
            _delete(calls, held)
        finally:
            releases.forget()
        return True

    calls.ensure(f"remove `{name}` from draft `{tag}`", removed, delete)


def to_asset(asset: answers.AssetAnswer) -> Asset:
    """Return the asset in the form of the port."""
    return Asset(asset.name, asset.size, asset.digest, asset.label == asset.name)


def is_complete(asset: answers.AssetAnswer) -> bool:
    """Return whether the upload was completed; GitHub also lists assets whose upload broke off."""
    return asset.state == "uploaded"


def local_asset(path: str) -> Asset:
    """Return the asset that the local file `path` will be; raises `ConfigError` if the file is empty."""
    name, size = os.path.basename(path), os.path.getsize(path)
    if size == 0:
        raise ConfigError(f"the asset `{name}` is empty, and GitHub accepts no empty files", where=path)
    with open(path, "rb") as file:
        return Asset(name, size, f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}")


def replaced_in_published(release: ReleaseAnswer, names: Iterable[str]) -> ConflictError:
    """Return the error for files that one run replaced in the moment in which another run published the release."""
    tag, names = release.tag_name, tuple(names)
    listed = ", ".join(f"`{name}`" for name in names)
    return ConflictError(
        f"release `{tag}` is published, and {listed} in it can be from another build than its other files: two runs "
        "made it at the same time",
        where=release.html_url,
        hint=f"build the files from the tag `{tag}`, compare, and replace a wrong one: "
        f"gh release upload {quote(tag)} {' '.join(map(quote, names))} --clobber",
    )


def _is_new(held: answers.AssetAnswer, name: str, seen: set[int]) -> bool:
    return held.name == name and is_complete(held) and held.id not in seen


def _is(held: answers.AssetAnswer, wanted: Asset) -> bool:
    same = held.digest in (None, wanted.digest)  # older servers report no digest
    return is_complete(held) and held.name == wanted.name and held.size == wanted.size and same


def _make_room(calls: GitHubApi, release: ReleaseAnswer, name: str) -> None:
    for held in [each for each in release.assets if each.name == name]:
        if is_complete(held) and not release.draft:
            what = f"the published release `{release.tag_name}` already has a different file `{name}`"
            raise Overtaken(what, where=release.html_url, hint=PUBLISHED_MEANWHILE)
        _delete(calls, held)
        release.assets.remove(held)


def _upload(calls: GitHubApi, release: ReleaseAnswer, path: str, wanted: Asset) -> answers.AssetAnswer:
    url = release.upload_url.partition("{")[0]
    with open(path, "rb") as file:
        return calls.client.upload(url, file, wanted.size, answers.AssetAnswer, name=wanted.name, label=wanted.name)


def _delete(calls: GitHubApi, asset: answers.AssetAnswer) -> None:
    calls.client.delete(f"/releases/assets/{asset.id}")


def _accepted(calls: GitHubApi, release: ReleaseAnswer, made: answers.AssetAnswer, name: str) -> Asset:
    """Return the uploaded asset; if GitHub changed its name, delete it and raise `ConfigError`.

    GitHub replaces some characters in names. Under another name the next run would not find the asset.
    """
    if made.name != name:
        _delete(calls, made)
        what = f"GitHub does not accept `{name}` as the name of an asset"
        raise ConfigError(what, where="release.assets", hint=f"rename the file, for example to `{made.name}`")
    release.assets.append(made)
    return to_asset(made)
