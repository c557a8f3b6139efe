"""The CI context and the CI event, read from environment variables."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from growth import time_growth

from shipit.adapters.ci import read_ci_context
from shipit.adapters.login import Login
from shipit.core.ci_event import CiEvent, PullRequest
from shipit.errors import UsageError


def ci_event(tmp_path: Path, payload: Any = None, **variables: str) -> CiEvent:
    event = tmp_path / "event.json"
    event.write_text(payload if isinstance(payload, str) else json.dumps(payload))
    return read_ci_context({"GITHUB_EVENT_PATH": str(event), **variables}).event


def test_there_is_no_event_outside_a_ci() -> None:
    assert read_ci_context({}).event == CiEvent()


@pytest.mark.parametrize(
    ("ref", "branch", "tag"),
    [
        ("refs/heads/main", "main", None),
        ("refs/heads/feature/a/b", "feature/a/b", None),
        ("refs/tags/v1.4.0", None, "v1.4.0"),
        ("refs/pull/12/merge", None, None),
    ],
)
def test_a_ref_is_a_branch_or_a_tag_or_neither(tmp_path: Path, ref: str, branch: str | None, tag: str | None) -> None:
    found = ci_event(tmp_path, GITHUB_EVENT_NAME="push", GITHUB_REF=ref, GITHUB_REF_NAME="something")
    assert (found.branch, found.tag) == (branch, tag)


def test_a_short_name_of_the_ref_is_enough() -> None:
    assert read_ci_context({"GITHUB_REF_NAME": "main"}).branch == "main"
    assert read_ci_context({"GITHUB_REF_NAME": "v1", "GITHUB_REF_TYPE": "tag"}).event.tag == "v1"


def test_the_payload_has_the_default_branch_and_the_pull_request(tmp_path: Path) -> None:
    payload = {
        "repository": {"default_branch": "trunk"},
        "pull_request": {"number": 12, "state": "open", "base": {"ref": "trunk"}},
    }
    found = ci_event(tmp_path, payload, GITHUB_EVENT_NAME="pull_request", GITHUB_REF="refs/pull/12/merge")
    open_one = PullRequest(12, "trunk", squashed=None)
    assert found == CiEvent("pull_request", None, None, "trunk", open_one)
    closed = payload | {"pull_request": {"number": 12, "state": "closed", "base": {"ref": "trunk"}}}
    assert ci_event(tmp_path, closed).pull_request == PullRequest(12, "trunk", closed=True, squashed=None)


@pytest.mark.parametrize(
    ("settings", "squashed"),
    [
        ({}, None),
        ({"allow_squash_merge": False}, False),
        ({"allow_squash_merge": True, "allow_merge_commit": False, "allow_rebase_merge": False}, True),
        ({"allow_squash_merge": True, "allow_merge_commit": False, "allow_rebase_merge": True}, None),
    ],
)
def test_the_payload_has_the_way_pull_requests_are_merged(
    tmp_path: Path, settings: dict[str, bool], squashed: bool | None
) -> None:
    payload = {"number": 12, "title": "feat: x", "base": {"ref": "main", "repo": settings}}
    found = ci_event(tmp_path, {"pull_request": payload}).pull_request
    assert found is not None
    assert found.squashed is squashed


@pytest.mark.parametrize(
    ("commits", "setting", "title"),
    [(2, "COMMIT_OR_PR_TITLE", "feat: x"), (1, "COMMIT_OR_PR_TITLE", ""), (1, None, ""), (1, "PR_TITLE", "feat: x")],
)
def test_a_single_commit_keeps_its_title_unless_the_repository_says_otherwise(
    tmp_path: Path, commits: int, setting: str | None, title: str
) -> None:
    base = {"ref": "main", "repo": {"squash_merge_commit_title": setting} if setting else {}}
    payload = {"number": 12, "title": "feat: x", "commits": commits, "base": base}
    assert ci_event(tmp_path, {"pull_request": payload}).pull_request == PullRequest(
        12, "main", title=title, squashed=None
    )


@pytest.mark.parametrize(
    "payload",
    [
        *("", "nonsense", "[]", "{}", "[" * 100_000),
        *('{"repository": "acme/app"}', '{"repository": {"default_branch": 7}}'),
        *('{"pull_request": null}', '{"pull_request": {}}', '{"pull_request": "7"}', '{"pull_request": {"number": 7}}'),
        *(f'{{"pull_request": {{"number": {number}, "base": {{"ref": "main"}}}}}}' for number in ("true", -1, 0.5)),
        '{"pull_request": {"number": 7, "base": {"ref": null}}}',
        '{"pull_request": {"number": 7, "base": {"ref": "main"}, "title": 7}}',
    ],
    ids=lambda payload: payload[:40],
)
def test_an_invalid_payload_is_ignored(tmp_path: Path, payload: str) -> None:
    assert ci_event(tmp_path, payload, GITHUB_EVENT_NAME="push") == CiEvent("push")


def test_the_repr_shows_no_token() -> None:
    assert "s3cret" not in repr(read_ci_context({"GITHUB_TOKEN": "s3cret", "GITHUB_REF_NAME": "main"}))


def test_white_space_around_a_token_is_removed() -> None:
    found = read_ci_context({"GITHUB_TOKEN": "s3cret\n", "GH_TOKEN": " other ", "SHIPIT_REGISTRY_PASSWORD": "\n"})
    assert (found.token, found.secrets) == ("s3cret", ("s3cret", "other"))


def test_a_token_of_white_space_counts_as_unset() -> None:
    assert read_ci_context({"GITHUB_TOKEN": "\n", "GH_TOKEN": "s3cret"}).token == "s3cret"


@pytest.mark.parametrize(("attempt", "again"), [("", False), ("1", False), ("2", True)])
def test_a_run_that_is_started_again_is_known_by_its_attempt(attempt: str, again: bool) -> None:
    event = read_ci_context({"GITHUB_SHA": "0123abc", "GITHUB_RUN_ATTEMPT": attempt}).event
    assert (event.commit, event.is_rerun) == ("0123abc", again)


TOKEN = {"GITHUB_ACTOR": "robin", "GITHUB_TOKEN": "ghs_0123456789"}


def test_the_token_of_a_job_is_a_login_for_githubs_registry() -> None:
    assert read_ci_context(TOKEN).github_login == Login("robin", "ghs_0123456789")
    assert (
        read_ci_context({**TOKEN, "GITHUB_SERVER_URL": "https://github.com/"}).github_login
        == read_ci_context(TOKEN).github_login
    )
    assert read_ci_context({"GITHUB_TOKEN": "ghs_0123456789"}).github_login is None
    assert read_ci_context({"GITHUB_ACTOR": "robin"}).github_login is None


def test_a_token_of_another_server_is_never_sent_to_github() -> None:
    assert read_ci_context({**TOKEN, "GITHUB_SERVER_URL": "https://git.example.com"}).github_login is None


def test_a_key_for_ssh_is_secret_line_by_line() -> None:
    key = (
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXkt\nQyNTUxOQAAACBs\nAAE=\n-----END OPENSSH PRIVATE KEY-----"
    )
    ci = read_ci_context({"SHIPIT_SSH_KEY": f"{key}\n", "SHIPIT_SSH_KNOWN_HOSTS": "shop.example ssh-ed25519 AAAA"})
    assert (ci.ssh_key, ci.ssh_known_hosts) == (key, "shop.example ssh-ed25519 AAAA")
    assert ci.secrets == (key, "b3BlbnNzaC1rZXkt", "QyNTUxOQAAACBs")
    assert "b3Blbn" not in repr(ci)


def test_no_output_may_show_a_build_secret_or_one_of_its_lines() -> None:
    values = {"SHIPIT_BUILD_SECRETS": "NPMRC TOKEN", "NPMRC": "registry=x\n_authToken=abc", "TOKEN": "t0ken"}
    assert set(read_ci_context(values).secrets) == {
        "registry=x\n_authToken=abc",
        "registry=x",
        "_authToken=abc",
        "t0ken",
    }


@pytest.mark.parametrize("address", ["http://[github.example", "github.example", "ftp://github.example", "https://"])
def test_an_address_of_the_server_that_cannot_be_one_is_refused_with_its_variable(address: str) -> None:
    with pytest.raises(UsageError, match="`GITHUB_SERVER_URL` is not the address of a server: ") as caught:
        read_ci_context({"GITHUB_SERVER_URL": address})
    assert caught.value.hint == "set it to an address such as `https://github.com`, or unset it"


@pytest.mark.parametrize("part", ['{"a": 1},', '"x",', '"\\\\",', "1,", "[[],[]],"])
def test_twice_the_event_takes_twice_the_time(tmp_path: Path, part: str) -> None:
    def reading(size: int) -> Callable[[], object]:
        event = tmp_path / f"{size}.json"
        event.write_text(f'{{"commits": [{part * (size // len(part))} 1]}}')
        return lambda: read_ci_context({"GITHUB_EVENT_PATH": str(event)})

    assert time_growth(reading, 10_000) < 2.3
