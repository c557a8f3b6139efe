"""Answers without an end, too slow, too large or damaged: each ends in an error, and the memory stays small."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from adapters.raw_server import Talk, raw_server, repeats, sends

from shipit.adapters.http import bounded_http
from shipit.adapters.http.bounded_http import Answer, BoundedHttp, HttpFailure, Limits, origin, redirect_target

MIB = 1 << 20
HEAD = b"HTTP/1.1 200 OK\r\n"
PATIENT = Limits(silence=10, total=60, size=MIB)
HASTY = Limits(silence=10, total=0.2, size=MIB)


def ask(talk: Talk, limits: Limits = PATIENT, method: str = "GET") -> Answer:
    with raw_server(talk) as url:
        return BoundedHttp().send(method, url, limits, headers={"Accept-Encoding": "gzip"})


@contextmanager
def small_memory() -> Iterator[None]:
    """Fail when more than a few times the limit of a body was allocated at once."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 10 * MIB
    finally:
        tracemalloc.stop()


def test_an_answer_is_complete() -> None:
    answer = ask(sends(HEAD + b"Content-Length: 2\r\nX-A: 1\r\nX-A: 2\r\n\r\nok"))
    assert (answer.status, answer.body, answer.headers.getlist("x-a"), answer.ok) == (200, b"ok", ["1", "2"], True)


def test_certificates_are_read_only_for_https(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise HttpFailure("certificates are read", transient=False)

    monkeypatch.setattr(bounded_http, "_tls", refuse)
    http = BoundedHttp()
    with raw_server(sends(HEAD + b"Content-Length: 2\r\n\r\nok")) as url:
        assert http.send("GET", url, PATIENT, headers={}).ok
        with pytest.raises(HttpFailure, match="certificates are read"):
            http.send("GET", url.replace("http://", "https://"), PATIENT, headers={})


DRIPS = {
    "status": (b"HTTP/1.1 ", b"2"),
    "a header": (HEAD + b"X-Long: ", b"x"),
    "headers": (HEAD, b"X: y\r\n"),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body": (HEAD + b"Content-Length: 100000\r\n\r\n", b"x"),
    "body without a length": (HEAD + b"\r\n", b"x"),
    "the size of a chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "trailers": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
    "compressed nothing": (HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10], b"\0\0\0\xff\xff"),
}


@pytest.mark.parametrize(("head", "piece"), DRIPS.values(), ids=DRIPS)
def test_an_answer_that_comes_byte_by_byte_ends_at_the_time_limit(head: bytes, piece: bytes) -> None:
    with pytest.raises(HttpFailure) as ended:
        ask(repeats(head, piece, pause=0.01), HASTY)
    many_headers = "interrupted" in ended.value.reason and piece == b"X: y\r\n"
    assert many_headers or ended.value.reason == "the response was not complete after 0.2 seconds"


def test_a_silent_server_ends_at_the_limit_of_silence() -> None:
    with pytest.raises(HttpFailure, match="did not arrive in time") as ended:
        ask(repeats(b"", b"", pause=0.01), Limits(silence=0.1, total=60, size=MIB))
    assert ended.value.transient


def test_an_upload_that_nobody_reads_ends_at_the_time_limit() -> None:
    with raw_server(repeats(b"", b"", pause=0.01)) as url, pytest.raises(HttpFailure):
        BoundedHttp().send("POST", url, HASTY, headers={}, body=bytes(64 * MIB))


def test_an_answer_to_a_long_upload_has_a_time_of_its_own() -> None:
    bounds = Limits(silence=10, total=0.2, size=MIB, sending=60)
    with (
        raw_server(repeats(HEAD + b"\r\n", b"x", pause=0.01)) as url,
        pytest.raises(HttpFailure, match=r"after 0\.2 sec"),
    ):
        BoundedHttp().send("POST", url, bounds, headers={"Content-Length": "3"}, body=io.BytesIO(b"jar"))
    bounds = Limits(silence=10, total=60, size=MIB, sending=0.2)
    with raw_server(repeats(b"", b"", pause=0.01)) as url, pytest.raises(HttpFailure, match=r"after 0\.2 sec"):
        BoundedHttp().send("POST", url, bounds, headers={}, body=bytes(64 * MIB))


@pytest.mark.parametrize("head", [b"\r\n", b"Content-Length: 99999999999999\r\n\r\n"])
def test_an_endless_body_ends_at_the_size_limit(head: bytes) -> None:
    with small_memory(), pytest.raises(HttpFailure, match="larger than 1,048,576 bytes"):
        ask(repeats(HEAD + head, bytes(65536)))


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_compressed_body_is_measured_decompressed(layers: int) -> None:
    packer = zlib.compressobj(1, wbits=31)
    bomb = b"".join(packer.compress(bytes(MIB)) for _ in range(32)) + packer.flush()
    for _ in range(layers - 1):
        bomb = gzip.compress(bomb)
    encoding = ", ".join(["gzip"] * layers).encode()
    with small_memory(), pytest.raises(HttpFailure, match="larger than"):
        ask(sends(HEAD + b"Content-Encoding: " + encoding + b"\r\n\r\n", bomb))


