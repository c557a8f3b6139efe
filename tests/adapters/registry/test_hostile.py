"""Registries that answer any request badly: each fault ends in bounded time and memory, as an error of the registry."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest
from adapters.registry.hostile import CONFIG, DIGEST, FAULTS, REQUESTS, hostile_registry

from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.adapters.login import Login
from shipit.adapters.registry import Logins, Registries
from shipit.errors import AuthError, RemoteError
from shipit.world import RemoteImage

MIB = 1 << 20
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
    tracemalloc.start()
    try:
        with hostile_registry(request_kind, FAULTS[fault]) as server:
            try:
                use(server.address)
            except (AuthError, RemoteError) as error:
                assert server.address in error.what
                assert "correct-horse" not in str(error)
        assert tracemalloc.get_traced_memory()[1] < 20 * MIB
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
