"""The release pull request of a branch: found, opened and updated on GitHub."""

from __future__ import annotations

from shipit.adapters.github.answers import WRITERS, EnabledAutoMerge, PullCommit, PullRequestAnswer
from shipit.adapters.github.calls import GitHubApi
from shipit.core.write_back import MergeMethod
from shipit.errors import RemoteError
from shipit.world import ForgePullRequest, MergedPullRequest

# The user of pull requests that were opened with `github.token`: GitHub starts no workflow for their events.
_WORKFLOW_TOKEN = "github-actions[bot]"

# A part of the answer in a private repository of a plan without draft pull requests; without the first letter, which
# GitHub writes in both cases.
_NO_DRAFTS = "raft pull requests are not supported"


def find(calls: GitHubApi, owner: str, branch: str, base: str) -> ForgePullRequest | None:
    """Return the newest pull request from `branch` of the repository of `owner` into `base`; None without one."""
    found = calls.retry(f"find the pull request of `{branch}`", lambda: _newest(calls, owner, branch, base))
    return _to_pull_request(found) if found else None


def merged(calls: GitHubApi, base: str) -> tuple[MergedPullRequest, ...]:
    """Return the pull requests that were merged into `base`, of the 100 closed ones that changed last."""
    query = {"state": "closed", "base": base, "sort": "updated", "direction": "desc", "per_page": 100}

    def read() -> list[PullRequestAnswer]:
        return calls.client.get("/pulls", list[PullRequestAnswer], **query)

    found = calls.retry(f"list the merged pull requests of `{base}`", read)
    return tuple(
        MergedPullRequest(each.number, each.merge_commit_sha, _body(each), each.author_association in WRITERS)
        for each in found
        if each.merged_at and each.merge_commit_sha
    )


def messages(calls: GitHubApi, number: int) -> tuple[str, ...]:
    """Return the messages of the commits of a pull request, oldest first; GitHub lists at most 250."""

    def read() -> tuple[str, ...]:
        pages = calls.client.pages(f"/pulls/{number}/commits", PullCommit)
        return tuple(each.commit.message for page in pages for each in page)

    return calls.retry(f"read the commits of #{number}", read)


def keep(
    calls: GitHubApi, owner: str, *, branch: str, base: str, title: str, body: str, draft: bool = False
) -> ForgePullRequest:
    """Give the open pull request from `branch` into `base` this title and body; open one if there is none.

    With `draft`, a new one is a draft pull request. GitHub has none of these in some private repositories.
    """
    action = f"open the pull request of `{branch}`"

    def opened() -> PullRequestAnswer | None:
        found = _newest(calls, owner, branch, base)
        return found if found and found.state == "open" else None

    def open_() -> PullRequestAnswer:
        fields = {"head": branch, "base": base, "title": title, "body": body, "maintainer_can_modify": False}
        return calls.client.post("/pulls", PullRequestAnswer, {**fields, "draft": draft})

    try:
        held = _to_pull_request(calls.ensure(action, opened, open_))
    except RemoteError as error:
        if draft and _NO_DRAFTS in error.what:
            where = "public repositories and in paid plans"
            error.hint = f"GitHub has draft pull requests in {where}; otherwise remove `draft-pull-request`"
        raise
    if (held.title, held.body) == (title, body.strip()):
        return held
    path, fields = f"/pulls/{held.number}", {"title": title, "body": body}
    return _to_pull_request(calls.retry(action, lambda: calls.client.patch(path, PullRequestAnswer, fields)))


_MUTATION = """
mutation ($id: ID!, $method: PullRequestMergeMethod!) {
  enablePullRequestAutoMerge(input: {pullRequestId: $id, mergeMethod: $method}) {
    pullRequest { number }
  }
}
"""


def enable_auto_merge(calls: GitHubApi, owner: str, branch: str, base: str, method: MergeMethod) -> None:
    """Let GitHub merge the open pull request by `method` when its rules accept it; only the GraphQL API can do this."""
    action = f"enable the auto-merge of `{branch}`"

    def enabled() -> bool | None:
        found = _newest(calls, owner, branch, base)
        return True if found and found.auto_merge and found.auto_merge.merge_method == method else None

    def enable() -> bool:
        found = _newest(calls, owner, branch, base)
        variables = {"id": found.node_id if found else "", "method": method.upper()}
        calls.client.graphql(_MUTATION, variables, EnabledAutoMerge)
        return True

    try:
        calls.ensure(action, enabled, enable)
    except RemoteError as error:
        error.hint = (
            "turn on `Allow auto-merge` and this merge method in the settings of the repository, and require checks "
            "or reviews for the branch, because GitHub enables it only for a pull request that has to wait; or merge "
            "it by hand"
        )
        raise


def _newest(calls: GitHubApi, owner: str, branch: str, base: str) -> PullRequestAnswer | None:
    """Return the newest pull request: GitHub lists the newest one first."""
    query = {"state": "all", "head": f"{owner}:{branch}", "base": base, "per_page": 1}
    return next(iter(calls.client.get("/pulls", list[PullRequestAnswer], **query)), None)


def _to_pull_request(found: PullRequestAnswer) -> ForgePullRequest:
    return ForgePullRequest(
        number=found.number,
        head=found.head.sha,
        state="merged" if found.merged_at else "open" if found.state == "open" else "closed",
        title=found.title,
        body=_body(found),
        auto_merge=found.auto_merge.merge_method if found.auto_merge else "",
        draft=found.draft,
        url=found.html_url,
        runs_checks=found.user is None or found.user.login != _WORKFLOW_TOKEN,
    )


def _body(found: PullRequestAnswer) -> str:
    return (found.body or "").replace("\r\n", "\n").strip()
