"""The contract of an engine: the real one with both builders, and the one in memory."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from adapters.engines import bench as real_bench
from parts.registry import Registry as Part

from shipit.adapters.registry import Logins, Registries
from shipit.core.images import Build
from shipit.errors import CommandError
from shipit.testing.engine import FakeEngine
from shipit.testing.registry import FakeRegistry
from shipit.world import Engine, Registry, RemoteImage

BUILD = Build(labels={"org.opencontainers.image.version": "1.4.0", "제목": "채팅 'server'"})


@dataclass(frozen=True)
class Bench:
    """An engine, the registry that it pushes to, and the name of an image that no other test uses."""

    engine: Engine
    registry: Registry
    name: str

    def built(self, tag: str = "1.4.0", build: Build = BUILD) -> str:
        self.engine.build(f"{self.name}:{tag}", build, timeout=60)
        return f"{self.name}:{tag}"


def in_memory(request: pytest.FixtureRequest) -> Bench:
    registry = FakeRegistry()
    return Bench(FakeEngine(registry), registry, "localhost:5000/acme/app")


def by_buildkit(request: pytest.FixtureRequest) -> Bench:
    return _real(request, "engine")


def by_the_classic_builder(request: pytest.FixtureRequest) -> Bench:
    return _real(request, "classic_builder")


def _real(request: pytest.FixtureRequest, kind: str) -> Bench:
    part, tmp_path, patch = (request.getfixturevalue(name) for name in (kind, "tmp_path", "monkeypatch"))
    registry: Part = request.getfixturevalue("registry")
    real = real_bench(part, tmp_path / "app", patch)
    real.dockerfile("FROM scratch", "COPY Dockerfile /")
    return Bench(real.engine, Registries(Logins()), f"{registry.address}/acme/{secrets.token_hex(6)}")


@pytest.fixture(params=[in_memory, by_buildkit, by_the_classic_builder], ids=lambda make: make.__name__)
def bench(request: pytest.FixtureRequest) -> Bench:
    make: Callable[[pytest.FixtureRequest], Bench] = request.param
    return make(request)


def test_a_built_image_is_found_with_its_labels(bench: Bench) -> None:
    found = bench.engine.find(bench.built())
    assert found is not None
    assert (found.id.partition(":")[0], found.labels) == ("sha256", BUILD.labels)


def test_an_image_that_was_not_built_is_not_found(bench: Bench) -> None:
    bench.built()
    assert bench.engine.find(f"{bench.name}:1.5.0") is None


def test_a_reference_belongs_to_the_last_build(bench: Bench) -> None:
    bench.built(build=Build(labels={"version": "1"}))
    found = bench.engine.find(bench.built(build=Build(labels={"version": "2"})))
    assert found is not None
    assert found.labels == {"version": "2"}


def test_a_pushed_image_is_in_the_registry_with_the_returned_digest(bench: Bench) -> None:
    reference = bench.built()
    digest = bench.engine.push(reference)
    assert bench.registry.find(reference) == RemoteImage(digest, BUILD.labels)
    assert bench.registry.find(f"{bench.name}@{digest}") == RemoteImage(digest, BUILD.labels)


def test_an_image_can_be_pushed_under_another_tag(bench: Bench) -> None:
    digest = bench.engine.push(bench.built(), tag="unattested")
    assert bench.registry.find(f"{bench.name}:unattested") == RemoteImage(digest, BUILD.labels)
    assert bench.registry.find(f"{bench.name}:1.4.0") is None


def test_pushing_twice_returns_the_same_digest(bench: Bench) -> None:
    reference = bench.built()
    assert bench.engine.push(reference) == bench.engine.push(reference)


def test_an_image_that_was_not_built_is_not_pushed(bench: Bench) -> None:
    with pytest.raises(CommandError, match=f"{bench.name}:1.5.0") as raised:
        bench.engine.push(f"{bench.name}:1.5.0")
    assert raised.value.hint == "build the image first"


def test_a_build_that_is_possible_leads_to_no_finding(bench: Bench) -> None:
    assert bench.engine.findings([BUILD]) == ()


def test_the_builder_has_a_name(bench: Bench) -> None:
    assert bench.engine.builder()
