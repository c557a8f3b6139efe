"""Comments and labels of pull requests and issues, which share their numbers."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from standin.answers import Answer, Call, invalid, not_found, page

if TYPE_CHECKING:
    from standin.server import GitHubStandIn

LONGEST_BODY = 65_536  # characters
_ids = itertools.count(5001)


@dataclass
class Comment:
    """`author` is a login; `association` says what its owner is to the repository."""

    body: str
    author: str = "octocat"
    association: str = "NONE"
    id: int = field(default_factory=lambda: next(_ids))


@dataclass
class Issue:
    """An issue or a pull request."""

    comments: list[Comment] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)


def list_comments(github: GitHubStandIn, call: Call) -> Answer:
    number, issue = _issue(github, call)
    return page(call, [_comment_shape(github, number, comment) for comment in issue.comments])


def create_comment(github: GitHubStandIn, call: Call) -> Answer:
    number, issue = _issue(github, call)
    _accept(call.json["body"])
    # GitHub Actions comments as a bot that is nothing to the repository.
    who = ("github-actions[bot]", "NONE") if call.installation else ("ada", "OWNER")
    issue.comments.append(Comment(call.json["body"], *who))
    return Answer(201, _comment_shape(github, number, issue.comments[-1]))


def update_comment(github: GitHubStandIn, call: Call) -> Answer:
    _accept(call.json["body"])
    for number, issue in github.issues.items():
        for comment in issue.comments:
            if comment.id == int(call.params["comment_id"]):
                comment.body = call.json["body"]
                return Answer(200, _comment_shape(github, number, comment))
    raise not_found()


def list_labels(github: GitHubStandIn, call: Call) -> Answer:
    _, issue = _issue(github, call)
    return page(call, [_label_shape(github, name) for name in issue.labels])


def add_labels(github: GitHubStandIn, call: Call) -> Answer:
    """A label that the repository does not have is made."""
    _, issue = _issue(github, call)
    issue.labels = list(dict.fromkeys([*issue.labels, *call.json["labels"]]))
    return Answer(200, [_label_shape(github, name) for name in issue.labels])


def _issue(github: GitHubStandIn, call: Call) -> tuple[int, Issue]:
    number = int(call.params["issue_number"])
    if number not in github.issues:
        raise not_found()
    return number, github.issues[number]


def _accept(body: str) -> None:
    if len(body) > LONGEST_BODY:
        raise invalid("IssueComment", "body", "custom", f"body is too long (maximum is {LONGEST_BODY} characters)")


def _comment_shape(github: GitHubStandIn, number: int, comment: Comment) -> dict[str, Any]:
    kind = "Bot" if comment.author.endswith("[bot]") else "User"
    return github.description.filled(
        "issue-comment",
        id=comment.id,
        url=f"{github.repository_url}/issues/comments/{comment.id}",
        html_url=f"{github.url}/{github.slug}/issues/{number}#issuecomment-{comment.id}",
        body=comment.body,
        author_association=comment.association,
        user=github.description.filled("simple-user", login=comment.author, type=kind),
    )


def _label_shape(github: GitHubStandIn, name: str) -> dict[str, Any]:
    return github.description.filled("label", name=name, url=f"{github.repository_url}/labels/{name}")


REPOSITORY = "/repos/{owner}/{repo}"
ROUTES = {
    ("GET", f"{REPOSITORY}/issues/{{issue_number}}/comments"): list_comments,
    ("POST", f"{REPOSITORY}/issues/{{issue_number}}/comments"): create_comment,
    ("PATCH", f"{REPOSITORY}/issues/comments/{{comment_id}}"): update_comment,
    ("GET", f"{REPOSITORY}/issues/{{issue_number}}/labels"): list_labels,
    ("POST", f"{REPOSITORY}/issues/{{issue_number}}/labels"): add_labels,
}
