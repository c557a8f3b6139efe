"""Requests from a host to an app whose answer has no end."""

from __future__ import annotations

import pytest
from adapters.raw_server import raw_server, repeats, sends

from shipit.adapters.hosts.http import send
from shipit.core.deploy import TOO_LATE

HEAD = b"HTTP/1.1 200 OK\r\n"
DRIPS = {
    "the status": (b"HTTP/1.1 ", b"2"),
    "a header": (HEAD + b"X-Long: ", b"x"),
    "the body": (HEAD + b"\r\n", b"x"),
    "a body with a length": (HEAD + b"Content-Length: 100000\r\n\r\n", b"x"),
}


@pytest.mark.parametrize(("head", "piece"), DRIPS.values(), ids=DRIPS)
def test_an_answer_that_comes_byte_by_byte_ends_at_the_time_limit(head: bytes, piece: bytes) -> None:
    with raw_server(repeats(head, piece, pause=0.01)) as url:
        answer = send("GET", url, headers={}, timeout=0.3)
    assert (answer.status, answer.body) == (0, TOO_LATE)


def test_an_answer_in_time_is_returned() -> None:
    with raw_server(sends(HEAD + b"Retry-After: 7\r\nContent-Length: 2\r\n\r\nok")) as url:
        answer = send("GET", url, headers={}, timeout=30)
    assert (answer.status, answer.body, answer.retry_after) == (200, "ok", 7)


def test_a_wait_of_thousands_of_digits_is_a_long_one() -> None:
    head = HEAD + b"Retry-After: " + b"9" * 5_000 + b"\r\nContent-Length: 2\r\n\r\nok"
    with raw_server(sends(head)) as url:
        answer = send("GET", url, headers={}, timeout=30)
    assert (answer.status, answer.body, answer.retry_after) == (200, "ok", 999_999_999)
