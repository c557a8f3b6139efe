"""Releases on GitHub and GitHub Enterprise Server."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

from shipit.adapters.github import assets as github_assets
from shipit.adapters.github import deployments as github_deployments
from shipit.adapters.github import git_data as github_git
from shipit.adapters.github import issues as github_issues
from shipit.adapters.github.calls import GitHubApi
from shipit.adapters.github.findings import github_findings
from shipit.adapters.retry_policy import RetryPolicy
from shipit.core.notes.links import Links
from shipit.core.write_back import WriteBack
from shipit.errors import ConflictError
from shipit.finding import Finding
from shipit.world import Asset, DeploymentState, ForgeDeployment, ForgeRelease

if TYPE_CHECKING:
    from collections.abc import Mapping

    from github.GithubObject import Opt
    from github.GitRelease import GitRelease
    from github.Repository import Repository

API_VERSION = "2022-11-28"


class GitHubForge:
    """The releases of one repository; `shipit.world.Forge` describes the methods.

    Args:
        slug: `owner/name` of the repository.
        token: the token; None can only read, and only a public repository.
        api_url: the address of the API: `https://api.github.com`, or `https://HOST/api/v3` of an Enterprise Server.
        server_url: the address of the web pages, such as `https://github.com`.
        base: the directory that the paths of assets are relative to.
        retry_policy: the limits of waiting and retrying.

    Each method raises `AuthError` if the token is missing or lacks a permission, and `RemoteError` for other failures.
    """

    name = "github"
    shared = True

    def __init__(
        self,
        slug: str,
        token: str | None,
        api_url: str = "https://api.github.com",
        server_url: str = "https://github.com",
        *,
        base: str = ".",
        retry_policy: RetryPolicy | None = None,
    ) -> None:
        self._slug = slug
        self._token = token
        self._api_url = api_url
        self._server_url = server_url
        self._base = base
        self._policy = retry_policy or RetryPolicy()

    @cached_property
    def _calls(self) -> GitHubApi:
        return GitHubApi(self._slug, self._policy, "contents: write")

    @cached_property
    def _issue_calls(self) -> GitHubApi:
        return GitHubApi(self._slug, self._policy, "issues: write` and `pull-requests: write")

    @cached_property
    def _deployment_calls(self) -> GitHubApi:
        return GitHubApi(self._slug, self._policy, "deployments: write")

    @cached_property
    def _repository(self) -> Repository:
        from github import Auth, Github

        client = Github(
            auth=Auth.Token(self._token) if self._token else None,
            base_url=self._api_url,
            timeout=self._policy.timeout,
            retry=None,
            per_page=100,
            seconds_between_requests=None,
            seconds_between_writes=self._policy.between_writes,
            api_version=API_VERSION,
            lazy=True,
        )
        return client.get_repo(self._slug)

    @property
    def shows_deployments(self) -> bool:
        return self._token is not None

    def links(self) -> Links:
        return Links(f"{self._server_url.rstrip('/')}/{self._slug}")

    def findings(self, write_back: WriteBack) -> tuple[Finding, ...]:
        if self._token is None:
            fix = "set it to a token with `contents: write`; in GitHub Actions: `GITHUB_TOKEN: ${{ github.token }}`"
            what = f"`GITHUB_TOKEN` is not set; a release of `{self._slug}` needs it"
            return (Finding("github-token-missing", what, fix),)
        return tuple(github_findings(self._calls, self._repository, write_back))

    def find_release(self, tag: str) -> ForgeRelease | None:
        found = self._calls.retry(f"find release `{tag}`", lambda: self._find(tag))
        return _to_release(found) if found else None

    def create_draft(self, *, tag: str, title: str, body: str, prerelease: bool, branch: str | None) -> ForgeRelease:
        """Create a draft, or update the draft that exists; a published release must have the same text."""
        action = f"draft release `{tag}`"
        target = _target(branch)

        def draft() -> GitRelease:
            return self._first(
                self._repository.create_git_release(
                    tag, title, body, True, prerelease, target_commitish=target, make_latest="false"
                )
            )

        found = self._calls.ensure(action, lambda: self._find(tag), draft)
        held = _to_release(found)
        if (held.title, held.body, held.prerelease) == (title, body, prerelease):
            return held
        if not held.draft:
            raise _published_differently(held)
        return _to_release(
            self._calls.retry(
                action, lambda: found.update_release(title, body, True, prerelease, target_commitish=target)
            )
        )

    def upload_asset(self, tag: str, path: str) -> Asset:
        release = self._require(tag)
        return github_assets.attach(self._calls, release, os.path.join(self._base, path), self._policy.timeout)

    def publish(self, tag: str, *, latest: bool) -> ForgeRelease:
        release = self._require(tag)
        make_latest = "true" if latest and not release.prerelease else "false"

        def publish() -> GitRelease:
            return release.update_release(
                release.name or "", release.body or "", prerelease=release.prerelease, make_latest=make_latest
            )

        return _to_release(self._calls.ensure(f"publish release `{tag}`", lambda: self._published(tag), publish))

    def create_commit(self, *, branch: str, parent: str, message: str, files: Mapping[str, bytes]) -> str:
        return github_git.create_commit(
            self._calls, self._repository, branch=branch, parent=parent, message=message, files=files
        )

    def create_tag(self, name: str, commit: str, message: str) -> None:
        github_git.create_tag(self._calls, self._repository, name, commit, message)

    def find_comment(self, number: int, mark: str) -> str | None:
        return github_issues.find_comment(self._issue_calls, self._repository, number, mark)

    def labels(self, number: int) -> frozenset[str]:
        return github_issues.labels(self._issue_calls, self._repository, number)

    def deployment_state(self, deployment: ForgeDeployment) -> str | None:
        return github_deployments.find_state(self._deployment_calls, self._repository, deployment)

    def report_deployment(self, deployment: ForgeDeployment, state: DeploymentState) -> None:
        github_deployments.report(self._deployment_calls, self._repository, deployment, state)

    def keep_comment(self, number: int, mark: str, text: str) -> None:
        github_issues.keep_comment(self._issue_calls, self._repository, number, mark, text)

    def add_label(self, number: int, label: str) -> None:
        github_issues.add_label(self._issue_calls, self._repository, number, label)

    def _find(self, tag: str) -> GitRelease | None:
        """Return the published release, or else the oldest draft, so that two runs choose the same draft."""
        drafts = (each for each in self._repository.get_releases() if each.draft and each.tag_name == tag)
        return self._published(tag) or min(drafts, key=lambda each: each.id, default=None)

    def _published(self, tag: str) -> GitRelease | None:
        from github import UnknownObjectException

        try:
            return self._repository.get_release(tag)
        except UnknownObjectException:
            return None

    def _first(self, made: GitRelease) -> GitRelease:
        """Return the new draft `made`; if another run created a draft before, delete `made` and return that draft."""
        found = self._find(made.tag_name)
        if found is None or found.id == made.id:
            return made
        made.delete_release()
        return found

    def _require(self, tag: str) -> GitRelease:
        found = self._calls.retry(f"find release `{tag}`", lambda: self._find(tag))
        if found is None:
            raise ConflictError(
                f"there is no release `{tag}` on GitHub", hint="run the same command again: it creates the draft"
            )
        return found


def _target(branch: str | None) -> Opt[str]:
    """Return `branch`, or PyGithub's value for an omitted argument."""
    from github.GithubObject import NotSet

    return NotSet if branch is None else branch


def _published_differently(held: ForgeRelease) -> ConflictError:
    return ConflictError(
        f"release `{held.tag}` is already published with a different text",
        where=held.url,
        hint="keep it and release a new version, or delete it on GitHub and run the same command again",
    )


def _to_release(release: GitRelease) -> ForgeRelease:
    return ForgeRelease(
        tag=release.tag_name,
        title=release.name or "",
        body=(release.body or "").replace("\r\n", "\n"),  # GitHub's web editor stores CRLF
        draft=release.draft,
        prerelease=release.prerelease,
        url=release.html_url,
        assets=tuple(github_assets.to_asset(each) for each in release.assets if github_assets.is_complete(each)),
    )
