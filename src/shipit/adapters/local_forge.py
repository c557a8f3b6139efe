"""A forge of local files, for a remote that is not on GitHub. It needs no service.

<root>/v1.4.0/release.json     the fields of the release; written last, when its other files exist
<root>/v1.4.0/notes.md         the release body
<root>/v1.4.0/assets/app.jar   an asset
<root>/LATEST                  the tag of the latest release
<root>/issues/12.json          the comments and labels of issue or pull request 12
"""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import msgspec
from msgspec import Struct, to_builtins
from msgspec.structs import replace

from shipit.adapters.files.working_tree import WorkingTree
from shipit.core.notes.links import Links
from shipit.core.write_back import MergeMethod, WriteBack
from shipit.errors import PUBLISHED_MEANWHILE, CommandError, ConfigError, ConflictError, Overtaken
from shipit.finding import Finding
from shipit.world import (
    Asset,
    DeploymentState,
    ForgeDeployment,
    ForgePullRequest,
    ForgeRelease,
    attached_meanwhile,
    require_attached,
)

_Form = TypeVar("_Form")


class _Held(Struct):
    """The content of a `release.json`."""

    tag: str
    title: str
    draft: bool
    prerelease: bool
    assets: tuple[Asset, ...]


class LocalForge:
    """The releases below `root`; each file is replaced atomically.

    Args:
        root: the directory of all releases; created with the first draft.
        links: the web addresses of the remote; None if it has no web pages.
        base: the directory that the paths of assets are relative to.
        shared: whether other clones see `root`.
    """

    name = "local"
    shows_deployments = False
    opens_pull_requests = False

    def __init__(self, root: str, links: Links | None = None, *, base: str = ".", shared: bool = True) -> None:
        self.shared = shared
        self._root = Path(root)
        self._store = WorkingTree(root)
        self._links = links
        self._base = Path(base)
        self._attached: dict[str, dict[str, Asset]] = {}  # by this run, for each tag: its files by name
        self._seen: dict[str, set[Asset]] = {}  # for each tag: the files at the first look, and those of this run

    def links(self) -> Links | None:
        return self._links

    def findings(self, write_back: WriteBack, auto_merge: MergeMethod | None = None) -> tuple[Finding, ...]:
        found = filter(None, map(self.find_release, self.drafts()))
        self._seen = {each.tag: {*each.assets} for each in found}
        if not (write_back.through_forge or write_back.proposes):
            return ()
        what = f'`write-back = "{write_back}"` needs a remote on GitHub'
        return (Finding("write-back-needs-github", what, 'set `write-back = "push"` or `"none"`'),)

    def find_release(self, tag: str) -> ForgeRelease | None:
        held = self._held(f"{_folder(tag)}/release.json", _Held)
        if held is None:
            return None
        body = self._store.read(f"{_folder(tag)}/notes.md") or ""
        fields = {name: getattr(held, name) for name in held.__struct_fields__}
        return ForgeRelease(**fields, body=body, url=self._url(tag))

    def is_published(self, tag: str) -> bool:
        found = self.find_release(tag)
        return found is not None and not found.draft

    def drafts(self) -> tuple[str, ...]:
        places = sorted(place.relative_to(self._root) for place in self._root.glob("*/release.json"))
        releases = (self._held(str(place), _Held) for place in places)
        return tuple(release.tag for release in releases if release and release.draft)

    def _held(self, path: str, form: type[_Form]) -> _Form | None:
        """Return the values in a file; None if there is none. Raises `CommandError` for a damaged file."""
        text = self._store.read(path)
        if text is None:
            return None
        try:
            return msgspec.json.decode(text.encode("utf-8", "surrogateescape"), type=form)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            what = f"`{path}` in `{self._root}` is damaged: {error}"
            place = shlex.quote(str(self._root / path))
            hint = f"restore the file, or move it away and run the same command again: mv {place} {place}.damaged"
            raise CommandError(what, hint=hint) from error

    def create_draft(self, *, tag: str, title: str, body: str, prerelease: bool, branch: str | None) -> ForgeRelease:
        """Create a draft, or update the draft that exists; a published release must have the same text."""
        held = self.find_release(tag) or ForgeRelease(tag, title, body, True, prerelease, self._url(tag))
        wanted = replace(held, title=title, body=body, prerelease=prerelease)
        if not held.draft and wanted != held:
            what = f"release `{tag}` is already published with a different text"
            raise ConflictError(what, where=held.url, hint=PUBLISHED_MEANWHILE)
        return self._keep(wanted)

    def upload_asset(self, tag: str, path: str) -> Asset:
        release = self._require(tag)
        asset, data = self._read(path)
        others = tuple(each for each in release.assets if each.name != asset.name)
        if asset not in release.assets and len(others) < len(release.assets) and not release.draft:
            what = f"the published release `{tag}` already has a different file `{asset.name}`"
            raise Overtaken(what, where=release.url, hint=PUBLISHED_MEANWHILE)
        if release.draft and {each for each in release.assets if each.name == asset.name} - {
            asset,
            *self._seen.get(tag, ()),
        }:
            raise attached_meanwhile(tag, asset.name)
        self._seen.setdefault(tag, set()).add(asset)
        self._store.write(f"{_folder(tag)}/assets/{asset.name}", data.decode("utf-8", "surrogateescape"))
        self._keep(replace(release, assets=(*others, asset)))
        self._attached.setdefault(tag, {})[asset.name] = asset
        return asset

    def remove_asset(self, tag: str, name: str) -> None:
        release = self._require(tag)
        if not release.draft:
            what = f"release `{tag}` is published, so `{name}` is not removed from it"
            raise Overtaken(what, where=release.url, hint=PUBLISHED_MEANWHILE)
        self._attached.get(tag, {}).pop(name, None)
        self._keep(replace(release, assets=tuple(each for each in release.assets if each.name != name)))
        (self._root / _folder(tag) / "assets" / name).unlink(missing_ok=True)

    def publish(self, tag: str, *, latest: bool) -> ForgeRelease:
        release = self._require(tag)
        if release.draft:
            require_attached(tag, self._attached.get(tag, {}).values(), release.assets)
        if latest and not release.prerelease:
            self._store.write("LATEST", f"{tag}\n")
        return self._keep(replace(release, draft=False))

    def create_commit(self, *, branch: str, parent: str, message: str, files: Mapping[str, bytes]) -> str:
        raise _needs_github()

    def create_tag(self, name: str, commit: str, message: str) -> None:
        raise _needs_github()

    def find_comment(self, number: int, mark: str) -> str | None:
        return next((text for text in self._issue(number)["comments"] if text.startswith(mark)), None)

    def labels(self, number: int) -> frozenset[str]:
        return frozenset(self._issue(number)["labels"])

    def deployment_state(self, deployment: ForgeDeployment) -> None:
        """Return None: files show no deployments."""

    def deployments(self, environment: str) -> tuple[()]:
        return ()

    def find_pull_request(self, branch: str, base: str) -> None:
        """Return None: files hold no pull requests."""

    def merged_pull_requests(self, base: str) -> tuple[()]:
        return ()

    def pull_request_messages(self, number: int) -> tuple[str, ...]:
        return ()

    def requires_checks(self, branch: str) -> bool:
        return False

    def refuses_workflow_pull_requests(self) -> bool:
        return False

    def push_rules(self, branch: str) -> None:
        """Return None: files have no rules."""

    def requires_signatures(self, branch: str) -> bool:
        return False

    def is_verified(self, commit: str) -> bool:
        return False

    def keep_pull_request(
        self, *, branch: str, base: str, title: str, body: str, draft: bool = False
    ) -> ForgePullRequest:
        raise _needs_github("only GitHub can open pull requests")

    def enable_auto_merge(self, branch: str, base: str, method: MergeMethod) -> None:
        raise _needs_github("only GitHub can merge pull requests by itself")

    def report_deployment(self, deployment: ForgeDeployment, state: DeploymentState) -> None:
        """Do nothing: files show no deployments."""

    def keep_comment(self, number: int, mark: str, text: str) -> None:
        issue = self._issue(number)
        held = self.find_comment(number, mark)
        others = [each for each in issue["comments"] if each != held]
        self._keep_issue(number, {**issue, "comments": [*others, text]})

    def add_label(self, number: int, label: str) -> None:
        issue = self._issue(number)
        self._keep_issue(number, {**issue, "labels": sorted({*issue["labels"], label})})

    def _issue(self, number: int) -> dict[str, list[str]]:
        held = self._held(f"issues/{number}.json", dict[str, list[str]]) or {}
        return {"comments": [], "labels": [], **held}

    def _keep_issue(self, number: int, issue: dict[str, list[str]]) -> None:
        if issue != self._issue(number):
            self._store.write(f"issues/{number}.json", json.dumps(issue, ensure_ascii=False, indent=2) + "\n")

    def _keep(self, release: ForgeRelease) -> ForgeRelease:
        """Write the files of `release` if they differ, and return it."""
        if self.find_release(release.tag) != release:
            held = {name: value for name, value in to_builtins(release).items() if name not in ("body", "url")}
            self._store.write(f"{_folder(release.tag)}/notes.md", release.body)
            self._store.write(f"{_folder(release.tag)}/release.json", json.dumps(held, indent=2) + "\n")
        return release

    def _read(self, path: str) -> tuple[Asset, bytes]:
        file = self._base / path
        try:
            data = file.read_bytes()
        except OSError as error:
            raise CommandError(f"the asset `{path}` cannot be read: {error.strerror}") from error
        return Asset(file.name, len(data), f"sha256:{hashlib.sha256(data).hexdigest()}"), data

    def _require(self, tag: str) -> ForgeRelease:
        found = self.find_release(tag)
        if found is None:
            hint = "run the same command again: it creates the draft"
            raise ConflictError(f"there is no release `{tag}`", where=str(self._root), hint=hint)
        return found

    def _url(self, tag: str) -> str:
        notes = self._root.absolute() / _folder(tag) / "notes.md"
        return self._links.release(tag) if self._links else notes.as_uri()


def _folder(tag: str) -> str:
    """Return the directory name for a tag, different for each tag: `app/v1` becomes `app%2Fv1`."""
    return quote(tag, safe="")


def _needs_github(what: str = "only GitHub can create commits through its API") -> ConfigError:
    return ConfigError(
        what,
        where="release.write-back",
        hint='set `write-back = "push"` or `"none"`',
        state="nothing was written",
    )
