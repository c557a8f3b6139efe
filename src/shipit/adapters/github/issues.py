"""Comments and labels of issues and pull requests; for GitHub a pull request is an issue with the same number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipit.adapters.github.calls import GitHubApi

if TYPE_CHECKING:
    from github.IssueComment import IssueComment
    from github.Repository import Repository

# The associations of authors who can write to the repository. Bots such as that of GitHub Actions have none of them.
_WRITERS = {"OWNER", "MEMBER", "COLLABORATOR"}


def find_comment(calls: GitHubApi, repository: Repository, number: int, mark: str) -> str | None:
    """Return the text of the first comment that begins with `mark`, by a bot or a user who can write; None without."""
    comment = calls.retry(f"read the comments on #{number}", lambda: _find(repository, number, mark))
    return _text(comment) if comment else None


def keep_comment(calls: GitHubApi, repository: Repository, number: int, mark: str, text: str) -> None:
    """Replace the text of the comment that `find_comment` finds, or add the comment if there is none."""
    action = f"comment on #{number}"

    def create() -> IssueComment:
        return repository.get_issue(number).create_comment(text)

    comment = calls.ensure(action, lambda: _find(repository, number, mark), create)
    calls.retry(action, lambda: None if _text(comment) == text else comment.edit(text))


def labels(calls: GitHubApi, repository: Repository, number: int) -> frozenset[str]:
    """Return the names of the labels of an issue or pull request."""
    action = f"read the labels of #{number}"
    return calls.retry(action, lambda: frozenset(each.name for each in repository.get_issue(number).get_labels()))


def add_label(calls: GitHubApi, repository: Repository, number: int, label: str) -> None:
    """Add a label to an issue or pull request; GitHub creates the label if the repository does not have it."""
    url = f"{repository.url}/issues/{number}/labels"
    labels = {"labels": [label]}  # PyGithub sends a list without the key, a form that GitHub does not document
    calls.retry(f"label #{number}", lambda: repository.requester.requestJsonAndCheck("POST", url, input=labels))


def _find(repository: Repository, number: int, mark: str) -> IssueComment | None:
    comments = repository.get_issue(number).get_comments()
    return next((each for each in comments if _text(each).startswith(mark) and _trusted(each)), None)


def _trusted(comment: IssueComment) -> bool:
    kind = getattr(comment.user, "type", None)  # `user` is None if the account was deleted
    return comment.author_association in _WRITERS or kind == "Bot"


def _text(comment: IssueComment) -> str:
    return (comment.body or "").replace("\r\n", "\n")  # GitHub's web editor stores CRLF
