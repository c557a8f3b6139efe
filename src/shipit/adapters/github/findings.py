"""What stands between this token and a release on GitHub, found by reading only."""

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

# Rules of a ruleset that refuse a commit pushed straight to the branch.
_REFUSING = {
    "merge_queue",
    "pull_request",
    "required_deployments",
    "required_signatures",
    "required_status_checks",
    "update",
}


def github_findings(calls: GitHubApi, repository: Repository, write_back: WriteBack) -> Iterator[Finding]:
    """Ends at the first finding that makes further questions pointless."""
    try:
        calls.repeat("read the repository", repository.complete)
    except (AuthError, RemoteError) as error:
        yield Finding(_code(error), error.what, error.hint or "run the same command again")
        return
    slug = repository.full_name
    if repository.archived:
        yield Finding("github-archived", f"`{slug}` is archived: nobody can write to it", f"unarchive `{slug}`")
    elif not (repository.permissions.push or _of_an_app(calls, repository)):
        what = f"`GITHUB_TOKEN` may read `{slug}` but not write to it"
        yield Finding("github-read-only", what, f"give it the permission `contents: write` on `{slug}`")
    if write_back.pushes and _protected(calls, repository, repository.default_branch):
        what = f"`{repository.default_branch}` is protected on GitHub: the push of the release commit may be refused"
        fix = 'let the token bypass the protection, or set `write-back = "api"` or `"none"`'
        yield Finding("github-branch-protected", what, fix, severity="warning")


def _code(error: AuthError | RemoteError) -> str:
    if isinstance(error, AuthError):
        return "github-token-refused"
    return "github-repository-not-found" if error.status == 404 else "github-unreachable"


def _of_an_app(calls: GitHubApi, repository: Repository) -> bool:
    """Whether this is the token of an App, as GitHub Actions gives: what those may write cannot be read anywhere."""
    try:
        path = "/installation/repositories"
        calls.repeat("ask what kind of token this is", lambda: _read(repository, f"{path}?per_page=1"))
    except (AuthError, RemoteError):
        return False
    return True


def _protected(calls: GitHubApi, repository: Repository, branch: str) -> bool:
    """Whether protection is to be seen; a server that does not tell (older ones have no rules) is given the doubt."""
    rules = f"{repository.url}/rules/branches/{quote(branch, safe='')}"

    def refuses() -> bool:
        found = _read(repository, rules)
        ruled = isinstance(found, list) and any(rule["type"] in _REFUSING for rule in found)
        return ruled or repository.get_branch(branch).protected

    try:
        return calls.repeat(f"read the rules of `{branch}`", refuses)
    except (AuthError, RemoteError):
        return False


def _read(repository: Repository, url: str) -> object:
    _, answer = repository.requester.requestJsonAndCheck("GET", url)
    return answer
