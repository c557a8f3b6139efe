"""Comments and labels of pull requests and issues, which GitHub keeps under one number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipit.adapters.github.calls import GitHubApi

if TYPE_CHECKING:
    from github.IssueComment import IssueComment
    from github.Repository import Repository

# Who may write to the repository. The token of GitHub Actions comments as a bot that is associated with nothing.
_WRITERS = {"OWNER", "MEMBER", "COLLABORATOR"}


def find_comment(calls: GitHubApi, repository: Repository, number: int, mark: str) -> str | None:
    """The text of the first comment that begins with `mark` and is not by a stranger."""
    found = calls.repeat(f"read the comments on #{number}", lambda: _find(repository, number, mark))
    return _text(found) if found else None


def keep_comment(calls: GitHubApi, repository: Repository, number: int, mark: str, text: str) -> None:
    """Bring that comment up to date, or make it."""
    doing = f"comment on #{number}"

    def comment() -> IssueComment:
        return repository.get_issue(number).create_comment(text)

    held = calls.ensure(doing, lambda: _find(repository, number, mark), comment)
    calls.repeat(doing, lambda: None if _text(held) == text else held.edit(text))


def labels(calls: GitHubApi, repository: Repository, number: int) -> frozenset[str]:
    """The names of its labels."""
    doing = f"read the labels of #{number}"
    return calls.repeat(doing, lambda: frozenset(each.name for each in repository.get_issue(number).get_labels()))


def add_label(calls: GitHubApi, repository: Repository, number: int, label: str) -> None:
    """Label it; GitHub makes a label that does not exist, and adding one twice is adding it once."""
    place = f"{repository.url}/issues/{number}/labels"
    labels = {"labels": [label]}  # PyGithub sends a bare list, which GitHub takes but does not describe
    calls.repeat(f"label #{number}", lambda: repository.requester.requestJsonAndCheck("POST", place, input=labels))


def _find(repository: Repository, number: int, mark: str) -> IssueComment | None:
    comments = repository.get_issue(number).get_comments()
    return next((each for each in comments if _text(each).startswith(mark) and _trusted(each)), None)


def _trusted(comment: IssueComment) -> bool:
    kind = getattr(comment.user, "type", None)  # nobody, where the account is gone
    return comment.author_association in _WRITERS or kind == "Bot"


def _text(comment: IssueComment) -> str:
    return (comment.body or "").replace("\r\n", "\n")  # as GitHub's own editor stores line ends
