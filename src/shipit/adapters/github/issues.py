"""Comments and labels of issues and pull requests; for GitHub a pull request is an issue with the same number."""

from __future__ import annotations

from shipit.adapters.github.answers import WRITERS, Comment, Label
from shipit.adapters.github.calls import GitHubApi
from shipit.adapters.github.client import GitHubClient


def find_comment(calls: GitHubApi, number: int, mark: str) -> str | None:
    """Return the text of the first comment that begins with `mark`, by a bot or a user who can write; None without."""
    comment = calls.retry(f"read the comments on #{number}", lambda: _find(calls.client, number, mark))
    return _text(comment) if comment else None


def keep_comment(calls: GitHubApi, number: int, mark: str, text: str) -> None:
    """Replace the text of the comment that `find_comment` finds, or add the comment if there is none."""
    action, client = f"comment on #{number}", calls.client

    def create() -> Comment:
        return client.post(f"/issues/{number}/comments", Comment, {"body": text})

    comment = calls.ensure(action, lambda: _find(client, number, mark), create)
    if _text(comment) != text:
        path = f"/issues/comments/{comment.id}"
        calls.retry(action, lambda: client.patch(path, Comment, {"body": text}))


def labels(calls: GitHubApi, number: int) -> frozenset[str]:
    """Return the names of the labels of an issue or pull request."""

    def read() -> frozenset[str]:
        pages = calls.client.pages(f"/issues/{number}/labels", Label)
        return frozenset(each.name for page in pages for each in page)

    return calls.retry(f"read the labels of #{number}", read)


def add_label(calls: GitHubApi, number: int, label: str) -> None:
    """Add a label to an issue or pull request; GitHub creates the label if the repository does not have it."""
    path, labels = f"/issues/{number}/labels", {"labels": [label]}
    calls.retry(f"label #{number}", lambda: calls.client.post(path, list[Label], labels))


def _find(client: GitHubClient, number: int, mark: str) -> Comment | None:
    pages = client.pages(f"/issues/{number}/comments", Comment)
    return next((each for page in pages for each in page if _text(each).startswith(mark) and _trusted(each)), None)


def _trusted(comment: Comment) -> bool:
    is_bot = comment.user is not None and comment.user.type == "Bot"
    return comment.author_association in WRITERS or is_bot


def _text(comment: Comment) -> str:
    return (comment.body or "").replace("\r\n", "\n")  # GitHub's web editor stores CRLF