def test_a_compressed_body_is_read() -> None:
    body = gzip.compress(b"notes")
    answer = ask(sends(HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body), body))
    assert answer.body == b"notes"


BROKEN = {
    "nothing": b"",
    "half a head": b"HTTP/1.1 20",
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
    "half a body": HEAD + b"Content-Length: 9\r\n\r\nhalf",
    "half a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\nhalf",
    "no chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nnumber\r\n",
    "a negative length": HEAD + b"Content-Length: -1\r\nContent-Length: 7\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 1\r\nContent-Length: 7\r\n\r\n",
    "headers without an end": HEAD + b"X: y\r\n" * 101,
    "a header that is too long": HEAD + b"X: " + b"y" * 70000 + b"\r\n\r\n",
    "an endless status": b"HTTP/1.1 200 " + b"y" * 70000 + b"\r\n\r\n",
    "damaged gzip": HEAD + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nzzzz",
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_a_failure_of_the_request(answer: bytes) -> None:
    with pytest.raises(HttpFailure):
        ask(sends(answer))


def test_a_connection_that_the_server_closed_is_opened_again() -> None:
    http = BoundedHttp()
    with raw_server(sends(HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\nok")) as url:
        assert [http.send("GET", url, PATIENT, headers={}).body for _ in range(3)] == [b"ok"] * 3


@pytest.mark.parametrize(("status", "kept", "written"), [(200, b"", b"ok"), (404, b"ok", b"")])
def test_a_body_can_go_to_a_file_unless_it_is_an_error(status: int, kept: bytes, written: bytes) -> None:
    file = io.BytesIO()
    with raw_server(sends(b"HTTP/1.1 %d Status\r\nContent-Length: 2\r\n\r\nok" % status)) as url:
        answer = BoundedHttp().send("GET", url, PATIENT, headers={}, to=file)
    assert (answer.body, file.getvalue()) == (kept, written)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http://[::1/", "http://127.0.0.1:99999/", "nothing"])
def test_an_invalid_url_is_a_failure_that_stays(url: str) -> None:
    with pytest.raises(HttpFailure, match="the URL is not valid") as failure:
        BoundedHttp().send("GET", url, PATIENT, headers={})
    assert not failure.value.transient


def test_a_redirect_is_returned_and_not_followed() -> None:
    answer = ask(sends(b"HTTP/1.1 307 Elsewhere\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"))
    assert redirect_target("https://a.example/here", answer) == "https://a.example/there"
    assert redirect_target("https://a.example/here", ask(sends(HEAD + b"Content-Length: 0\r\n\r\n"))) is None


@pytest.mark.parametrize("header", [b"", b"Location: http://[::1/\r\n", b"Location: http://a.example:x/\r\n"])
def test_a_redirect_to_no_valid_url_is_a_failure(header: bytes) -> None:
    answer = ask(sends(b"HTTP/1.1 301 Moved\r\n" + header + b"Content-Length: 0\r\n\r\n"))
    with pytest.raises(HttpFailure, match="invalid URL"):
        redirect_target("https://a.example/", answer)


def test_the_same_host_is_recognised_with_its_usual_port() -> None:
    assert origin("https://A.example/x") == origin("https://a.example:443/y")
    assert origin("https://a.example") != origin("http://a.example")
    assert origin("https://a.example") != origin("https://a.example:8443")


@pytest.mark.parametrize(("bypassed", "proxied"), [("", True), ("127.0.0.1", False)])
def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch, bypassed: str, proxied: bool) -> None:
    proxy = sends(HEAD + b"Content-Length: 5\r\n\r\nproxy")
    with raw_server(proxy) as url, raw_server(sends(HEAD + b"Content-Length: 6\r\n\r\ndirect")) as target:
        monkeypatch.setenv("http_proxy", url.removeprefix("http://"))
        monkeypatch.setenv("no_proxy", bypassed)
        answer = BoundedHttp().send("GET", target, PATIENT, headers={})
    assert answer.body == (b"proxy" if proxied else b"direct")


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "http://[bad", "ftp://127.0.0.1:9"])
def test_an_address_that_is_no_proxy_is_named_as_the_reason(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(HttpFailure, match="the proxy from the environment variables has no address") as raised:
        BoundedHttp().send("GET", "http://a.example/", PATIENT, headers={})
    assert not raised.value.transient
