"""The errors of AWS, each from a server that answers as AWS does, and the credentials of a run."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from shipit.adapters.places import AwsSites
from shipit.core import limits
from shipit.core.deploy import sha256_of
from shipit.errors import AuthError, ConflictError, RemoteError, ShipitError
from shipit.world.sites import NewFile, Site

FILE = NewFile("index.html", sha256_of(b"x"), lambda: b"x", replaces="")


@dataclass(frozen=True)
class Server:
    """A server with its address and the requests that it saw."""

    address: str
    seen: list[str]


@contextmanager
def answering(
    status: int, code: str, message: str = "", *, service: str = "s3", length: int | None = None, page: str = ""
) -> Iterator[Server]:
    """Answer each request as AWS does with an error; `length` is a wrong length of the answer, `page` another answer."""
    error = f"<Code>{code}</Code><Message>{message}</Message>"
    body = f"<Error>{error}<RequestId>R1</RequestId></Error>"
    if service == "sts":
        body = f"<ErrorResponse><Error>{error}</Error><RequestId>R1</RequestId></ErrorResponse>"
    body = page or body
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen.append(f"{self.command} {self.path}")
            self.send_response(status)
            self.send_header("Content-Type", "application/xml")
            self.send_header("x-amz-request-id", "R1")
            self.send_header("Content-Length", str(len(body) if length is None else length))
            self.end_headers()
            self.wfile.write(body.encode())

        def do_HEAD(self) -> None:
            self.send_response(404)
            self.end_headers()

        do_GET = do_PUT = do_POST = answer

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Server(f"http://127.0.0.1:{server.server_port}", seen)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "ACCESS_KEY_ID": "AKIAEXAMPLE",
        "SECRET_ACCESS_KEY": "secret",
        "DEFAULT_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(f"AWS_{name}", value)


def site() -> Site:
    return AwsSites().at("s3://shop-web")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("ExpiredToken", "the credentials are expired"),
        ("InvalidClientTokenId", "the credentials do not exist"),
        ("SignatureDoesNotMatch", "the credentials are wrong: the secret key does not match"),
        ("AccessDenied", "AWS does not allow these credentials to name the account of the credentials"),
    ],
)
def test_credentials_that_aws_refuses_are_a_finding_that_says_why(
    code: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(403, code, service="sts") as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.address)
        (finding,) = site().findings(None, None)
    assert finding.code == "aws-login" and words in finding.what


@pytest.mark.parametrize(
    ("status", "code", "kind", "words"),
    [
        (403, "AccessDenied", ShipitError, "does not allow these credentials to write `index.html` to bucket shop-web"),
        (412, "PreconditionFailed", ConflictError, "another program changed it at the same time"),
        (400, "KMS.DisabledException", RemoteError, r"KMS.DisabledException the key is off \(request R1\)"),
    ],
)
def test_an_error_of_a_request_names_the_object_and_the_reason(
    status: int, code: str, kind: type[ShipitError], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(status, code, "the key is off") as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.address)
        with pytest.raises(kind, match=words):
            site().put(FILE)


@pytest.mark.parametrize(
    ("length", "kind", "words"),
    [
        (1000, RemoteError, "AWS did not answer the request to read"),
        (limits.SITE_FILE + 1, ConflictError, "app.* of bucket shop-web is larger than 256 MiB"),
    ],
)
def test_an_object_that_ends_early_or_is_too_large_is_an_error(
    length: int, kind: type[ShipitError], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(200, "", length=length) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.address)
        for read in (site().read, site().locked_by):
            with pytest.raises(kind, match=words) as raised:
                read("app")
            assert raised.value.hint
            del raised
            gc.collect()  # a connection that was left open would fail this test


def test_an_answer_that_does_not_come_from_aws_is_an_error_and_no_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    page = "<!doctype html><title>500 Internal Server Error"
    with answering(500, "", service="sts", page=page) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.address)
        with pytest.raises(RemoteError, match="does not come from AWS") as raised:
            site().findings(None, None)
    assert "check the proxy" in (raised.value.hint or "")


def test_the_right_that_aws_itself_names_is_the_one_to_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    message = (
        "User: arn:aws:iam::1:user/ci is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/x"
    )
    with answering(403, "AccessDeniedException", message) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.address)
        with pytest.raises(AuthError) as raised:
            site().put(FILE)
    assert raised.value.hint == "allow `iam:PassRole` in the policy of the role or user"


def test_a_throttled_request_is_repeated_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with answering(503, "SlowDown") as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.address)
        with pytest.raises(RemoteError, match="SlowDown") as raised:
            site().put(FILE)
        assert len(server.seen) == limits.AWS_TRIES
    assert raised.value.retryable


def test_missing_credentials_are_a_finding_with_the_ways_to_give_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    (finding,) = site().findings(None, None)
    assert finding.code == "aws-login"
    assert "`AWS_PROFILE`" in finding.fix and "`aws-role`" in finding.fix


def test_a_profile_that_does_not_exist_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    (finding,) = site().findings(None, None)
    assert "nobody" in finding.what


def test_without_boto3_the_finding_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("boto3", "botocore", "botocore.exceptions", "botocore.config"):
        monkeypatch.setitem(sys.modules, name, None)
    (finding,) = site().findings(None, None)
    assert finding.code == "aws-login" and "uv tool install '.[aws]'" in finding.fix


def test_an_address_that_does_not_answer_is_no_problem_of_the_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(RemoteError, match="AWS did not answer the request to") as raised:
        site().findings(None, None)
    assert raised.value.exit_code == 5
