"""Releases and their assets, as GitHub keeps them: many drafts may share a tag, published ones may not."""

from __future__ import annotations

import hashlib
import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from standin.answers import Answer, Call, invalid, not_found, page

if TYPE_CHECKING:
    from standin.server import GitHubStandIn

LONGEST_BODY = 125_000  # characters
_ids = itertools.count(1001)


@dataclass
class Asset:
    name: str
    content_type: str
    data: bytes
    state: str = "uploaded"
    label: str = ""
    id: int = field(default_factory=lambda: next(_ids))


@dataclass
class Release:
    tag_name: str
    name: str | None = None
    body: str | None = None
    draft: bool = False
    prerelease: bool = False
    target_commitish: str = "main"
    assets: list[Asset] = field(default_factory=list)
    id: int = field(default_factory=lambda: next(_ids))


FIELDS = ("tag_name", "name", "body", "draft", "prerelease", "target_commitish")


def list_releases(github: GitHubStandIn, call: Call) -> Answer:
    seen = [release for release in github.releases if call.may_write or not release.draft]
    return page(call, [_shape(github, release) for release in sorted(seen, key=lambda each: -each.id)])


def create_release(github: GitHubStandIn, call: Call) -> Answer:
    wanted = {name: call.json[name] for name in FIELDS if name in call.json}
    release = Release(**{"target_commitish": github.default_branch, **wanted})
    _accept(github, release, call.json.get("make_latest", "true"))
    github.releases.append(release)
    return Answer(201, _shape(github, release))


def find_release(github: GitHubStandIn, call: Call) -> Answer:
    return Answer(200, _shape(github, _visible(github, call)))


def find_by_tag(github: GitHubStandIn, call: Call) -> Answer:
    published = [each for each in github.releases if each.tag_name == call.params["tag"] and not each.draft]
    if not published:
        raise not_found()
    return Answer(200, _shape(github, published[0]))


def find_latest(github: GitHubStandIn, call: Call) -> Answer:
    for release in github.releases:
        if release.id == github.latest_id:
            return Answer(200, _shape(github, release))
    raise not_found()


def update_release(github: GitHubStandIn, call: Call) -> Answer:
    release = _visible(github, call)
    wanted = {name: call.json.get(name, getattr(release, name)) for name in FIELDS}
    _accept(github, Release(**wanted, id=release.id), call.json.get("make_latest", "true"))
    for name, value in wanted.items():
        setattr(release, name, value)
    return Answer(200, _shape(github, release))


def delete_release(github: GitHubStandIn, call: Call) -> Answer:
    github.releases.remove(_visible(github, call))
    return Answer(204)


def list_assets(github: GitHubStandIn, call: Call) -> Answer:
    release = _visible(github, call)
    return page(call, [_asset_shape(github, release, asset) for asset in release.assets])


def upload_asset(github: GitHubStandIn, call: Call) -> Answer:
    release = _visible(github, call)
    # GitHub renames what it does not like in a file's name.
    name = re.sub(r"[^A-Za-z0-9._+~@-]+", ".", call.asked("name"))
    if any(asset.name == name for asset in release.assets):
        raise invalid("ReleaseAsset", "name", "already_exists")
    asset = Asset(name, call.content_type, call.body, label=call.asked("label"))
    release.assets.append(asset)
    return Answer(201, _asset_shape(github, release, asset))


def find_asset(github: GitHubStandIn, call: Call) -> Answer:
    return Answer(200, _asset_shape(github, *_held(github, call)))


def delete_asset(github: GitHubStandIn, call: Call) -> Answer:
    release, asset = _held(github, call)
    release.assets.remove(asset)
    return Answer(204)


