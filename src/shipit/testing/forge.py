"""A forge in memory, for tests; its releases are in the remote that the clones share."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from msgspec.structs import replace

from shipit.core.notes.links import Links
from shipit.core.write_back import MergeMethod, WriteBack
from shipit.errors import PUBLISHED_MEANWHILE, BranchMoved, CommandError, ConflictError, Overtaken, RemoteError
from shipit.finding import Finding
from shipit.testing.files import FakeFiles
from shipit.testing.git import FakeCommit, FakeRemote, FakeTag
from shipit.world import (
    Asset,
    DeploymentState,
    ForgeDeployment,
    ForgePullRequest,
    ForgeRelease,
    MergedPullRequest,
    PastDeployment,
    attached_meanwhile,
    require_attached,
)


class FakeForge:
    """The forge of `remote`: it reads assets from `files`, and can create commits and tags as GitHub can.

    A test can set `problems`, the findings that it reports, `shows_deployments`, whether deployments are reported to
    it, `opens_pull_requests`, whether it can open pull requests, `checked` and `signed`, the branches that require
    checks or signed commits, `signs`, whether it signs commits, and `methods`, the methods of auto-merge it allows.
    """

    name = "fake"
    shared = True

    def __init__(self, remote: FakeRemote, files: FakeFiles) -> None:
        self.problems: tuple[Finding, ...] = ()
        self.shows_deployments = False
        self.opens_pull_requests = True
        self.checked: set[str] = set()
        self.signed: set[str] = set()
        self.workflows_open_nothing = False
        self.signs = True
        self.methods: set[str] = {"merge", "squash", "rebase"}
        self._attached: dict[str, dict[str, Asset]] = {}  # by this run, for each tag: its files by name
        self._seen: dict[str, set[Asset]] = {}  # for each tag: the files at the first look, and those of this run
        self._remote = remote
        self._files = files

    # -- reads

    def links(self) -> Links:
        return Links(self._remote.url)

    def find_release(self, tag: str) -> ForgeRelease | None:
        return self._remote.releases.get(tag)

    def is_published(self, tag: str) -> bool:
        found = self.find_release(tag)
        return found is not None and not found.draft

    def drafts(self) -> tuple[str, ...]:
        return tuple(tag for tag, release in self._remote.releases.items() if release.draft)

    def findings(self, write_back: WriteBack, auto_merge: MergeMethod | None = None) -> tuple[Finding, ...]:
        """Return `problems`."""
        self._seen = {tag: {*release.assets} for tag, release in self._remote.releases.items()}
        return self.problems

    def find_comment(self, number: int, mark: str) -> str | None:
        return next((text for text in self._remote.comments.get(number, []) if text.startswith(mark)), None)

    def labels(self, number: int) -> frozenset[str]:
        return frozenset(self._remote.labels.get(number, ()))

    def deployments(self, environment: str) -> tuple[PastDeployment, ...]:
        return tuple(self._remote.past_deployments.get(environment, ()))

    def deployment_state(self, deployment: ForgeDeployment) -> str | None:
        reported = self._remote.deployments.get(deployment.environment, [])
        return reported[-1][1] if reported and _is_same(reported[-1][0], deployment) else None

    def find_pull_request(self, branch: str, base: str) -> ForgePullRequest | None:
        return self._remote.pull_requests.newest(branch, base)

    def merged_pull_requests(self, base: str) -> tuple[MergedPullRequest, ...]:
        return self._remote.pull_requests.merged(base)

    def pull_request_messages(self, number: int) -> tuple[str, ...]:
        return self._remote.pull_requests.messages(number)

    def requires_checks(self, branch: str) -> bool:
        return branch in self.checked

    def refuses_workflow_pull_requests(self) -> bool:
        return self.workflows_open_nothing

    def push_rules(self, branch: str) -> str | None:
        return "required pull requests" if branch in self._remote.protected else None

    def requires_signatures(self, branch: str) -> bool:
        return branch in self.signed

    def is_verified(self, commit: str) -> bool:
        return self.signs

    # -- writes

    def keep_pull_request(
        self, *, branch: str, base: str, title: str, body: str, draft: bool = False
    ) -> ForgePullRequest:
        return self._remote.pull_requests.keep(branch, base, title, body, draft)

    def enable_auto_merge(self, branch: str, base: str, method: MergeMethod) -> None:
        if method not in self.methods:
            raise RemoteError(f"the repository does not allow auto-merge by the method `{method}`", status=422)
        self._remote.pull_requests.enable_auto_merge(branch, base, method)

    def create_draft(self, *, tag: str, title: str, body: str, prerelease: bool, branch: str | None) -> ForgeRelease:
        held = self.find_release(tag) or ForgeRelease(tag, title, body, True, prerelease, self.links().release(tag))
        wanted = replace(held, title=title, body=body, prerelease=prerelease)
        if not held.draft and wanted != held:
            raise _published(f"release `{tag}` is already published with a different text")
        return self._keep(wanted)

    def upload_asset(self, tag: str, path: str) -> Asset:
        release = self._require(tag)
        asset = self._asset(path)
        others = tuple(each for each in release.assets if each.name != asset.name)
        if not release.draft and asset not in release.assets and others != release.assets:
            raise _published(f"the published release `{tag}` already has a different file `{asset.name}`")
        if release.draft and {each for each in release.assets if each.name == asset.name} - {
            asset,
            *self._seen.get(tag, ()),
        }:
            raise attached_meanwhile(tag, asset.name)
        if asset not in release.assets:
            self._keep(replace(release, assets=(*others, asset)))
        self._seen.setdefault(tag, set()).add(asset)
        self._attached.setdefault(tag, {})[asset.name] = asset
        return asset

    def attach_by_hand(self, tag: str, asset: Asset) -> None:
        """Attach a file as a person can on the web page of the release."""
        release = self._require(tag)
        self._keep(replace(release, assets=(*release.assets, asset)))

    def remove_asset(self, tag: str, name: str) -> None:
        release = self._require(tag)
        if not release.draft:
            raise _published(f"release `{tag}` is published, so `{name}` is not removed from it")
        self._keep(replace(release, assets=tuple(each for each in release.assets if each.name != name)))
        self._attached.get(tag, {}).pop(name, None)

    def publish(self, tag: str, *, latest: bool) -> ForgeRelease:
        release = self._require(tag)
        if release.draft:
            require_attached(tag, self._attached.get(tag, {}).values(), release.assets)
        if latest and not release.prerelease:
            self._remote.latest = tag
        return self._keep(replace(release, draft=False))

    def create_commit(self, *, branch: str, parent: str, message: str, files: Mapping[str, bytes]) -> str:
        commits = self._remote.commits
        if parent not in commits.held:
            raise RemoteError(f"the forge has no commit `{parent[:10]}`", status=404)
        tree = {**commits.held[parent].tree, **files}
        tip = self._remote.branches[branch]
        made = commits.held[tip]
        if (made.tree, made.parents, made.message) == (tree, (parent,), message):
            return tip
        if tip != parent:
            what = f"`{branch}` moved on the forge during this run"
            raise BranchMoved(what, hint="run the same command again")
        self._remote.branches[branch] = commits.add(FakeCommit(tree, (parent,), message, self._remote.clock.tick()))
        return self._remote.branches[branch]

    def create_tag(self, name: str, commit: str, message: str) -> None:
        existing = self._remote.tags.get(name)
        if existing is not None and existing.commit != commit:
            raise ConflictError(
                f"the tag `{name}` exists on the forge, on another commit", hint="release a new version"
            )
        if existing is None:
            self._remote.tags[name] = FakeTag(commit, message, self._remote.clock.tick())

    def keep_comment(self, number: int, mark: str, text: str) -> None:
        held = self.find_comment(number, mark)
        comments = self._remote.comments.setdefault(number, [])
        if held is None:
            comments.append(text)
        else:
            comments[comments.index(held)] = text

    def add_label(self, number: int, label: str) -> None:
        self._remote.labels.setdefault(number, set()).add(label)

    def report_deployment(self, deployment: ForgeDeployment, state: DeploymentState) -> None:
        reported = self._remote.deployments.setdefault(deployment.environment, [])
        past = self._remote.past_deployments.setdefault(deployment.environment, [])
        now = int(self._remote.clock.now().timestamp())
        if reported and _is_same(reported[-1][0], deployment):
            if reported.pop()[1] != state:
                past[-1] = replace(past[-1], states=(*past[-1].states, (state, now)))
        else:
            made = PastDeployment(deployment.commit, deployment.digest, deployment.version, now, ((state, now),))
            past.append(made)
        if state == "success":
            reported[:] = [(each, "inactive" if old == "success" else old) for each, old in reported]
        reported.append((deployment, state))

    # -- inside

    def _keep(self, release: ForgeRelease) -> ForgeRelease:
        self._remote.releases[release.tag] = release
        return release

    def _require(self, tag: str) -> ForgeRelease:
        found = self.find_release(tag)
        if found is None:
            hint = "run the same command again: it creates the draft"
            raise ConflictError(f"there is no release `{tag}`", hint=hint)
        return found

    def _asset(self, path: str) -> Asset:
        data = self._files.held.get(path)
        if data is None:
            raise CommandError(f"the asset `{path}` cannot be read")
        return Asset(path.rpartition("/")[2], len(data), f"sha256:{hashlib.sha256(data).hexdigest()}")


def _is_same(one: ForgeDeployment, other: ForgeDeployment) -> bool:
    """Return whether it is the same image of the same commit, whichever run deploys it."""
    return (one.commit, one.digest) == (other.commit, other.digest)


def _published(what: str) -> ConflictError:
    return Overtaken(what, hint=PUBLISHED_MEANWHILE)
