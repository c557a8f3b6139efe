"""The reasons why this token cannot make a release on GitHub, found by reading only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

from shipit.adapters.github.calls import GitHubApi
from shipit.core.write_back import WriteBack
from shipit.errors import AuthError, RemoteError
from shipit.finding import Finding

if TYPE_CHECKING:
    from github.Repository import Repository

# The rules of a ruleset that can refuse a commit pushed directly to the branch.
_REFUSING = {
    "merge_queue",
    "pull_request",
    "required_deployments",
    "required_signatures",
    "required_status_checks",
    "update",
}


def github_findings(calls: GitHubApi, repository: Repository, write_back: WriteBack) -> Iterator[Finding]:
    """Yield the reasons why a release would fail; stop if the repository itself cannot be read.

    `calls` makes the requests, `write_back` is the setting `release.write-back`.
    """
    try:
        calls.retry("read the repository", repository.complete)
    except (AuthError, RemoteError) as error:
        yield Finding(_code(error), error.what, error.hint or "run the same command again")
        return
    slug = repository.full_name
    if repository.archived:
        yield Finding("github-archived", f"`{slug}` is archived, so it is read-only", f"unarchive `{slug}`")
    elif not (repository.permissions.push or _of_an_app(calls, repository)):
        what = f"`GITHUB_TOKEN` can read `{slug}`, but has no permission to write to it"
        yield Finding("github-read-only", what, f"give it the permission `contents: write` on `{slug}`")
    if write_back.pushes and _protected(calls, repository, repository.default_branch):
        what = f"`{repository.default_branch}` is protected on GitHub, which can refuse the push of the release commit"
        fix = 'allow the token to bypass the protection, or set `write-back = "api"` or `"none"`'
        yield Finding("github-branch-protected", what, fix, severity="warning")


def _code(error: AuthError | RemoteError) -> str:
    if isinstance(error, AuthError):
        return "github-token-refused"
    return "github-repository-not-found" if error.status == 404 else "github-unreachable"


def _of_an_app(calls: GitHubApi, repository: Repository) -> bool:
    """Return whether this is the token of an App, such as that of GitHub Actions.

    The API does not report the permissions of such a token.
    """
    try:
        path = "/installation/repositories"
        calls.retry("read the kind of the token", lambda: _read(repository, f"{path}?per_page=1"))
    except (AuthError, RemoteError):
        return False
    return True


def _protected(calls: GitHubApi, repository: Repository, branch: str) -> bool:
    """Return whether `branch` has a protection or a rule that can refuse a push.

    False if GitHub does not answer the question: older GitHub Enterprise Servers have no rules.
    """
    rules = f"{repository.url}/rules/branches/{quote(branch, safe='')}"

    def refuses() -> bool:
        listed = _read(repository, rules)
        has_rule = isinstance(listed, list) and any(rule["type"] in _REFUSING for rule in listed)
        return has_rule or repository.get_branch(branch).protected

    try:
        return calls.retry(f"read the rules of `{branch}`", refuses)
    except (AuthError, RemoteError):
        return False


def _read(repository: Repository, url: str) -> object:
    _, answer = repository.requester.requestJsonAndCheck("GET", url)
    return answer