def _accept(github: GitHubStandIn, release: Release, make_latest: str) -> None:
    """Everything that GitHub checks, and does to the repository, when a release is stored."""
    if len(release.body or "") > LONGEST_BODY:
        raise invalid("Release", "body", "custom", f"body is too long (maximum is {LONGEST_BODY} characters)")
    if release.draft:
        return
    rivals = [each for each in github.releases if each.id != release.id and not each.draft]
    if any(each.tag_name == release.tag_name for each in rivals):
        raise invalid("Release", "tag_name", "already_exists")
    if release.prerelease and make_latest == "true":
        raise invalid("Release", "make_latest", "custom", "a prerelease cannot be the latest release")
    _tag(github, release)
    if make_latest == "true" and not release.prerelease:
        github.latest_id = release.id


def _tag(github: GitHubStandIn, release: Release) -> None:
    """A release whose tag is missing makes it, a lightweight one on its target."""
    if github.git.ref(f"refs/tags/{release.tag_name}") is None:
        target = github.git.resolve(release.target_commitish)
        if target is None:
            raise invalid("Release", "target_commitish", "invalid")
        github.git.move(f"refs/tags/{release.tag_name}", target)


def _visible(github: GitHubStandIn, call: Call) -> Release:
    for release in github.releases:
        if release.id == int(call.params["release_id"]) and (call.may_write or not release.draft):
            return release
    raise not_found()


def _held(github: GitHubStandIn, call: Call) -> tuple[Release, Asset]:
    for release in github.releases:
        for asset in release.assets:
            if asset.id == int(call.params["asset_id"]):
                return release, asset
    raise not_found()


def _shape(github: GitHubStandIn, release: Release) -> dict[str, Any]:
    place = f"{github.repository_url}/releases/{release.id}"
    uploads = f"{github.uploads_url}/repos/{github.slug}/releases/{release.id}/assets{{?name,label}}"
    shown = {name: getattr(release, name) for name in FIELDS}
    return github.description.filled(
        "release",
        **shown,
        id=release.id,
        url=place,
        html_url=f"{github.url}/{github.slug}/releases/tag/{_page(release)}",
        assets_url=f"{place}/assets",
        upload_url=uploads,
        published_at=None if release.draft else "2026-01-01T00:00:00Z",
        assets=[_asset_shape(github, release, asset) for asset in release.assets],
    )


def _page(release: Release) -> str:
    """A draft's page does not tell its tag."""
    return f"untagged-{hashlib.sha1(str(release.id).encode()).hexdigest()[:20]}" if release.draft else release.tag_name


def _asset_shape(github: GitHubStandIn, release: Release, asset: Asset) -> dict[str, Any]:
    whole = asset.state == "uploaded"
    return github.description.filled(
        "release-asset",
        id=asset.id,
        url=f"{github.repository_url}/releases/assets/{asset.id}",
        name=asset.name,
        label=asset.label,
        state=asset.state,
        content_type=asset.content_type,
        size=len(asset.data),
        digest=f"sha256:{hashlib.sha256(asset.data).hexdigest()}" if whole and github.tells_digests else None,
        browser_download_url=f"{github.url}/{github.slug}/releases/download/{_page(release)}/{asset.name}",
    )


REPOSITORY = "/repos/{owner}/{repo}"
ROUTES = {
    ("GET", f"{REPOSITORY}/releases"): list_releases,
    ("POST", f"{REPOSITORY}/releases"): create_release,
    ("GET", f"{REPOSITORY}/releases/latest"): find_latest,
    ("GET", f"{REPOSITORY}/releases/tags/{{tag}}"): find_by_tag,
    ("GET", f"{REPOSITORY}/releases/{{release_id}}"): find_release,
    ("PATCH", f"{REPOSITORY}/releases/{{release_id}}"): update_release,
    ("DELETE", f"{REPOSITORY}/releases/{{release_id}}"): delete_release,
    ("GET", f"{REPOSITORY}/releases/{{release_id}}/assets"): list_assets,
    ("POST", f"{REPOSITORY}/releases/{{release_id}}/assets"): upload_asset,
    ("GET", f"{REPOSITORY}/releases/assets/{{asset_id}}"): find_asset,
    ("DELETE", f"{REPOSITORY}/releases/assets/{{asset_id}}"): delete_asset,
}
