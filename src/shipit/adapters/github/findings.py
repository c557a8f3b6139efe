"""The reasons why this token cannot make a release on GitHub, found by reading only."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from msgspec import Raw

from shipit.adapters.github.answers import RepositoryAnswer
from shipit.adapters.github.calls import GitHubApi
from shipit.adapters.github.rules import BranchRules
from shipit.core.write_back import MergeMethod, WriteBack
from shipit.errors import AuthError, RemoteError
from shipit.finding import Finding


def github_findings(
    calls: GitHubApi,
    rules: BranchRules,
    write_back: WriteBack,
    server_url: str,
    auto_merge: MergeMethod | None = None,
) -> Iterator[Finding]:
    """Yield the reasons why a release would fail; stop if the repository itself cannot be read.

    `calls` makes the requests, `rules` are those of the branches, `write_back` is the setting `release.write-back`,
    `server_url` is the address of the web pages, and `auto_merge` is the setting `release.auto-merge`.
    """
    try:
        repository = calls.retry("read the repository", lambda: calls.client.get("", RepositoryAnswer))
    except (AuthError, RemoteError) as error:
        yield Finding(_code(error), error.what, error.hint or "run the same command again")
        return
    slug, token = repository.full_name, calls.caller.token
    if slug.lower() != calls.caller.slug.lower():
        what = f"`{calls.caller.slug}` has a new name on GitHub, `{slug}`"
        fix = f"git remote set-url origin {server_url.rstrip('/')}/{slug}.git"
        fix += f"; if the clone uses SSH: git remote set-url origin git@{urlsplit(server_url).hostname}:{slug}.git"
        yield Finding("github-repository-renamed", what, fix, severity="warning")
    if repository.archived:
        yield Finding("github-archived", f"`{slug}` is archived, so it is read-only", f"unarchive `{slug}`")
    elif not _may_write(calls, repository):
        what = f"{token} can read `{slug}`, but has no permission to write to it"
        yield Finding("github-read-only", what, f"give it the permission `contents: write` on `{slug}`")
    branch = repository.default_branch
    required = rules.refuse_push(branch) if write_back.pushes else None
    if required:
        what = f"`{branch}` is protected on GitHub by {required}, so the push of the release commit can be refused"
        fix = 'allow the token to bypass the protection, or set `write-back = "pull-request"`, `"api"` or `"none"`'
        yield Finding("github-branch-protected", what, fix, severity="warning")
    if auto_merge:
        yield from _auto_merge_findings(repository, auto_merge)


def _auto_merge_findings(repository: RepositoryAnswer, method: MergeMethod) -> Iterator[Finding]:
    """Yield a warning if the repository does not allow auto-merge, or not by `method`; GitHub then refuses it."""
    allowed = {
        "merge": repository.allow_merge_commit,
        "squash": repository.allow_squash_merge,
        "rebase": repository.allow_rebase_merge,
    }
    if allowed[method] is False:
        others = " or ".join(f'`auto-merge = "{name}"`' for name, is_allowed in allowed.items() if is_allowed)
        what = f'`{repository.full_name}` does not allow the merge method of `auto-merge = "{method}"`'
        yield Finding("github-auto-merge", what, f"set {others}", severity="warning")
    if repository.allow_auto_merge is False:
        what = f"`{repository.full_name}` does not allow auto-merge, so a person has to merge the release pull request"
        fix = "turn on `Allow auto-merge` in the settings of the repository, or remove `auto-merge`"
        yield Finding("github-auto-merge", what, fix, severity="warning")


def _code(error: AuthError | RemoteError) -> str:
    if isinstance(error, AuthError):
        return "github-token-refused"
    return "github-repository-not-found" if error.status == 404 else "github-unreachable"


def _may_write(calls: GitHubApi, repository: RepositoryAnswer) -> bool:
    """Return whether the token can write; True if GitHub does not report it, because the first write shows it then."""
    return repository.permissions is None or repository.permissions.push or _is_of_an_app(calls)


def _is_of_an_app(calls: GitHubApi) -> bool:
    """Return whether this is the token of an App, such as that of GitHub Actions.

    The API does not report the permissions of such a token. Older GitHub Enterprise Servers give it no prefix that
    shows its kind, so they are asked.
    """
    if calls.caller.is_app:
        return True
    path = "/installation/repositories"
    try:
        calls.retry("read the kind of the token", lambda: calls.client.get_elsewhere(path, dict[str, Raw], per_page=1))
    except (AuthError, RemoteError):
        return False
    return True
