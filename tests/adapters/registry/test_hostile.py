"""Registries that answer any request badly: each fault ends in bounded time and memory, as an error of the registry."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import pytest
from adapters.registry.hostile import CONFIG, DIGEST, FAULTS, MANIFEST, REQUESTS, Fault, hostile_registry
from msgspec.structs import replace

from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.adapters.login import Login
from shipit.adapters.registry import Logins, Registries
from shipit.core import limits
from shipit.errors import AuthError, CommandError, RemoteError
from shipit.world import RemoteImage

MIB = 1 << 20
# The faults whose answers have more than a few bytes.
LARGE = (
    *("drips headers", "drips a body", "an endless body", "deep JSON", "a bomb", "a long header"),
    *("an endless refusal", "a deep refusal", "a large failure"),
)
HASTY = RetryPolicy(
    timeout=1, answer_time=0.3, transfer_time=0.3, answer_size=MIB, tries=2, pause=0, sleep=lambda seconds: None
)


def registries() -> Registries:
    return Registries(Logins(Login("me", "correct-horse-battery")), HASTY)


def use(address: str) -> None:
    """Send every request that shipit has for a registry."""
    each = registries()
    each.findings([f"{address}/acme/app"])
    each.find(f"{address}/acme/app:1")
    each.copy(f"{address}/acme/app@{DIGEST}", f"{address}/acme/copy:latest")
    each.tag(f"{address}/acme/app:latest", DIGEST)


def test_without_a_fault_it_is_a_registry() -> None:
    with hostile_registry() as server:
        use(server.address)
        found = registries().find(f"{server.address}/acme/app:1")
    assert found == RemoteImage(DIGEST, {"version": "1.4.0"})
    assert CONFIG


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("request_kind", REQUESTS)
def test_a_bad_answer_is_an_error_of_the_registry_or_harmless(request_kind: str, fault: str) -> None:
    bounded = memory_below(20 * MIB) if fault in LARGE else nullcontext()
    with bounded, hostile_registry(request_kind, FAULTS[fault]) as server:
        try:
            use(server.address)
        except (AuthError, RemoteError) as error:
            assert server.address in error.what
            assert "correct-horse" not in str(error)


@contextmanager
def memory_below(most: int) -> Iterator[None]:
    """Check that Python never has more memory than `most` bytes during the block, which makes it much slower."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


BROKEN: dict[str, Callable[[Registries, str], object]] = {
    "find": lambda each, address: each.find(f"{address}/acme/app:1"),
    "tag": lambda each, address: each.tag(f"{address}/acme/app:latest", DIGEST),
}


@pytest.mark.parametrize("fault", ["drips headers", "drips a body", "an endless body", "a bomb", "to itself"])
@pytest.mark.parametrize("act", BROKEN)
def test_a_limit_that_is_reached_is_named(act: str, fault: str) -> None:
    said = {
        "an endless body": "larger than 1,048,576 bytes",
        "a bomb": "larger than 1,048,576 bytes",
        "to itself": "redirects more than 3 times",
    }.get(fault, "not complete after 0.3 seconds")
    with (
        hostile_registry("GET manifests", FAULTS[fault]) as server,
        pytest.raises(RemoteError, match=said) as raised,
    ):
        BROKEN[act](registries(), server.address)
    assert not raised.value.retryable


def nested(depth: int, width: int = 1) -> Fault:
    """Return a fault: each index contains `width` times another one, and the innermost an image."""
    held, inner = {DIGEST: MANIFEST}, MANIFEST
    for _ in range(depth):
        digest = f"sha256:{hashlib.sha256(inner).hexdigest()}"
        held[digest] = inner
        inner = json.dumps({"manifests": [{"digest": digest, "size": 1}] * width}).encode()
    return lambda it: it.answer(200, held.get(it.path.rpartition("/")[2], inner))


@pytest.mark.parametrize(("depth", "width"), [(30, 1), (1, 30), (4, 4)])
def test_an_index_without_an_end_is_neither_read_nor_copied(
    depth: int, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "IMAGE_PARTS", 20)
    with hostile_registry("GET manifests", nested(depth, width)) as server:
        with pytest.raises(RemoteError, match="contains more than 20 images") as raised:
            registries().copy(f"{server.address}/acme/app:1", f"{server.address}/acme/copy:1")
        assert raised.value.hint
        if depth > 20:
            with pytest.raises(RemoteError, match="contains more than 20 images"):
                registries().find(f"{server.address}/acme/app:1")


def test_an_image_with_too_many_layers_is_not_read() -> None:
    layers = [{"digest": DIGEST, "size": 1}] * 1_001
    body = json.dumps({"layers": layers}).encode()
    with (
        hostile_registry("GET manifests", lambda it: it.answer(200, body)) as server,
        pytest.raises(RemoteError, match="is not an image: Expected `array` of length <= 1000"),
    ):
        registries().find(f"{server.address}/acme/app:1")


@pytest.mark.parametrize("item", ["GET manifests", "GET blobs"])
def test_a_manifest_and_a_configuration_have_a_limit_of_their_own(item: str) -> None:
    wide = json.dumps({"config": {"Labels": {"wide": "x" * (5 * MIB)}}}).encode()
    policy = replace(HASTY, answer_size=32 * MIB, answer_time=30)
    with (
        hostile_registry(item, lambda it: it.answer(200, wide)) as server,
        pytest.raises(RemoteError, match=r"larger .*han 4,194,304 by"),  # the token is `t`, which is removed
    ):
        Registries(Logins(), policy).find(f"{server.address}/acme/app:1")


def test_a_full_disk_is_not_an_error_of_the_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", Full)
    waits: list[float] = []
    policy = replace(HASTY, tries=5, sleep=waits.append)
    with hostile_registry() as server, pytest.raises(CommandError, match="No space left on device") as raised:
        Registries(Logins(), policy).copy(f"{server.address}/acme/app@{DIGEST}", f"{server.address}/acme/copy:latest")
    assert waits == [] and "`TMPDIR`" in str(raised.value.hint)


def test_a_login_that_a_proxy_requires_is_not_taken_for_one_of_the_registry() -> None:
    with (
        hostile_registry("GET manifests", lambda it: it.answer(407, b"<html>Sign in</html>")) as server,
        pytest.raises(RemoteError, match=r"he proxy from .* requires a login"),
    ):
        registries().find(f"{server.address}/acme/app:1")
