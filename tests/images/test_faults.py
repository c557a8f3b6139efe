"""A registry or an engine in trouble: what passes is waited for, what lasts is an error, and nothing half is announced."""

from __future__ import annotations

from dataclasses import replace

import pytest
from contracts.pushed import push_image
from images.troubled import TroubledShop
from parts.faulty import Fault, FaultyRegistry
from parts.registry import Registry

ALWAYS = 10_000
ELSEWHERE = f"sha256:{'0' * 64}"
PASSING = {
    "not asked so often": Fault("GET", "/manifests/", times=2, status=429, headers={"Retry-After": "0"}),
    "not pushed so often": Fault("POST", "/blobs/uploads/", times=2, status=429),
    "unwell for content": Fault("PUT", "/manifests/dev-", times=2, status=500),
    "unwell after content": Fault("PUT", "/manifests/dev-", status=500, after=True),
    "unwell for a tag": Fault("PUT", "/manifests/latest", times=2, status=503),
    "cut off within a layer": Fault("PATCH", "/blobs/uploads/", cut_after=100_000),
    "cut off after a tag": Fault("PUT", "/manifests/latest", cut=True, after=True),
}
LASTING = {
    "content": (Fault("PUT", "/manifests/dev-", ALWAYS, status=500), 5, "the push of"),
    "a login for content": (Fault("", "/blobs/uploads/", ALWAYS, status=401), 4, "SHIPIT_REGISTRY_PASSWORD"),
    "a tag": (Fault("PUT", "/manifests/latest", ALWAYS, status=500), 5, "failed to write"),
    "a login for a tag": (Fault("PUT", "/manifests/latest", ALWAYS, status=403), 4, "SHIPIT_REGISTRY_PASSWORD"),
    "the true digest": (Fault("GET", "/manifests/dev-", ALWAYS, skip=2, digest=ELSEWHERE), 5, f"`{ELSEWHERE}`"),
}
DETACHED = {"DOCKER_HOST": "unix:///nowhere/docker.sock"}


@pytest.mark.parametrize("trouble", PASSING)
def test_trouble_that_passes_is_waited_for(troubled: TroubledShop, faulty: FaultyRegistry, trouble: str) -> None:
    faulty.faults = [replace(PASSING[trouble])]
    troubled.push().succeeded()
    assert any(one.status != 200 for one in faulty.requests)
    assert troubled.is_whole()
    assert troubled.announced == (f"{troubled.image}:{troubled.fixed}", troubled.pushed["latest"])


@pytest.mark.parametrize("missing", LASTING)
def test_trouble_that_stays_is_an_error_that_announces_nothing(
    troubled: TroubledShop, faulty: FaultyRegistry, missing: str
) -> None:
    fault, status, said = LASTING[missing]
    faulty.faults = [replace(fault)]
    run = troubled.push()
    assert (run.status, troubled.announced) == (status, ("", ""))
    assert said in run.err
    faulty.faults = []
    assert "latest" not in troubled.pushed
    assert "engine.build" not in troubled.writes()
    assert troubled.is_whole()


def test_whom_the_registry_refuses_hears_it_before_anything_is_built(
    troubled: TroubledShop, faulty: FaultyRegistry
) -> None:
    faulty.faults = [Fault("", "/v2/", ALWAYS, status=401, headers={"WWW-Authenticate": 'Basic realm="tests"'})]
    run = troubled.push()
    assert (run.status, troubled.built, troubled.announced) == (4, 0, ("", ""))
    assert f"`docker login {faulty.address}`, or set `SHIPIT_REGISTRY_USERNAME`" in run.err


def test_a_registry_that_is_not_there_is_told_before_anything_is_built(
    troubled: TroubledShop, faulty: FaultyRegistry
) -> None:
    faulty.faults = [Fault("", "/v2/", ALWAYS, cut=True)]
    run = troubled.push()
    assert (run.status, troubled.built, troubled.announced) == (3, 0, ("", ""))
    assert f"the request to `{faulty.address}` to" in run.err
    assert "check the registry's name, its status and the network" in run.err


def test_an_engine_that_is_not_there_is_told_before_anything_is_built(troubled: TroubledShop) -> None:
    run = troubled.push(env=DETACHED)
    assert (run.status, troubled.built, troubled.announced) == (3, 0, ("", ""))
    assert "there is no container engine at `unix:///nowhere/docker.sock`" in run.err
    assert "start docker (`systemctl start docker`), or set `DOCKER_HOST`" in run.err


def test_what_the_registry_has_needs_no_engine(troubled: TroubledShop) -> None:
    troubled.push().succeeded()
    troubled.push(env=DETACHED).succeeded()
    assert troubled.announced == (f"{troubled.image}:{troubled.fixed}", troubled.pushed["latest"])


def test_a_tag_that_another_commit_has_is_never_overwritten(
    troubled: TroubledShop, faulty: FaultyRegistry, registry: Registry
) -> None:
    repository = troubled.image.partition("/")[2]
    other = push_image(registry, repository, troubled.fixed, {"org.opencontainers.image.revision": "f" * 40})
    run = troubled.push()
    assert (run.status, troubled.built, troubled.announced) == (3, 0, ("", ""))
    assert f"built from `{'f' * 10}` and not from `{troubled.head[:10]}`" in run.err
    assert troubled.pushed == {troubled.fixed: other}
    assert not faulty.seen("PUT", "")
