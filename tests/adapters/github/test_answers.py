"""Answers that GitHub does not document: each is an error with the request, or a redirect that is followed safely."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from adapters.raw_server import raw_server, repeats, sends
from standin.releases import Release
from standin.server import GOOD, GitHubStandIn

from shipit.adapters.github import GitHubForge
from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.core import limits
from shipit.core.limits import Count
from shipit.core.write_back import WriteBack
from shipit.errors import AuthError, RemoteError

QUICK: dict[str, Any] = {"timeout": 5, "tries": 2, "pause": 0, "between_writes": None}


def connect(api_url: str, token: str | None = GOOD, **limits: Any) -> GitHubForge:
    policy = RetryPolicy(**{**QUICK, **limits}, sleep=lambda seconds: None)
    return GitHubForge("acme/app", token, api_url, "https://github.test", retry_policy=policy)


READS: dict[str, Callable[[GitHubForge], object]] = {
    "GET /releases": lambda forge: forge.find_release("v1.0.0"),
    "GET /issues/1/comments": lambda forge: forge.find_comment(1, "mark"),
    "GET /issues/1/labels": lambda forge: forge.labels(1),
    "GET /git/commits/1": lambda forge: forge.create_commit(branch="main", parent="1", message="m", files={}),
    "GET /git/ref/tags/v1": lambda forge: forge.create_tag("v1", "1", "m"),
}
BODIES = {
    "HTML": b"<html><body>Please log in</body></html>",
    "nothing": b"",
    "null": b"null",
    "number": b"1",
    "text": b'"text"',
    "list of null": b"[null]",
    "list of lists": b"[[]]",
    "object of null": b'{"id": null, "tag_name": null, "object": null, "tree": null, "message": null}',
    "wrong types": b'[{"id": "1", "tag_name": 7, "draft": "no", "body": {}, "name": []}]',
    "half": b'[{"id": 1, "tag_name": "v1',
    "no UTF-8": b'[{"name": "\xff\xfe"}]',
    "deep list": b"[" * 200_000,
    "deep object": b'{"a":' * 200_000,
    "deep value": b'{"sha": "1", "x": ' + b"[" * 200_000,
    "large number": b'[{"id": ' + b"9" * 5000 + b"}]",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("request_", READS)
def test_an_answer_of_another_form_is_an_error_that_names_the_request(request_: str, body: bytes) -> None:
    method, path = request_.split()
    with (
        raw_server(sends(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body)) as url,
        pytest.raises(RemoteError) as caught,
    ):
        READS[request_](connect(url))
    assert f"`{method} {url}/repos/acme/app{path}" in caught.value.what
    assert caught.value.exit_code == 5


def test_an_answer_with_too_many_values_is_refused_before_they_take_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ANSWER_VALUES", Count("services", 3, "", ""))
    body = b'[{"name": ""},{"name": ""}]'
    with (
        raw_server(sends(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body)) as url,
        pytest.raises(RemoteError, match="the answer has more than 3 values") as caught,
    ):
        connect(url).labels(1)
    assert caught.value.exit_code == 5


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("status", [b"401", b"404", b"422", b"500"])
def test_a_reason_of_another_form_is_left_out(status: bytes, body: bytes) -> None:
    with (
        raw_server(sends(b"HTTP/1.1 " + status + b" Status\r\nConnection: close\r\n\r\n" + body)) as url,
        pytest.raises((AuthError, RemoteError)),
    ):
        connect(url).labels(1)


def test_a_reason_without_an_end_is_shortened() -> None:
    body = json.dumps({"message": "a" * 9000, "errors": ["b" * 9000]}).encode()
    with (
        raw_server(sends(b"HTTP/1.1 422 Status\r\nConnection: close\r\n\r\n" + body)) as url,
        pytest.raises(RemoteError, match="aaa…") as caught,
    ):
        connect(url).labels(1)
    assert len(caught.value.what) < 500


@pytest.mark.parametrize("status", [100, 201, 202, 203, 204, 205, 206, 226, 299, 300, 304, 305, 306, 399, 600, 999])
def test_an_unexpected_status_is_an_error(github: GitHubStandIn, status: int) -> None:
    github.fail("GET", "/releases$", status, times=99)
    with pytest.raises(RemoteError, match="find release") as caught:
        connect(github.api_url, answer_time=0.5).find_release("v1.0.0")
    assert caught.value.exit_code == 5


@pytest.mark.parametrize("name", ["Retry-After", "X-RateLimit-Reset"])
@pytest.mark.parametrize("value", ["9" * 400, "9999999999", "-1", "²", "soon", "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_a_limit_without_a_valid_time_is_an_error(github: GitHubStandIn, name: str, value: str) -> None:
    headers = {name: value.encode().decode("latin-1"), "X-RateLimit-Remaining": "0"}
    github.fail("GET", "/releases$", 429, headers=headers, times=99)
    with pytest.raises(RemoteError, match="rate limit"):
        connect(github.api_url).find_release("v1.0.0")


SLOW = {"drip": (b"HTTP/1.1 200 OK\r\n\r\n", b"[", 0.01), "endless": (b"HTTP/1.1 200 OK\r\n\r\n[", b" " * 65536, 0.0)}


@pytest.mark.parametrize("how", SLOW.values(), ids=SLOW)
def test_an_answer_without_an_end_is_asked_for_once(how: tuple[bytes, bytes, float]) -> None:
    with raw_server(repeats(*how)) as url, pytest.raises(RemoteError, match="an incomplete one") as caught:
        connect(url, answer_time=0.3, answer_size=1 << 20).find_release("v1.0.0")
    assert f"`GET {url}/repos/acme/app/releases?" in caught.value.what


def test_a_list_without_a_last_page_ends() -> None:
    head = b'HTTP/1.1 200 OK\r\nLink: <http://127.0.0.1:9/>; rel="next"\r\nConnection: close\r\n\r\n'
    with raw_server(sends(head + b"[]")) as url, pytest.raises(RemoteError, match="more than 100 pages"):
        connect(url).labels(1)


# --- a repository object


@pytest.mark.parametrize("changed", [{"permissions": None}, {"permissions": ...}, {"archived": ...}])
def test_a_repository_without_permissions_is_not_called_read_only(
    github: GitHubStandIn, changed: dict[str, Any]
) -> None:
    answer(github, "GET", "/repos/acme/app$", full_name="acme/app", default_branch="main", **changed)
    assert connect(github.api_url).findings(WriteBack.API) == ()


def answer(github: GitHubStandIn, method: str, pattern: str, **fields: Any) -> None:
    """Answer such requests with `fields`, without those that are `...`."""
    body = {name: value for name, value in fields.items() if value is not ...}
    github.fail(method, pattern, 200, body=json.dumps(body).encode(), times=9)


@pytest.mark.parametrize("body", [{}, {"full_name": "acme/app"}, {"full_name": 1, "default_branch": None}, [], None])
def test_a_repository_of_another_form_blocks_the_release(github: GitHubStandIn, body: Any) -> None:
    github.fail("GET", "/repos/acme/app$", 200, body=json.dumps(body).encode(), times=9)
    (finding,) = connect(github.api_url).findings(WriteBack.PUSH)
    assert (finding.code, finding.severity) == ("github-unreachable", "error")
    assert f"`GET {github.api_url}/repos/acme/app`" in finding.what


# --- redirects


@pytest.fixture
def renamed(github: GitHubStandIn) -> GitHubStandIn:
    """`acme/old` is the old name of `acme/app`."""
    github.old_slug = "acme/old"
    return github


def old_name(github: GitHubStandIn) -> GitHubForge:
    policy = RetryPolicy(**QUICK, sleep=lambda seconds: None)
    return GitHubForge("acme/old", GOOD, github.api_url, github.url, retry_policy=policy)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_renamed_repository_is_followed(renamed: GitHubStandIn, status: int) -> None:
    renamed.redirect_status = status
    forge = old_name(renamed)
    forge.create_draft(tag="v1.0.0", title="1.0.0", body="notes", prerelease=False, branch="main")
    forge.publish("v1.0.0", latest=True)
    assert [(each.tag_name, each.draft) for each in renamed.releases] == [("v1.0.0", False)]


def test_a_renamed_repository_is_redirected_once_in_a_run(renamed: GitHubStandIn) -> None:
    forge = old_name(renamed)
    for number in range(3):
        forge.create_draft(tag=f"v1.0.{number}", title="1", body="notes", prerelease=False, branch="main")
    assert len([each for each in renamed.requests if each.status == 301]) == 1


def test_the_new_name_of_a_repository_is_a_warning(renamed: GitHubStandIn) -> None:
    (finding,) = old_name(renamed).findings(WriteBack.PUSH)
    assert (finding.code, finding.severity) == ("github-repository-renamed", "warning")
    assert "`acme/old` has a new name on GitHub, `acme/app`" in finding.what
    assert f"git remote set-url origin {renamed.url}/acme/app.git" in finding.fix
    assert "git@127.0.0.1:acme/app.git" in finding.fix


def test_a_name_in_other_letters_is_not_another_name(github: GitHubStandIn) -> None:
    answer(github, "GET", "/repos/acme/app$", full_name="Acme/App", default_branch="main")
    assert connect(github.api_url).findings(WriteBack.API) == ()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_to_another_host_is_refused_and_gets_nothing(
    github: GitHubStandIn, status: int, method: str
) -> None:
    visits: list[object] = []
    with raw_server(visits.append) as other:
        github.fail(method, "/releases$", status, headers={"Location": f"{other}/repos/acme/app/releases"}, times=9)
        with pytest.raises(RemoteError, match=r"redirects to another address, `http://127\.0\.0\.1`") as caught:
            connect(github.api_url).create_draft(tag="v1", title="1", body="", prerelease=False, branch=None)
    assert visits == []
    assert f"`{method} {github.api_url}/repos/acme/app/releases" in caught.value.what


@pytest.mark.parametrize("target", ["https://127.0.0.1", "ftp://127.0.0.1", "//evil.example", "http://127.0.0.1@evil"])
def test_a_redirect_to_another_scheme_or_by_a_trick_is_refused(github: GitHubStandIn, target: str) -> None:
    github.fail("GET", "/releases$", 301, headers={"Location": f"{target}/repos/acme/app/releases"}, times=9)
    with pytest.raises(RemoteError, match="redirects to"):
        connect(github.api_url).find_release("v1.0.0")


@pytest.mark.parametrize("location", [{}, {"Location": ""}, {"Location": "?page=1"}, {"Location": "http://[::1"}])
def test_a_redirect_in_a_circle_or_to_nowhere_ends(github: GitHubStandIn, location: dict[str, str]) -> None:
    github.fail("GET", "/releases$", 301, headers=location, times=99)
    with pytest.raises(RemoteError, match="find release"):
        connect(github.api_url).find_release("v1.0.0")
    assert len(github.requests) <= 10


@pytest.mark.parametrize(
    "upload_url", ["https://evil.example", "http://127.0.0.1.evil.example", "http://[::1/", "", "file:///etc"]
)
def test_a_file_is_uploaded_only_to_github(github: GitHubStandIn, tmp_path: Path, upload_url: str) -> None:
    github.releases = [Release("v1.0.0", draft=True)]
    github.uploads_url = upload_url
    (tmp_path / "app.jar").write_bytes(b"jar")
    with pytest.raises(RemoteError, match="for uploads, which must not get the token"):
        connect(github.api_url).upload_asset("v1.0.0", str(tmp_path / "app.jar"))


@pytest.mark.parametrize("token", ["to\nken", "to\rken", "토큰", "to\udcffken"])
def test_a_token_that_no_header_can_have_is_an_error_of_the_token(token: str) -> None:
    with (
        raw_server(sends(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")) as url,
        pytest.raises(AuthError) as caught,
    ):
        connect(url, token).find_release("v1.0.0")
    assert caught.value.what == (
        "`GITHUB_TOKEN` has a character that no token has, such as a line break; "
        "GitHub was not asked to find release `v1.0.0`"
    )
    assert token not in str(caught.value)
