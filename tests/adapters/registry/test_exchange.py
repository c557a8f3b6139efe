"""Redirects of a registry: which are followed, and what is not sent to another host."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import IO, cast

import pytest
from urllib3 import HTTPHeaderDict

from shipit.adapters.http.bounded_http import Answer, BoundedHttp, Limits
from shipit.adapters.registry.exchange import Request, exchange
from shipit.adapters.registry.failure import RegistryFailure

BOUNDS = Limits(silence=1, total=1, size=1)
HERE = "https://registry.example/v2/"


class Script:
    """A connection that gives the answers one after the other."""

    def __init__(self, *answers: tuple[int, str]) -> None:
        self.answers = [*answers]
        self.sent: list[tuple[str, str, str | None, bytes]] = []

    def send(
        self,
        method: str,
        url: str,
        limits: Limits,
        *,
        headers: Mapping[str, str],
        body: bytes | IO[bytes] | None = None,
        to: IO[bytes] | None = None,
    ) -> Answer:
        content = body if isinstance(body, bytes) else body.read() if body else b""
        self.sent.append((method, url, headers.get("Authorization"), content))
        status, location = self.answers.pop(0)
        return Answer(status, HTTPHeaderDict({"Location": location} if location else {}), b"")


def send(script: Script, request: Request) -> Answer:
    return exchange(cast(BoundedHttp, script), request, "Bearer t", BOUNDS)


def test_a_login_is_sent_to_the_same_host_only() -> None:
    script = Script((307, "/v2/moved"), (302, "https://store.example/x"), (302, f"{HERE}back"), (200, ""))
    assert send(script, Request("GET", HERE)).status == 200
    assert [(url, header) for _, url, header, _ in script.sent] == [
        (HERE, "Bearer t"),
        ("https://registry.example/v2/moved", "Bearer t"),
        ("https://store.example/x", None),
        (f"{HERE}back", "Bearer t"),
    ]


def test_a_file_is_sent_again_from_its_beginning() -> None:
    script = Script((307, "https://store.example/x"), (201, ""))
    send(script, Request("PUT", HERE, body=io.BytesIO(b"layer")))
    assert [(method, body) for method, _, _, body in script.sent] == [("PUT", b"layer")] * 2


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_write_is_not_sent_again_after_a_redirect_that_can_turn_it_into_a_read(status: int) -> None:
    script = Script((status, f"{HERE}moved"))
    with pytest.raises(RegistryFailure) as failure:
        send(script, Request("PUT", HERE, body=b"manifest"))
    assert (failure.value.status, len(script.sent)) == (status, 1)


def test_a_redirect_from_encryption_to_none_is_refused() -> None:
    with pytest.raises(RegistryFailure, match="without encryption"):
        send(Script((307, "http://store.example/x")), Request("GET", HERE))


def test_a_form_with_a_login_is_not_redirected() -> None:
    script = Script((307, "https://elsewhere.example/token"))
    assert send(script, Request("POST", HERE, body=b"refresh_token=secret", follow=False)).status == 307
    assert len(script.sent) == 1
