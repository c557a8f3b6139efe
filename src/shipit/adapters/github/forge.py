"""Releases on GitHub and GitHub Enterprise Server."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from shipit.adapters.github import assets as github_assets
from shipit.adapters.github import deployments as github_deployments
from shipit.adapters.github import git_data as github_git
from shipit.adapters.github import issues as github_issues
from shipit.adapters.github import pull_requests as github_pull_requests
from shipit.adapters.github.answers import ReleaseAnswer
from shipit.adapters.github.calls import GitHubApi
from shipit.adapters.github.client import GitHubClient
from shipit.adapters.github.failure import Caller
from shipit.adapters.github.findings import github_findings
from shipit.adapters.github.releases import Releases
from shipit.adapters.github.rules import BranchRules
from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.adapters.token_name import VARIABLE, TokenName
from shipit.core.notes.links import Links
from shipit.core.write_back import MergeMethod, WriteBack
from shipit.errors import PUBLISHED_MEANWHILE, ConflictError, Overtaken
from shipit.finding import Finding
from shipit.world import (
    Asset,
    DeploymentState,
    ForgeDeployment,
    ForgePullRequest,
    ForgeRelease,
    MergedPullRequest,
    PastDeployment,
    require_attached,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

# How the tokens of Apps begin; GitHub's page "About authentication to GitHub" lists the prefixes.
_APP_TOKEN = "ghs_"


class GitHubForge:
    """The releases of one repository; `shipit.world.Forge` describes the methods.

    Args:
        slug: `owner/name` of the repository.
        token: the token; None can only read, and only a public repository.
        api_url: the address of the API: `https://api.github.com`, or `https://HOST/api/v3` of an Enterprise Server.
        server_url: the address of the web pages, such as `https://github.com`.
        base: the directory that the paths of assets are relative to.
        retry_policy: the limits of waiting and retrying.
        token_name: the name of the token for messages.

    Each method raises `AuthError` if the token is missing or lacks a permission, and `RemoteError` for other failures.
    """

    name = "github"
    shared = True
    opens_pull_requests = True

    def __init__(
        self,
        slug: str,
        token: str | None,
        api_url: str = "https://api.github.com",
        server_url: str = "https://github.com",
        *,
        base: str = ".",
        retry_policy: RetryPolicy | None = None,
        token_name: TokenName = VARIABLE,
    ) -> None:
        self._slug = slug
        self._token = token
        self._api_url = api_url
        self._server_url = server_url
        self._base = base
        self._token_name = token_name
        self._policy = retry_policy or RetryPolicy()
        self._attached: dict[str, dict[str, Asset]] = {}  # by this run, for each tag: its files by name

    @cached_property
    def _client(self) -> GitHubClient:
        return GitHubClient(f"/repos/{quote(self._slug)}", self._token, self._api_url, self._policy)

    @cached_property
    def _releases(self) -> Releases:
        return Releases(self._client)

    @cached_property
    def _calls(self) -> GitHubApi:
        return self._api("contents: write")

    @cached_property
    def _issue_calls(self) -> GitHubApi:
        return self._api("issues: write` and `pull-requests: write")

    @cached_property
    def _pull_calls(self) -> GitHubApi:
        return self._api("pull-requests: write")

    @cached_property
    def _rules(self) -> BranchRules:
        return BranchRules(self._calls)

    @property
    def _owner(self) -> str:
        return self._slug.partition("/")[0]

    @cached_property
    def _deployment_calls(self) -> GitHubApi:
        return self._api("deployments: write")

    def _api(self, permission: str) -> GitHubApi:
        return GitHubApi(self._client, self._caller, self._policy, permission)

    @property
    def _caller(self) -> Caller:
        is_app = (self._token or "").startswith(_APP_TOKEN)
        return Caller(self._slug, self._token_name, has_token=self._token is not None, is_app=is_app)

    @property
    def shows_deployments(self) -> bool:
        return self._token is not None

    def links(self) -> Links:
        return Links.of(self._server_url, self._slug)

    def findings(self, write_back: WriteBack, auto_merge: MergeMethod | None = None) -> tuple[Finding, ...]:
        if self._token is None:
            name = self._token_name
            fix = f"set {name.place} to a token with `contents: write`"
            fix += "; in GitHub Actions: `GITHUB_TOKEN: ${{ github.token }}`" if name is VARIABLE else ""
            what = f"{name.name} is not set; a release of `{self._slug}` needs it"
            return (Finding("github-token-missing", what, fix),)
        self._releases.start_over()
        return tuple(github_findings(self._calls, self._rules, write_back, self._server_url, auto_merge))

    def find_release(self, tag: str) -> ForgeRelease | None:
        found = self._calls.retry(f"find release `{tag}`", lambda: self._releases.find(tag))
        return _to_release(found) if found else None

    def is_published(self, tag: str) -> bool:
        return self._calls.retry(f"find release `{tag}`", lambda: self._releases.published(tag)) is not None

    def drafts(self) -> tuple[str, ...]:
        return self._calls.retry("list the releases", self._releases.drafts)

    def create_draft(self, *, tag: str, title: str, body: str, prerelease: bool, branch: str | None) -> ForgeRelease:
        """Create a draft, or update the draft that exists; a published release must have the same text."""
        action = f"draft release `{tag}`"
        fields = {"name": title, "body": body, "prerelease": prerelease, "draft": True}
        fields |= {"target_commitish": branch} if branch else {}

        def draft() -> ReleaseAnswer:
            return self._releases.create({"tag_name": tag, "make_latest": "false", **fields})

        found = self._calls.ensure(action, lambda: self._releases.find(tag), draft)
        held = _to_release(found)
        if (held.title, held.body, held.prerelease) == (title, body, prerelease):
            return held
        if not held.draft:
            raise _published_differently(held)
        return _to_release(self._calls.retry(action, lambda: self._releases.update(found, fields)))

    def upload_asset(self, tag: str, path: str) -> Asset:
        asset = github_assets.attach(self._calls, self._releases, tag, os.path.join(self._base, path))
        self._attached.setdefault(tag, {})[asset.name] = asset
        return asset

    def remove_asset(self, tag: str, name: str) -> None:
        github_assets.remove(self._calls, self._releases, tag, name)
        self._attached.get(tag, {}).pop(name, None)

    def publish(self, tag: str, *, latest: bool) -> ForgeRelease:
        action = f"publish release `{tag}`"

        def published() -> ReleaseAnswer | None:
            found = self._releases.require(tag)
            return None if found.draft else found

        attached = self._attached.get(tag, {}).values()

        def publish() -> ReleaseAnswer:
            draft = self._releases.require(tag)
            if attached:  # another run can have replaced them since
                draft = self._releases.renew(draft)
                if not draft.draft:
                    return draft
                require_attached(tag, attached, _to_release(draft).assets)
            make_latest = "true" if latest and not draft.prerelease else "false"
            made = self._releases.update(draft, {"draft": False, "make_latest": make_latest})
            try:
                require_attached(tag, attached, _to_release(made).assets)
            except Overtaken as error:
                raise github_assets.replaced_in_published(made, (each.name for each in attached)) from error
            return made

        return _to_release(self._calls.ensure(action, published, publish))

    def find_pull_request(self, branch: str, base: str) -> ForgePullRequest | None:
        return github_pull_requests.find(self._pull_calls, self._owner, branch, base)

    def merged_pull_requests(self, base: str) -> tuple[MergedPullRequest, ...]:
        return github_pull_requests.merged(self._pull_calls, base)

    def pull_request_messages(self, number: int) -> tuple[str, ...]:
        return github_pull_requests.messages(self._pull_calls, number)

    def requires_checks(self, branch: str) -> bool:
        return self._rules.require_checks(branch)

    def refuses_workflow_pull_requests(self) -> bool:
        return self._rules.refuse_workflow_pull_requests()

    def push_rules(self, branch: str) -> str | None:
        return self._rules.refuse_push(branch)

    def requires_signatures(self, branch: str) -> bool:
        return self._rules.require_signatures(branch)

    def keep_pull_request(
        self, *, branch: str, base: str, title: str, body: str, draft: bool = False
    ) -> ForgePullRequest:
        fields = {"branch": branch, "base": base, "title": title, "body": body}
        return github_pull_requests.keep(self._pull_calls, self._owner, **fields, draft=draft)

    def enable_auto_merge(self, branch: str, base: str, method: MergeMethod) -> None:
        github_pull_requests.enable_auto_merge(self._pull_calls, self._owner, branch, base, method)

    def create_commit(self, *, branch: str, parent: str, message: str, files: Mapping[str, bytes]) -> str:
        return github_git.create_commit(self._calls, branch=branch, parent=parent, message=message, files=files)

    def is_verified(self, commit: str) -> bool:
        return github_git.is_verified(self._calls, commit)

    def create_tag(self, name: str, commit: str, message: str) -> None:
        github_git.create_tag(self._calls, name, commit, message)

    def find_comment(self, number: int, mark: str) -> str | None:
        return github_issues.find_comment(self._issue_calls, number, mark)

    def labels(self, number: int) -> frozenset[str]:
        return github_issues.labels(self._issue_calls, number)

    def deployment_state(self, deployment: ForgeDeployment) -> str | None:
        return github_deployments.find_state(self._deployment_calls, deployment)

    def deployments(self, environment: str) -> tuple[PastDeployment, ...]:
        return github_deployments.past(self._api("deployments: read"), environment)

    def report_deployment(self, deployment: ForgeDeployment, state: DeploymentState) -> None:
        github_deployments.report(self._deployment_calls, deployment, state)

    def keep_comment(self, number: int, mark: str, text: str) -> None:
        github_issues.keep_comment(self._issue_calls, number, mark, text)

    def add_label(self, number: int, label: str) -> None:
        github_issues.add_label(self._issue_calls, number, label)


def _published_differently(held: ForgeRelease) -> ConflictError:
    return ConflictError(
        f"release `{held.tag}` is already published with a different text",
        where=held.url,
        hint=PUBLISHED_MEANWHILE,
    )


def _to_release(release: ReleaseAnswer) -> ForgeRelease:
    return ForgeRelease(
        tag=release.tag_name,
        title=release.name or "",
        body=(release.body or "").replace("\r\n", "\n"),  # GitHub's web editor stores CRLF
        draft=release.draft,
        prerelease=release.prerelease,
        url=release.html_url,
        assets=tuple(github_assets.to_asset(each) for each in release.assets if github_assets.is_complete(each)),
    )
