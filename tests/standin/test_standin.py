"""The stand-in is judged too: it must behave as GitHub does, and it must notice when anybody strays."""

from __future__ import annotations

import json
import subprocess
import time
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from standin.description import Description
from standin.server import GOOD, READ_ONLY, ROUTES, GitHubStandIn

RELEASES = "/repos/acme/app/releases"
REFS = "/repos/acme/app/git/refs"

COMMIT = "mutation ($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }"


def ask(github: GitHubStandIn, method: str, path: str, body: Any = None, token: str | None = GOOD) -> tuple[int, Any]:
    """One plain request; the status and the decoded answer."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    url = f"{github.api_url}{path}".replace("/v3/..", "")
    request = Request(url, data, headers, method=method)
    try:
        with urlopen(request, timeout=5) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def test_every_operation_of_the_description_is_served_and_no_other() -> None:
    assert set(ROUTES) == Description().operations


def test_a_request_against_the_description_is_answered_599_and_recorded(github: GitHubStandIn) -> None:
    status, answer = ask(github, "POST", RELEASES, {"name": "no tag"})
    assert status == 599
    assert "'tag_name' is a required property" in answer["message"]
    assert github.violations == [answer["message"]]
    assert github.releases == []
    github.violations.clear()


def test_an_answer_against_the_description_is_turned_into_599_and_recorded(github: GitHubStandIn) -> None:
    github.default_branch = 7  # type: ignore[assignment]
    status, answer = ask(github, "GET", "/repos/acme/app")
    assert status == 599
    assert "7 is not of type 'string'" in answer["message"]
    assert github.violations == [answer["message"]]
    github.violations.clear()


def test_an_operation_that_is_not_there_is_a_violation(github: GitHubStandIn) -> None:
    assert ask(github, "GET", "/repos/acme/app/nonsense")[0] == 599
    assert len(github.violations) == 1
    github.violations.clear()


@pytest.mark.parametrize(
    ("query", "variables", "wrong"),
    [
        ("mutation { createCommit { oid } }", {}, "Cannot query field 'createCommit'"),
        ("mutation {", {}, "Syntax Error"),
        (COMMIT, {"input": {"branch": {}}}, "expectedHeadOid"),
    ],
)
def test_a_query_that_the_schema_of_github_refuses_is_answered_599_and_recorded(
    github: GitHubStandIn, query: str, variables: Any, wrong: str
) -> None:
    status, answer = ask(github, "POST", "/../graphql", {"query": query, "variables": variables})
    assert status == 599
    assert wrong in answer["message"]
    assert github.violations == [answer["message"]]
    github.violations.clear()


def test_a_mutation_on_a_branch_that_moved_is_an_error_in_the_answer(github: GitHubStandIn) -> None:
    fields = {
        "branch": {"repositoryNameWithOwner": github.slug, "branchName": "main"},
        "message": {"headline": "feat: x"},
        "expectedHeadOid": "0" * 40,
        "fileChanges": {"additions": [{"path": "a", "contents": ""}]},
    }
    status, answer = ask(github, "POST", "/../graphql", {"query": COMMIT, "variables": {"input": fields}})
    assert (status, answer["data"]) == (200, {"createCommitOnBranch": None})
    assert [each["type"] for each in answer["errors"]] == ["STALE_DATA"]


def test_two_drafts_may_share_a_tag_but_two_published_releases_may_not(github: GitHubStandIn) -> None:
    draft = {"tag_name": "v1", "draft": True}
    first, second = (ask(github, "POST", RELEASES, draft)[1]["id"] for _ in range(2))
    assert first != second
    assert ask(github, "PATCH", f"{RELEASES}/{first}", {"draft": False})[0] == 200
    status, answer = ask(github, "PATCH", f"{RELEASES}/{second}", {"draft": False})
    assert (status, answer["errors"][0]["code"]) == (422, "already_exists")


def test_a_draft_is_not_found_by_its_tag_and_its_page_does_not_name_it(github: GitHubStandIn) -> None:
    _, draft = ask(github, "POST", RELEASES, {"tag_name": "v1", "draft": True})
    assert "/releases/tag/untagged-" in draft["html_url"]
    assert ask(github, "GET", f"{RELEASES}/tags/v1")[0] == 404
    assert ask(github, "GET", f"{RELEASES}", token=READ_ONLY) == (200, [])
    assert github.git.ref("refs/tags/v1") is None


def test_publishing_makes_a_missing_tag_at_the_target(github: GitHubStandIn) -> None:
    _, draft = ask(github, "POST", RELEASES, {"tag_name": "app/v1", "draft": True, "target_commitish": "main"})
    ask(github, "PATCH", f"{RELEASES}/{draft['id']}", {"draft": False, "make_latest": "true"})
    assert github.git.ref("refs/tags/app/v1") == github.git.ref("refs/heads/main")
    assert ask(github, "GET", f"{RELEASES}/latest")[1]["id"] == draft["id"]
    assert ask(github, "GET", f"{RELEASES}/tags/app/v1")[1]["id"] == draft["id"]


def test_a_list_comes_in_pages_that_name_the_next(github: GitHubStandIn) -> None:
    for number in range(5):
        ask(github, "POST", RELEASES, {"tag_name": f"v{number}", "draft": True})
    request = Request(f"{github.api_url}{RELEASES}?per_page=2&page=2", headers={"Authorization": f"Bearer {GOOD}"})
    with urlopen(request) as answer:
        assert [each["tag_name"] for each in json.load(answer)] == ["v2", "v1"]
        assert f'<{github.api_url}{RELEASES}?per_page=2&page=3>; rel="next"' in answer.headers["Link"]
        assert int(answer.headers["X-RateLimit-Remaining"]) > 0


def test_a_push_and_the_api_see_each_other(github: GitHubStandIn, tmp_path: Any) -> None:
    git = ["git", "-C", str(tmp_path / "clone")]
    subprocess.run(["git", "clone", "--quiet", str(github.git.path), str(tmp_path / "clone")], check=True)
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "-m", "feat: pushed"], check=True)
    subprocess.run([*git, "push", "--quiet", "origin", "main"], check=True)
    head = github.git.ref("refs/heads/main")
    assert ask(github, "GET", "/repos/acme/app/commits/main")[1]["commit"]["message"] == "feat: pushed\n"
    assert ask(github, "POST", REFS, {"ref": "refs/tags/v1", "sha": head})[0] == 201
    subprocess.run([*git, "fetch", "--quiet", "--tags"], check=True)
    assert subprocess.check_output([*git, "rev-parse", "v1"], text=True).strip() == head


def test_a_reference_moves_forward_only_and_is_made_once(github: GitHubStandIn) -> None:
    head = str(github.git.ref("refs/heads/main"))
    astray = github.git.create_commit(github.git.commit(head).tree, (), "elsewhere\n")
    status, answer = ask(github, "PATCH", f"{REFS}/heads/main", {"sha": astray})
    assert (status, answer["message"]) == (422, "Update is not a fast forward")
    assert (
        ask(github, "POST", REFS, {"ref": "refs/heads/main", "sha": head})[1]["message"] == "Reference already exists"
    )


@pytest.mark.parametrize(
    ("token", "private", "method", "status"),
    [
        ("wrong", False, "GET", 401),
        (None, False, "GET", 200),
        (None, True, "GET", 404),
        (None, False, "POST", 401),
        (READ_ONLY, False, "GET", 200),
        (READ_ONLY, False, "POST", 403),
        (GOOD, True, "POST", 201),
    ],
)
def test_a_token_opens_what_it_opens_at_github(
    github: GitHubStandIn, token: str | None, private: bool, method: str, status: int
) -> None:
    github.private = private
    body = {"tag_name": "v1", "draft": True} if method == "POST" else None
    assert ask(github, method, RELEASES, body, token)[0] == status


@pytest.mark.parametrize(("when", "kept"), [("before", 0), ("after", 1)])
def test_a_fault_strikes_before_or_after_the_effect_and_only_as_often_as_said(
    github: GitHubStandIn, when: str, kept: int
) -> None:
    github.fail("POST", "/releases$", 502, when=when)
    assert ask(github, "POST", RELEASES, {"tag_name": "v1", "draft": True})[0] == 502
    assert len(github.releases) == kept
    assert ask(github, "POST", RELEASES, {"tag_name": "v1", "draft": True})[0] == 201


def test_a_hanging_answer_ends_with_the_connection(github: GitHubStandIn) -> None:
    github.fail("GET", "/releases$", hang=0.1)
    begin = time.monotonic()
    with pytest.raises(OSError):
        ask(github, "GET", RELEASES)
    assert time.monotonic() - begin >= 0.1
