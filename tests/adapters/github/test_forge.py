"""Releases on GitHub, also when requests fail: in the end there is exactly one release, or an error with the reason."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from standin import graph
from standin.releases import Asset, Release
from standin.server import GOOD, INSTALLATION, OLD_INSTALLATION, READ_ONLY, GitHubStandIn

from shipit.adapters.github import GitHubForge
from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.core.write_back import WriteBack
from shipit.errors import AuthError, BranchMoved, ConfigError, ConflictError, Overtaken, RemoteError, ShipitError

LONGEST_WAIT = 70.0
TRIES = 4


@pytest.fixture
def naps() -> list[float]:
    """The waits so far, in seconds."""
    return []


@pytest.fixture
def connect(github: GitHubStandIn, tmp_path: Path, naps: list[float]) -> Callable[..., GitHubForge]:
    """A function that returns a forge with short waits; by default its token has all permissions."""

    def connect(token: str | None = GOOD, slug: str = "acme/app", **patience: Any) -> GitHubForge:
        quick = {"timeout": 5, "tries": TRIES, "longest_wait": LONGEST_WAIT, "between_writes": None} | patience
        bounds = RetryPolicy(**quick, sleep=naps.append)
        return GitHubForge(slug, token, github.api_url, github.url, base=str(tmp_path), retry_policy=bounds)

    return connect


@pytest.fixture
def forge(connect: Callable[..., GitHubForge], tmp_path: Path) -> GitHubForge:
    (tmp_path / "app.jar").write_bytes(b"jar")
    return connect()


def draft(forge: GitHubForge, **changed: Any) -> Any:
    words = {"tag": "v1.0.0", "title": "1.0.0", "body": "notes", "prerelease": False, "branch": "main"}
    return forge.create_draft(**{**words, **changed})


def head(github: GitHubStandIn) -> str:
    return github.git.ref("refs/heads/main") or ""


def commit(forge: GitHubForge, parent: str, **files: bytes) -> str:
    files = files or {"version.txt": b"1.0.0\n", "logo.png": b"\x89PNG\xff"}
    return forge.create_commit(branch="main", parent=parent, message="chore(release): 1.0.0\n", files=files)


def release_all(forge: GitHubForge, parent: str) -> str:
    """Make a whole release through the API, with every kind of write, and return its URL."""
    draft(forge, body="old notes")
    draft(forge)
    forge.upload_asset("v1.0.0", "app.jar")
    made = commit(forge, parent)
    forge.create_tag("v1.0.0", made, "1.0.0")
    return forge.publish("v1.0.0", latest=True).url


def released(github: GitHubStandIn) -> dict[str, Any]:
    """Return the state on GitHub, without ids and times."""
    log = github.git.git("log", "--format=%T %B", "main")
    tag = github.git.git("rev-parse", "v1.0.0^{tree}")
    tags = github.git.git("for-each-ref", "--format=%(refname) %(objecttype)", "refs/tags")
    kept = [(each.tag_name, each.body, each.draft, [a.name for a in each.assets]) for each in github.releases]
    return {"log": log, "tag": tag, "tags": tags, "releases": kept, "latest": github.latest_id == github.releases[0].id}


# --- without failures


def test_a_release_ends_published_tagged_and_latest(github: GitHubStandIn, forge: GitHubForge) -> None:
    url = release_all(forge, head(github))
    assert url == f"{github.url}/acme/app/releases/tag/v1.0.0"
    assert released(github)["releases"] == [("v1.0.0", "notes", False, ["app.jar"])]
    assert released(github)["tags"] == "refs/tags/v1.0.0 tag"
    assert released(github)["latest"]


def test_a_second_run_writes_only_the_tree_that_it_compares_with(github: GitHubStandIn, forge: GitHubForge) -> None:
    begin = head(github)
    made = commit(forge, begin)
    forge.create_tag("v1.0.0", made, "1.0.0")
    draft(forge)
    forge.upload_asset("v1.0.0", "app.jar")
    forge.publish("v1.0.0", latest=True)
    done, before = released(github), len(github.writes)
    assert commit(forge, begin) == made
    forge.create_tag("v1.0.0", made, "1.0.0")
    draft(forge)
    forge.upload_asset("v1.0.0", "app.jar")
    forge.publish("v1.0.0", latest=True)
    assert released(github) == done
    assert {each.path.rpartition("/git/")[2] for each in github.writes[before:]} == {"trees", "blobs"}


def test_every_request_names_the_version_of_the_api(github: GitHubStandIn, forge: GitHubForge) -> None:
    release_all(forge, head(github))
    assert {each.headers["X-GitHub-Api-Version"] for each in github.requests} == {"2022-11-28"}


@pytest.mark.parametrize(
    ("prerelease", "latest", "is_latest"), [(False, True, True), (False, False, False), (True, True, False)]
)
def test_only_a_stable_release_becomes_the_latest(
    github: GitHubStandIn, forge: GitHubForge, prerelease: bool, latest: bool, is_latest: bool
) -> None:
    draft(forge, prerelease=prerelease)
    forge.publish("v1.0.0", latest=latest)
    assert (github.latest_id is not None) == is_latest


def test_a_draft_is_found_behind_hundreds_of_releases(github: GitHubStandIn, forge: GitHubForge) -> None:
    github.releases = [Release("v1.0.0", draft=True), *(Release(f"v0.{number}.0") for number in range(250))]
    found = forge.find_release("v1.0.0")
    assert found is not None
    assert found.draft
    assert len(github.asked("GET", r"/releases\?")) == 3


def test_notes_edited_on_the_web_are_read_with_newlines(github: GitHubStandIn, forge: GitHubForge) -> None:
    github.releases = [Release("v1.0.0", name=None, body="a\r\nb")]
    found = forge.find_release("v1.0.0")
    assert found is not None
    assert (found.title, found.body) == ("", "a\nb")


def test_links_lead_to_the_pages_of_the_repository(forge: GitHubForge, github: GitHubStandIn) -> None:
    assert forge.links().issue(7) == f"{github.url}/acme/app/issues/7"


# --- transient failures

WRITES = [
    ("POST", r"/releases$"),
    ("PATCH", r"/releases/\d+$"),
    ("POST", r"/releases/\d+/assets$"),
    ("POST", r"/git/blobs$"),
    ("POST", r"/git/trees$"),
    ("POST", r"/git/commits$"),
    ("PATCH", r"/git/refs/heads/main$"),
    ("POST", r"/git/tags$"),
    ("POST", r"/git/refs$"),
]
LOST_ANSWERS: dict[str, dict[str, Any]] = {
    "5xx": {"status": 504, "when": "after"},
    "silence": {"hang": 0.01, "when": "after"},
    "cut": {"cut": True, "when": "after"},
}
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
PASSING: dict[str, dict[str, Any]] = {
    "5xx": {"status": 502},
    "5xx three times": {"status": 500, "times": TRIES - 1},
    "silence": {"hang": 0.01},
    "429 with Retry-After": {"status": 429, "headers": {"Retry-After": "3"}},
    "429 without": {"status": 429},
    "secondary limit with Retry-After": {"status": 403, "headers": {"Retry-After": "3"}, "message": SECONDARY},
    "secondary limit without": {"status": 403, "message": SECONDARY},
}


def assert_released_once(github: GitHubStandIn) -> None:
    assert released(github)["releases"] == [("v1.0.0", "notes", False, ["app.jar"])]
    assert released(github)["tags"] == "refs/tags/v1.0.0 tag"
    assert released(github)["log"].count("chore(release): 1.0.0") == 1
    assert released(github)["latest"]


@pytest.mark.parametrize("fault", LOST_ANSWERS.values(), ids=LOST_ANSWERS)
@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_write_whose_response_is_lost_is_not_repeated(
    github: GitHubStandIn, forge: GitHubForge, method: str, path: str, fault: dict[str, Any]
) -> None:
    github.fail(method, path, **fault)
    release_all(forge, head(github))
    assert_released_once(github)


@pytest.mark.parametrize("fault", LOST_ANSWERS.values(), ids=LOST_ANSWERS)
def test_publishing_is_not_repeated_if_its_response_is_lost(
    github: GitHubStandIn, forge: GitHubForge, fault: dict[str, Any]
) -> None:
    draft(forge)
    github.fail("PATCH", r"/releases/\d+$", **fault)
    assert not forge.publish("v1.0.0", latest=True).draft
    assert len(github.asked("PATCH")) == 1


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/releases/tags/"), ("POST", "/releases$"), ("PATCH", "/git/refs/heads/main$")]
)
def test_transient_failures_are_retried(
    github: GitHubStandIn, forge: GitHubForge, method: str, path: str, fault: dict[str, Any]
) -> None:
    github.fail(method, path, **fault)
    release_all(forge, head(github))
    assert_released_once(github)


@pytest.mark.parametrize("path", ["/releases$", "/git/ref/", "/git/commits/", "/git/trees/", "/assets$"])
def test_an_incomplete_response_is_requested_again(github: GitHubStandIn, forge: GitHubForge, path: str) -> None:
    github.fail("GET", path, cut=True, when="after")
    release_all(forge, head(github))
    assert_released_once(github)


@pytest.mark.parametrize(
    ("method", "path", "act"),
    [
        ("GET", "/releases", lambda forge: forge.find_release("v1.0.0")),
        ("POST", "/api/uploads/", lambda forge: forge.upload_asset("v1.0.0", "app.jar")),
    ],
    ids=["ask", "upload"],
)
def test_a_request_without_a_response_fails_after_the_time_limit(
    github: GitHubStandIn, forge: GitHubForge, connect: Callable[..., GitHubForge], method: str, path: str, act: Any
) -> None:
    draft(forge)
    github.fail(method, path, hang=3)
    begin = time.monotonic()
    with pytest.raises(RemoteError, match="no response, or an incomplete one") as caught:
        act(connect(timeout=1, tries=1))
    assert time.monotonic() - begin < 2.5
    assert caught.value.retryable


def test_pauses_grow_and_attempts_are_limited(github: GitHubStandIn, forge: GitHubForge, naps: list[float]) -> None:
    github.fail("GET", "/releases", 502, times=100, headers={"X-GitHub-Request-Id": "ABCD:1"}, message="Bad Gateway")
    with pytest.raises(RemoteError, match="Bad Gateway") as caught:
        forge.find_release("v1.0.0")
    assert naps == [1, 2, 4]
    assert len(github.requests) == TRIES
    assert (caught.value.status, caught.value.request_id, caught.value.retryable) == (502, "ABCD:1", True)


# --- limits

FAR = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "4102444800"}


@pytest.mark.parametrize(
    ("status", "headers", "message", "nap"),
    [
        (429, {"Retry-After": "7"}, "Too Many Requests", 7),
        (429, {}, "Too Many Requests", 60),
        (403, {"Retry-After": "7"}, SECONDARY, 7),
        (403, {}, SECONDARY, 60),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}, "API rate limit exceeded for user ID 1.", 1),
    ],
)
def test_the_wait_for_a_rate_limit_is_as_long_as_github_says(
    github: GitHubStandIn,
    forge: GitHubForge,
    naps: list[float],
    status: int,
    headers: dict[str, str],
    message: str,
    nap: float,
) -> None:
    github.fail("POST", "/releases$", status, headers=headers, message=message)
    draft(forge)
    assert naps == [nap]
    assert len(github.releases) == 1


@pytest.mark.parametrize(
    ("status", "headers", "shown"),
    [
        (403, FAR, "before 2100-01-01 00:00:01 UTC"),
        (429, FAR, "before 2100-01-01 00:00:01 UTC"),
        (429, {"Retry-After": "3600"}, "UTC"),
    ],
)
def test_a_rate_limit_that_is_too_long_is_an_error_with_the_time_of_its_end(
    github: GitHubStandIn, forge: GitHubForge, naps: list[float], status: int, headers: dict[str, str], shown: str
) -> None:
    github.fail("POST", "/releases$", status, headers=headers, message="API rate limit exceeded", times=100)
    with pytest.raises(RemoteError, match="rate limit") as caught:
        draft(forge)
    assert shown in caught.value.what
    assert caught.value.retryable
    assert naps == []
    assert github.releases == []


def test_no_request_checks_for_an_effect_of_a_write_that_a_rate_limit_refused(
    github: GitHubStandIn, forge: GitHubForge, naps: list[float]
) -> None:
    github.fail("GET", "/releases", 429, headers={"Retry-After": "60"}, message="Too Many Requests", times=100)
    with pytest.raises(RemoteError, match="rate limit"):
        draft(forge)
    assert naps == [60] * (TRIES - 1)


# --- refusals


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("expired-token-0123456789", "GitHub rejected `GITHUB_TOKEN` when asked to draft release"),
        (None, "`GITHUB_TOKEN` is not set; GitHub needs it to draft release"),
        (
            READ_ONLY,
            "`GITHUB_TOKEN` has no permission to draft release `v1.0.0`: Resource not accessible by integration",
        ),
    ],
)
def test_a_refused_token_is_named_by_its_variable_and_not_tried_again(
    github: GitHubStandIn, connect: Callable[..., GitHubForge], naps: list[float], token: str | None, words: str
) -> None:
    with pytest.raises(AuthError, match=words) as caught:
        draft(connect(token))
    assert caught.value.where == "acme/app"
    assert naps == []
    assert github.releases == []


def test_a_missing_repository_can_be_one_that_the_token_has_no_access_to(
    connect: Callable[..., GitHubForge],
) -> None:
    with pytest.raises(RemoteError, match="GitHub found no repository `acme/other`") as caught:
        draft(connect(slug="acme/other"))
    assert caught.value.status == 404
    assert "GITHUB_TOKEN" in (caught.value.hint or "")
    assert not caught.value.retryable


@pytest.mark.parametrize(("status", "retryable"), [(409, True), (422, False)])
def test_a_refused_request_is_reported_with_githubs_message_and_not_repeated(
    github: GitHubStandIn, forge: GitHubForge, naps: list[float], status: int, retryable: bool
) -> None:
    github.fail("POST", "/releases$", status, message="Git Repository is empty.", times=100)
    with pytest.raises(RemoteError, match=r"refused to draft release `v1\.0\.0`: Git Repository is empty\.") as caught:
        draft(forge)
    assert (caught.value.status, caught.value.retryable) == (status, retryable)
    assert caught.value.request_id
    assert len(github.asked("POST")) == 1


def test_an_invalid_field_is_reported_with_githubs_message(github: GitHubStandIn, forge: GitHubForge) -> None:
    with pytest.raises(RemoteError, match="body is too long"):
        draft(forge, body="x" * 125_001)


@pytest.mark.parametrize("token", ["secret-token-0123456789", READ_ONLY])
def test_no_error_shows_the_token(connect: Callable[..., GitHubForge], token: str) -> None:
    forge = connect(token)
    with pytest.raises(ShipitError) as caught:
        draft(forge)
    shown = (
        "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(forge) + repr(vars(caught.value))
    )
    assert token not in shown


# --- races


def test_of_two_runs_that_draft_at_the_same_moment_the_first_one_wins(
    github: GitHubStandIn, forge: GitHubForge, connect: Callable[..., GitHubForge]
) -> None:
    github.meanwhile("POST", "/releases$", lambda: github.releases.append(Release("v1.0.0", "1.0.0", "notes", True)))
    draft(forge)
    first = min(each.id for each in github.releases)
    assert [each.id for each in github.releases] == [first]


def test_a_draft_gives_way_to_the_same_release_published_meanwhile(github: GitHubStandIn, forge: GitHubForge) -> None:
    github.meanwhile("POST", "/releases$", lambda: github.releases.append(Release("v1.0.0", "1.0.0", "notes")))
    assert not draft(forge).draft
    assert len(github.releases) == 1


def test_publishing_succeeds_if_another_run_publishes_at_the_same_moment(
    github: GitHubStandIn, forge: GitHubForge
) -> None:
    draft(forge)
    github.meanwhile("PATCH", "/releases/", lambda: setattr(github.releases[0], "draft", False))
    assert not forge.publish("v1.0.0", latest=True).draft
    assert len(github.releases) == 1


def test_an_asset_that_another_run_attaches_meanwhile_is_attached(github: GitHubStandIn, forge: GitHubForge) -> None:
    draft(forge)
    same = Asset("app.jar", "application/octet-stream", b"jar")
    github.meanwhile("POST", "/assets$", lambda: github.releases[0].assets.append(same))
    assert forge.upload_asset("v1.0.0", "app.jar").size == 3
    assert github.releases[0].assets == [same]


def replaced(github: GitHubStandIn) -> None:
    """Another run puts its own file in the place of the one in the draft."""
    github.releases[0].assets[:] = [Asset("app.jar", "application/octet-stream", b"its", label="app.jar")]


def published(github: GitHubStandIn) -> None:
    github.releases[0].draft = False


@pytest.mark.parametrize("moment", ["GET", "PATCH"])
def test_a_file_that_another_run_replaced_just_before_the_release_was_published_is_named(
    github: GitHubStandIn, forge: GitHubForge, moment: str
) -> None:
    draft(forge)
    forge.upload_asset("v1.0.0", "app.jar")
    github.meanwhile(moment, "/releases/[0-9]+$", lambda: replaced(github))
    with pytest.raises(ConflictError, match=r"`app\.jar`") as raised:
        forge.publish("v1.0.0", latest=True)
    is_found_before = moment == "GET"
    assert (github.releases[0].draft, isinstance(raised.value, Overtaken)) == (is_found_before, is_found_before)
    assert raised.value.hint
    assert is_found_before or raised.value.hint.endswith("gh release upload v1.0.0 app.jar --clobber")


@pytest.mark.parametrize(
    ("method", "path", "is_kept"),
    [("GET", "/releases/[0-9]+$", True), ("DELETE", "/assets/", False), ("POST", "/assets$", False)],
)
def test_a_file_of_a_release_that_another_run_publishes_meanwhile_is_kept_or_named(
    github: GitHubStandIn, forge: GitHubForge, method: str, path: str, is_kept: bool
) -> None:
    draft(forge)
    replaced(github)
    forge.findings(WriteBack.PUSH)  # a new plan, which reads the draft again
    github.meanwhile(method, path, lambda: published(github))
    with pytest.raises(ConflictError, match=r"`app\.jar`") as raised:
        forge.upload_asset("v1.0.0", "app.jar")
    assert isinstance(raised.value, Overtaken) == is_kept
    assert [each.data for each in github.releases[0].assets] == [b"its" if is_kept else b"jar"]


# --- assets


@pytest.mark.parametrize("draft_only", [True, False])
def test_an_incomplete_upload_is_deleted_and_repeated(
    github: GitHubStandIn, forge: GitHubForge, draft_only: bool
) -> None:
    draft(forge)
    if not draft_only:
        forge.publish("v1.0.0", latest=True)
    github.releases[0].assets.append(Asset("app.jar", "application/octet-stream", b"raj", state="open"))
    found = forge.find_release("v1.0.0")
    assert found is not None
    assert found.assets == ()
    forge.upload_asset("v1.0.0", "app.jar")
    assert [(each.state, each.data) for each in github.releases[0].assets] == [("uploaded", b"jar")]


def test_a_file_that_a_person_attached_is_recognised(
    github: GitHubStandIn, forge: GitHubForge, connect: Callable[..., GitHubForge]
) -> None:
    draft(forge)
    forge.upload_asset("v1.0.0", "app.jar")
    github.releases[0].assets.append(Asset("notes.pdf", "application/pdf", b"pdf"))
    found = connect().find_release("v1.0.0")
    assert found is not None
    assert [(asset.name, asset.by_shipit) for asset in found.assets] == [("app.jar", True), ("notes.pdf", False)]


def test_no_asset_is_removed_from_a_release_that_another_run_published_meanwhile(
    github: GitHubStandIn, forge: GitHubForge
) -> None:
    draft(forge)
    forge.upload_asset("v1.0.0", "app.jar")
    github.releases[0].draft = False
    with pytest.raises(ConflictError):
        forge.remove_asset("v1.0.0", "app.jar")
    assert not github.asked("DELETE")


def test_assets_are_compared_by_size_if_the_server_reports_no_digest(github: GitHubStandIn, forge: GitHubForge) -> None:
    github.tells_digests = False
    draft(forge)
    assert forge.upload_asset("v1.0.0", "app.jar") == forge.upload_asset("v1.0.0", "app.jar")
    assert len(github.asked("POST", "/assets")) == 1


def test_a_name_that_github_would_change_is_refused_and_nothing_stays(
    github: GitHubStandIn, forge: GitHubForge, tmp_path: Path
) -> None:
    draft(forge)
    (tmp_path / "my app.jar").write_bytes(b"jar")
    with pytest.raises(ConfigError, match=r"`my app\.jar`") as caught:
        forge.upload_asset("v1.0.0", "my app.jar")
    assert "`my.app.jar`" in (caught.value.hint or "")
    assert github.releases[0].assets == []


def test_an_empty_file_is_refused_before_anything_is_sent(
    github: GitHubStandIn, forge: GitHubForge, tmp_path: Path
) -> None:
    draft(forge)
    (tmp_path / "empty.jar").touch()
    before = len(github.writes)
    with pytest.raises(ConfigError, match=r"`empty\.jar` is empty"):
        forge.upload_asset("v1.0.0", "empty.jar")
    assert len(github.writes) == before


# --- commits and tags through the API


def test_a_commit_changes_its_files_and_nothing_else(github: GitHubStandIn, forge: GitHubForge) -> None:
    parent = head(github)
    files = {"gradlew": b"#!/bin/sh\nexit\n", "src/main/app.txt": b"1.0.0\n", "docs/new/logo.png": b"\x89PNG\xff"}
    made = forge.create_commit(branch="main", parent=parent, message="chore(release): 1.0.0\n", files=files)
    assert head(github) == made
    assert github.git.commit(made).parents == (parent,)
    changed = github.git.git("diff", "--name-status", parent, made).splitlines()
    assert changed == ["A\tdocs/new/logo.png", "M\tgradlew", "M\tsrc/main/app.txt"]
    modes = {each.path: each.mode for each in github.git.entries(made, recursive=True)}
    assert (modes["gradlew"], modes["docs/new/logo.png"]) == ("100755", "100644")
    assert github.git.git("cat-file", "-s", f"{made}:docs/new/logo.png") == "5"


def pushed(github: GitHubStandIn) -> str:
    """Push a commit to main as another user, and return its id."""
    there = head(github)
    made = github.git.create_commit(github.git.commit(there).tree, [there], "fix: theirs\n")
    github.git.move("refs/heads/main", made)
    return made


def test_a_branch_that_moved_before_is_detected(github: GitHubStandIn, forge: GitHubForge) -> None:
    parent, theirs = head(github), pushed(github)
    with pytest.raises(BranchMoved, match="`main`"):
        commit(forge, parent)
    assert head(github) == theirs


# A request that moves the branch, for the token of a user and of an App.
MOVES = [(GOOD, "POST", "/api/graphql$"), (INSTALLATION, "PATCH", "/git/refs/heads/main$")]


@pytest.mark.parametrize(("token", "method", "path"), MOVES)
def test_a_branch_that_moves_at_the_last_moment_is_not_overwritten(
    github: GitHubStandIn, connect: Callable[..., GitHubForge], token: str, method: str, path: str
) -> None:
    parent = head(github)
    github.meanwhile(method, path, lambda: pushed(github))
    with pytest.raises(BranchMoved, match="`main`"):
        commit(connect(token), parent)
    assert github.git.commit(head(github)).message == "fix: theirs\n"


@pytest.mark.parametrize(("token", "method", "path"), MOVES)
@pytest.mark.parametrize("when", ["before", "after"])
def test_one_verified_commit_is_made_though_answers_are_lost(
    github: GitHubStandIn, connect: Callable[..., GitHubForge], token: str, method: str, path: str, when: str
) -> None:
    parent, forge = head(github), connect(token)
    github.fail(method, path, 502, when=when)
    made = commit(forge, parent)
    assert (head(github), github.git.commit(made).parents) == (made, (parent,))
    assert github.git.commit(made).message.strip() == "chore(release): 1.0.0"
    assert forge.is_verified(made)
    assert commit(forge, parent) == made


def test_a_message_with_notes_is_the_same_through_both_apis(
    github: GitHubStandIn, connect: Callable[..., GitHubForge]
) -> None:
    begin, made = head(github), []
    message = "chore(release): 1.0.0\n\n## Features\n\n* search\n\n\nReleased-by: shipit\n"
    for token in (GOOD, INSTALLATION):
        github.git.move("refs/heads/main", begin)
        id = connect(token).create_commit(branch="main", parent=begin, message=message, files={"a.txt": b"1"})
        made.append((github.git.commit(id).message.strip(), github.git.commit(id).tree, id in github.signed))
    assert made[0] == made[1]
    assert (made[0][0], made[0][2]) == (message.strip(), True)


def test_with_the_token_of_a_user_an_executable_stays_one_and_the_commit_is_not_signed(
    github: GitHubStandIn, forge: GitHubForge
) -> None:
    made = commit(forge, head(github), gradlew=b"#!/bin/sh\nexit\n")
    assert {each.path: each.mode for each in github.git.entries(made)}["gradlew"] == "100755"
    assert not forge.is_verified(made)


@pytest.mark.parametrize("status", [403, 404, 413])
def test_without_graphql_the_commit_is_made_and_not_signed(
    github: GitHubStandIn, forge: GitHubForge, status: int
) -> None:
    github.fail("POST", "/api/graphql$", status)
    made = commit(forge, head(github))
    assert head(github) == made
    assert not forge.is_verified(made)


@pytest.mark.parametrize("type", ["FORBIDDEN", "INSUFFICIENT_SCOPES", "UNPROCESSABLE"])
def test_if_graphql_refuses_the_token_the_commit_is_made_and_not_signed(
    github: GitHubStandIn, forge: GitHubForge, monkeypatch: pytest.MonkeyPatch, type: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise graph.Refused(type, "Resource not accessible by personal access token")

    monkeypatch.setitem(graph.MUTATIONS, "createCommitOnBranch", refuse)
    made = commit(forge, head(github))
    assert head(github) == made
    assert not forge.is_verified(made)


@pytest.mark.parametrize("files", [{"gradlew": b"#!/bin/sh\n"}, {"a.txt": b"1"}])
def test_a_rule_that_requires_signatures_is_met_or_stops_the_release_with_the_fix(
    github: GitHubStandIn, connect: Callable[..., GitHubForge], files: dict[str, bytes]
) -> None:
    github.rules = {"main": [{"type": "required_signatures"}]}
    parent, is_executable = head(github), "gradlew" in files
    if is_executable:
        with pytest.raises(RemoteError, match="verified signatures") as caught:
            commit(connect(GOOD), parent, **files)
        assert "token of a GitHub App" in (caught.value.hint or "")
        assert head(github) == parent
    made = commit(connect(INSTALLATION if is_executable else GOOD), parent, **files)
    assert (head(github), connect().is_verified(made)) == (made, True)


def test_a_server_that_does_not_sign_leads_to_a_commit_that_is_not_verified(
    github: GitHubStandIn, forge: GitHubForge
) -> None:
    github.signs = False
    assert not forge.is_verified(commit(forge, head(github)))


def test_a_protected_branch_is_reported_with_the_fix(
    github: GitHubStandIn, connect: Callable[..., GitHubForge]
) -> None:
    parent = head(github)
    words = 'Required status check "build" is expected.'
    github.fail("PATCH", "/git/refs/heads/main$", 422, message=words)
    with pytest.raises(RemoteError, match="Required status check") as caught:
        commit(connect(INSTALLATION), parent)
    assert "write-back" in (caught.value.hint or "")
    assert head(github) == parent


@pytest.mark.parametrize("annotated", [True, False])
def test_a_tag_on_the_same_commit_is_accepted(github: GitHubStandIn, forge: GitHubForge, annotated: bool) -> None:
    there = head(github)
    target = github.git.create_tag("v1", there, "commit", "1") if annotated else there
    github.git.move("refs/tags/v1", target)
    forge.create_tag("v1", there, "1")
    assert github.writes == []


def test_a_tag_elsewhere_is_a_conflict_and_is_not_moved(github: GitHubStandIn, forge: GitHubForge) -> None:
    there = head(github)
    github.git.move("refs/tags/backend/v1", there)
    with pytest.raises(ConflictError, match="`backend/v1`"):
        forge.create_tag("backend/v1", pushed(github), "1")
    assert github.git.ref("refs/tags/backend/v1") == there


def test_a_tag_made_elsewhere_at_the_last_moment_is_a_conflict(github: GitHubStandIn, forge: GitHubForge) -> None:
    there = head(github)
    github.meanwhile("POST", "/git/refs$", lambda: github.git.move("refs/tags/v1", there))
    with pytest.raises(ConflictError, match="`v1`"):
        forge.create_tag("v1", pushed(github), "1")
    assert github.git.ref("refs/tags/v1") == there


# --- findings


def codes(forge: GitHubForge, write_back: str = "push") -> Iterator[tuple[str, str]]:
    return ((each.code, each.severity) for each in forge.findings(WriteBack(write_back)))


@pytest.mark.parametrize(("token", "asked"), [(GOOD, 0), (INSTALLATION, 0), (OLD_INSTALLATION, 1)])
def test_a_token_that_can_write_leads_to_no_finding_and_its_kind_is_asked_for_only_if_its_text_does_not_show_it(
    github: GitHubStandIn, connect: Callable[..., GitHubForge], token: str, asked: int
) -> None:
    assert list(codes(connect(token))) == []
    assert github.writes == []
    assert sum("/installation/repositories" in each.path for each in github.requests) == asked


@pytest.mark.parametrize(
    ("token", "slug", "code"),
    [
        (None, "acme/app", "github-token-missing"),
        ("expired-token-0123456789", "acme/app", "github-token-refused"),
        (READ_ONLY, "acme/app", "github-read-only"),
        (GOOD, "acme/other", "github-repository-not-found"),
    ],
)
def test_missing_permissions_are_found_without_writing(
    github: GitHubStandIn, connect: Callable[..., GitHubForge], token: str | None, slug: str, code: str
) -> None:
    (finding,) = connect(token, slug).findings(WriteBack.PUSH)
    assert (finding.code, finding.severity) == (code, "error")
    assert "GITHUB_TOKEN" in finding.what + finding.fix
    assert github.writes == []


def test_a_github_that_is_down_is_a_finding(github: GitHubStandIn, forge: GitHubForge) -> None:
    github.fail("GET", "/repos/acme/app$", 503, times=100)
    assert list(codes(forge)) == [("github-unreachable", "error")]


def test_an_archived_repository_is_a_finding(github: GitHubStandIn, forge: GitHubForge) -> None:
    github.archived = True
    assert list(codes(forge)) == [("github-archived", "error")]


@pytest.mark.parametrize("how", ["classic", "rule"])
def test_a_protected_branch_is_a_warning_for_those_who_push(
    github: GitHubStandIn, forge: GitHubForge, how: str
) -> None:
    if how == "classic":
        github.protected = {"main"}
    else:
        github.rules = {"main": [{"type": "merge_queue"}, {"type": "required_status_checks"}]}
    (finding,) = forge.findings(WriteBack.PUSH)
    assert (finding.code, finding.severity) == ("github-branch-protected", "warning")
    named = "a branch protection rule" if how == "classic" else "a merge queue and required status checks"
    assert named in finding.what
    assert list(codes(forge, "api")) == []


@pytest.mark.parametrize(
    ("allowed", "methods", "found"),
    [
        (True, {"merge", "squash"}, []),
        (False, {"squash"}, ["a person has to merge"]),
        (True, {"merge", "rebase"}, ["does not allow the merge method"]),
    ],
)
def test_an_auto_merge_that_the_settings_of_the_repository_forbid_is_a_warning(
    github: GitHubStandIn, forge: GitHubForge, allowed: bool, methods: set[str], found: list[str]
) -> None:
    github.allows_auto_merge, github.merge_methods = allowed, methods
    findings = forge.findings(WriteBack.PULL_REQUEST, "squash")
    assert [(each.code, each.severity) for each in findings] == [("github-auto-merge", "warning")] * len(found)
    assert all(words in finding.what for words, finding in zip(found, findings, strict=True))
    assert forge.findings(WriteBack.PULL_REQUEST) == ()


def test_a_branch_that_accepts_only_signed_commits_is_known(github: GitHubStandIn, forge: GitHubForge) -> None:
    github.rules = {"main": [{"type": "required_signatures"}]}
    assert (forge.requires_signatures("main"), forge.requires_signatures("dev")) == (True, False)
    assert list(codes(forge)) == []  # a signed commit can be pushed: the plan knows whether git signs
    assert len(github.asked("GET", "/rules/branches/main$")) == 1


def test_a_rule_that_lets_a_push_through_is_no_finding(github: GitHubStandIn, forge: GitHubForge) -> None:
    github.rules = {"main": [{"type": "deletion"}, {"type": "non_fast_forward"}]}
    assert list(codes(forge)) == []


def test_a_server_without_rules_leads_to_no_finding(github: GitHubStandIn, forge: GitHubForge) -> None:
    github.fail("GET", "/rules/branches/", 404)
    assert list(codes(forge)) == []
