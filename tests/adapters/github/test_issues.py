"""Comments and labels on GitHub: their authors, and tokens without permission."""

from __future__ import annotations

import pytest
from standin.issues import Comment, Issue
from standin.server import GOOD, INSTALLATION, READ_ONLY, GitHubStandIn

from shipit.adapters.github import GitHubForge
from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.errors import AuthError, RemoteError

MARK = "<!-- mark -->"


def connect(github: GitHubStandIn, token: str | None = GOOD) -> GitHubForge:
    retry_policy = RetryPolicy(timeout=5, pause=0, between_writes=None, sleep=lambda seconds: None)
    return GitHubForge(github.slug, token, github.api_url, github.url, retry_policy=retry_policy)


@pytest.fixture
def issue(github: GitHubStandIn) -> Issue:
    github.issues[12] = Issue()
    return github.issues[12]


@pytest.mark.parametrize("token", [GOOD, INSTALLATION])
def test_the_comment_of_an_earlier_run_is_found_again(github: GitHubStandIn, issue: Issue, token: str) -> None:
    for text in ("first", "second"):
        connect(github, token).keep_comment(12, MARK, f"{MARK}\n{text}")
    assert [comment.body for comment in issue.comments] == [f"{MARK}\nsecond"]


def test_a_comment_by_a_user_without_write_access_is_ignored(github: GitHubStandIn, issue: Issue) -> None:
    issue.comments.append(Comment(f"{MARK}\nnever releases", "mallory", "CONTRIBUTOR"))
    connect(github).keep_comment(12, MARK, f"{MARK}\nmerging this releases 1.1.0")
    assert [comment.author for comment in issue.comments] == ["mallory", "ada"]
    assert issue.comments[0].body == f"{MARK}\nnever releases"


def test_a_comment_is_found_behind_hundreds_of_others(github: GitHubStandIn, issue: Issue) -> None:
    issue.comments += [Comment(f"comment {number}") for number in range(250)]
    connect(github).keep_comment(12, MARK, f"{MARK}\nfirst")
    connect(github).keep_comment(12, MARK, f"{MARK}\nsecond")
    assert [comment.body for comment in issue.comments[250:]] == [f"{MARK}\nsecond"]


def test_a_comment_is_not_created_twice_if_the_response_was_lost(github: GitHubStandIn, issue: Issue) -> None:
    github.fail("POST", "/comments$", 502, when="after")
    connect(github).keep_comment(12, MARK, f"{MARK}\nonce")
    assert [comment.body for comment in issue.comments] == [f"{MARK}\nonce"]


@pytest.mark.parametrize("token", [READ_ONLY, None])
def test_a_token_without_permission_is_reported_with_the_needed_permission(
    github: GitHubStandIn, issue: Issue, token: str | None
) -> None:
    with pytest.raises(AuthError) as refused:
        connect(github, token).keep_comment(12, MARK, f"{MARK}\ntext")
    assert "comment on #12" in refused.value.what
    if token:
        assert refused.value.hint == "give it the permission `issues: write` and `pull-requests: write` on `acme/app`"
    assert issue.comments == []


def test_a_number_that_does_not_exist_is_an_error_with_this_number(github: GitHubStandIn) -> None:
    with pytest.raises(RemoteError, match="comment on #99"):
        connect(github).keep_comment(99, MARK, f"{MARK}\ntext")
    with pytest.raises(RemoteError, match="label #99"):
        connect(github).add_label(99, "released")


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("GET", 301), ("POST", 200), ("POST", 204)])
def test_a_response_of_an_undocumented_form_is_a_remote_error(
    github: GitHubStandIn, issue: Issue, method: str, status: int
) -> None:
    github.fail(method, "/comments$", status, times=99)
    with pytest.raises(RemoteError, match="comment on #12"):
        connect(github).keep_comment(12, MARK, f"{MARK}\ntext")
