"""Web hooks whose servers hang, drip, never end, redirect, limit the requests, or answer with the secret."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from adapters.http_servers import Answer, Host, host
from adapters.raw_server import Talk, raw_server, repeats, sends
from msgspec.structs import replace

from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.adapters.notify import WebHooks
from shipit.core.notifications import Channel
from shipit.core.redact import Redactor
from shipit.errors import AuthError, RemoteError

CHANNEL, PATH = Channel("slack", "SLACK_WEBHOOK"), "/services/T0/very-secret-part"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
def service() -> Iterator[Host]:
    with host() as started:
        yield started


def hooks(tmp_path: Path, url: str, waits: list[float] | None = None, **limits: float) -> WebHooks:
    policy = RetryPolicy(sleep=(waits if waits is not None else []).append).for_notifications
    if limits:
        policy = replace(policy, **limits)
    return WebHooks(Redactor(), policy, str(tmp_path / "notified"), {"SLACK_WEBHOOK": url})


def failure(found: WebHooks) -> RemoteError:
    with pytest.raises(RemoteError) as caught:
        found.send(CHANNEL, "1", b"{}")
    shown = f"{caught.value.what} {caught.value.hint} {caught.value.where}"
    assert "very-secret-part" not in shown and "http" not in shown
    return caught.value


def test_a_service_that_limits_requests_is_asked_again_after_the_time_it_names(tmp_path: Path, service: Host) -> None:
    service.answers[f"POST {PATH}"] = [Answer(429, {"Retry-After": "7"}), Answer(503), Answer()]
    waits: list[float] = []
    hooks(tmp_path, service.url + PATH, waits).send(CHANNEL, "1", b"{}")
    assert (len(service.asked), waits) == (3, [7, 2])


@pytest.mark.parametrize("after", ["3600", "1e9", "-5", "Wed, 21 Oct 2015 07:28:00 GMT", "9" * 400])
def test_no_service_makes_a_run_wait_long(tmp_path: Path, service: Host, after: str) -> None:
    service.answers[f"POST {PATH}"] = [Answer(429, {"Retry-After": after})]
    waits: list[float] = []
    assert "status 429" in failure(hooks(tmp_path, service.url + PATH, waits)).what
    assert sum(waits) <= 30


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413])
def test_a_refusal_is_not_sent_again(tmp_path: Path, service: Host, status: int) -> None:
    service.answers[f"POST {PATH}"] = [Answer(status, body="channel_is_archived")]
    assert failure(hooks(tmp_path, service.url + PATH)).what == (
        f"the service of `SLACK_WEBHOOK` answered with status {status}: channel_is_archived"
    )
    assert len(service.asked) == 1


def test_a_web_page_is_not_the_answer_of_a_chat(tmp_path: Path, service: Host) -> None:
    service.answers[f"POST {PATH}"] = [Answer(200, body="<!doctype html><title>Sign in to the network</title>")]
    found = hooks(tmp_path, service.url + PATH)
    assert "answered with a web page" in failure(found).what
    assert (len(service.asked), found.was_sent(CHANNEL, "1")) == (1, False)
    any_service = Channel("webhook", "SLACK_WEBHOOK")
    found.send(any_service, "1", b"{}")
    assert found.was_sent(any_service, "1")


def test_an_answer_that_repeats_the_address_is_not_shown(tmp_path: Path, service: Host) -> None:
    service.answers[f"POST {PATH}"] = [Answer(404, body=f"no hook at {service.url}{PATH}")]
    assert failure(hooks(tmp_path, service.url + PATH)).what.endswith("status 404")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_document_is_never_sent_to_another_address(tmp_path: Path, service: Host, status: int) -> None:
    with host() as other:
        service.answers[f"POST {PATH}"] = [Answer(status, {"Location": f"{other.other_name}/x"})]
        assert "a redirect, which is not followed" in failure(hooks(tmp_path, service.url + PATH)).what
        assert (len(service.asked), other.asked) == (1, [])


@pytest.mark.parametrize(
    ("talk", "reason"),
    [
        (repeats(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536), "larger than"),
        (repeats(b"HTTP/1.1 200 OK\r\nX: ", b"x", pause=0.05), "not complete after"),
        (repeats(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x", pause=0.05), "not complete after"),
        (repeats(b"", b"", pause=0.05), "after 0.6 seconds"),
        (sends(b"nonsense\r\n\r\n"), "interrupted"),
        (sends(), "interrupted"),
    ],
    ids=["endless", "dripping-head", "dripping-body", "hanging", "nonsense", "closed"],
)
def test_a_broken_service_ends_within_the_limits(tmp_path: Path, talk: Talk, reason: str) -> None:
    with raw_server(talk) as url:
        seconds = 60 if reason == "larger than" else 0.6  # the size must be exceeded first, also on a busy machine
        found = hooks(tmp_path, url + PATH, timeout=60, answer_time=seconds, answer_size=1000, tries=2)
        assert reason in failure(found).what
        assert not found.was_sent(CHANNEL, "1")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "  ",
        "hooks.slack.com/x",
        "ftp://host/x",
        "https://",
        "file:///etc/passwd",
        "https://h/\r\nX: y",
        "https://[/",
        f"https://host/{'x' * 3000}",
        "https://호스트/x",
    ],
)
def test_a_value_that_is_no_address_is_found_and_not_shown(tmp_path: Path, value: str) -> None:
    found = hooks(tmp_path, value)
    (finding,) = found.findings([CHANNEL])
    assert "`SLACK_WEBHOOK`" in finding.what and (not value.strip() or value.strip() not in finding.what)
    with pytest.raises(AuthError):
        found.send(CHANNEL, "1", b"{}")


def test_a_token_is_sent_as_bearer(tmp_path: Path, service: Host) -> None:
    service.answers["POST /api/annotations"] = [Answer()]
    variables = {"GRAFANA": f"{service.url}/api/annotations", "GRAFANA_TOKEN": "glsa_1"}
    found = WebHooks(Redactor(), RetryPolicy(), str(tmp_path / "notified"), variables)
    found.send(Channel("webhook", "GRAFANA", "GRAFANA_TOKEN"), "1", b"{}")
    assert service.asked[0].authorization == "Bearer glsa_1"


def test_the_record_keeps_the_newest_and_survives_damage(tmp_path: Path, service: Host) -> None:
    service.answers[f"POST {PATH}"] = [Answer()]
    (tmp_path / "notified").write_bytes(b"\xff\x00 damaged\n" * 300)
    hooks(tmp_path, service.url + PATH).send(CHANNEL, "1", b"{}")
    again = hooks(tmp_path, service.url + PATH)
    assert again.was_sent(CHANNEL, "1") and not again.was_sent(CHANNEL, "2")
    assert len((tmp_path / "notified").read_text().split()) == 200
