"""The contract of registries, real ones and in memory."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pytest
from contracts.ghcr import github_remover
from contracts.pushed import push_image, repositories
from parts.registry import Registry as Part

from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.adapters.login import Login
from shipit.adapters.registry import Logins, Registries, Remove
from shipit.errors import CREDENTIAL_CODES, AuthError, RemoteError
from shipit.testing.registry import FakeRegistry
from shipit.world import Registry, RemoteImage

NOWHERE = f"sha256:{'0' * 64}"
LABELS = {"org.opencontainers.image.version": "1.4.0", "제목": "채팅"}


@dataclass(frozen=True)
class Bench:
    """A registry, two of its repositories, a function that pushes an image, and the registry with a refused login."""

    registry: Registry
    names: Sequence[str]
    push: Callable[[str, str, Mapping[str, str]], str]
    refused: Callable[[], Registry]

    def image(self, tag: str = "1.4.0", labels: Mapping[str, str] = LABELS) -> str:
        return self.push(self.names[0], tag, labels)


def in_memory(request: pytest.FixtureRequest) -> Bench:
    held, names = FakeRegistry(), ["ghcr.io/acme/app", "ghcr.io/acme/app-dev"]

    def push(name: str, tag: str, labels: Mapping[str, str]) -> str:
        digest = f"sha256:{secrets.token_hex(32)}"
        held.accept(f"{name}:{tag}", RemoteImage(digest, labels))
        return digest

    def refused() -> FakeRegistry:
        held.refusals |= {*names}
        return held

    return Bench(held, names, push, refused)


def with_a_password(request: pytest.FixtureRequest) -> Bench:
    return _real(request.getfixturevalue("locked_registry"))


def with_tokens(request: pytest.FixtureRequest) -> Bench:
    return _real(request.getfixturevalue("token_registry"))


def of_github(request: pytest.FixtureRequest) -> Bench:
    """A registry that removes images as ghcr.io does: by another API, which has the same images as versions."""
    part, github = request.getfixturevalue("locked_registry"), request.getfixturevalue("github")
    return _real(part, lambda password: github_remover(part, github, password))


def _real(part: Part, remover: Callable[[str], Remove] | None = None) -> Bench:
    def registry(password: str) -> Registries:
        removers = {part.address: remover(password)} if remover else {}
        return Registries(Logins(Login(part.username, password)), RetryPolicy(timeout=5, pause=0), removers)

    def push(name: str, tag: str, labels: Mapping[str, str]) -> str:
        return push_image(part, name.removeprefix(f"{part.address}/"), tag, labels)

    names = [f"{part.address}/{repository}" for repository in repositories(2)]
    return Bench(registry(part.password), names, push, lambda: registry("wrong"))


@pytest.fixture(params=[in_memory, with_a_password, with_tokens, of_github], ids=lambda make: make.__name__)
def bench(request: pytest.FixtureRequest) -> Bench:
    bench: Bench = request.param(request)
    return bench


def test_an_image_is_found_by_its_tag_and_by_its_digest(bench: Bench) -> None:
    digest = bench.image()
    for reference in (f"{bench.names[0]}:1.4.0", f"{bench.names[0]}@{digest}"):
        assert bench.registry.find(reference) == RemoteImage(digest, LABELS)


def test_an_image_without_labels_has_none(bench: Bench) -> None:
    digest = bench.image(labels={})
    assert bench.registry.find(f"{bench.names[0]}:1.4.0") == RemoteImage(digest)


def test_an_image_that_was_never_pushed_is_not_found(bench: Bench) -> None:
    assert bench.registry.find(f"{bench.names[0]}:1.4.0") is None
    bench.image()
    for reference in (f"{bench.names[0]}:latest", f"{bench.names[0]}@{NOWHERE}", f"{bench.names[1]}:1.4.0"):
        assert bench.registry.find(reference) is None


def test_a_tag_is_created_and_moved(bench: Bench) -> None:
    latest, first, second = f"{bench.names[0]}:latest", bench.image("1.4.0"), bench.image("1.5.0")
    for digest in (first, second, second):
        bench.registry.tag(latest, digest)
        assert bench.registry.find(latest) == RemoteImage(digest, LABELS)
    assert bench.registry.find(f"{bench.names[0]}:1.4.0") == RemoteImage(first, LABELS)


def test_the_tags_of_an_image_are_listed(bench: Bench) -> None:
    assert bench.registry.tag_names(bench.names[0]) == ()
    bench.image("1.4.0")
    bench.image("latest")
    assert sorted(bench.registry.tag_names(bench.names[0])) == ["1.4.0", "latest"]


def test_no_tag_can_be_created_for_a_missing_digest(bench: Bench) -> None:
    bench.image()
    with pytest.raises(RemoteError, match=NOWHERE) as raised:
        bench.registry.tag(f"{bench.names[0]}:latest", NOWHERE)
    assert raised.value.status == 404
    assert bench.registry.find(f"{bench.names[0]}:latest") is None


def test_a_copy_is_the_same_image_in_another_repository(bench: Bench) -> None:
    digest = bench.image()
    for _ in ("once", "twice"):
        assert bench.registry.copy(f"{bench.names[0]}@{digest}", f"{bench.names[1]}:latest") == digest
        assert bench.registry.find(f"{bench.names[1]}:latest") == RemoteImage(digest, LABELS)


def test_a_missing_image_is_not_copied(bench: Bench) -> None:
    bench.image()
    with pytest.raises(RemoteError, match=NOWHERE) as raised:
        bench.registry.copy(f"{bench.names[0]}@{NOWHERE}", f"{bench.names[1]}:latest")
    assert raised.value.status == 404
    assert bench.registry.find(f"{bench.names[1]}:latest") is None


def test_an_accepted_login_leads_to_no_finding(bench: Bench) -> None:
    assert bench.registry.findings(bench.names) == ()


def test_a_refused_login_is_found_before_anything_is_written(bench: Bench) -> None:
    findings = bench.refused().findings(bench.names)
    assert {finding.code for finding in findings} == {"registry-login"} <= CREDENTIAL_CODES
    assert all("docker login" in finding.fix for finding in findings)


def test_a_refused_login_cannot_write(bench: Bench) -> None:
    digest = bench.image()
    refused = bench.refused()
    with pytest.raises(AuthError, match=bench.names[0].partition("/")[0]):
        refused.tag(f"{bench.names[0]}:latest", digest)
    with pytest.raises(AuthError):
        refused.copy(f"{bench.names[0]}@{digest}", f"{bench.names[1]}:latest")


def test_a_removed_image_loses_all_its_tags_and_no_other_image_changes(bench: Bench) -> None:
    old, new = bench.image("1.4.0"), bench.image("1.5.0")
    bench.registry.tag(f"{bench.names[0]}:old", old)
    for _ in ("once", "twice"):
        bench.registry.remove(f"{bench.names[0]}@{old}")
        assert bench.registry.tag_names(bench.names[0]) == ("1.5.0",)
    assert bench.registry.find(f"{bench.names[0]}@{old}") is None
    assert bench.registry.manifests(f"{bench.names[0]}:1.5.0") == (new,)
    assert bench.registry.manifests(f"{bench.names[0]}:1.4.0") == ()


def test_a_refused_login_removes_nothing(bench: Bench) -> None:
    digest = bench.image()
    with pytest.raises(AuthError):
        bench.refused().remove(f"{bench.names[0]}@{digest}")
    assert bench.registry.find(f"{bench.names[0]}@{digest}")
