"""The step `update-service`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.deploy.scene import HOST, IMAGE, host_of
from steps.samples import Sample
from steps.swarm.scene import SERVICE, begun, remove_the_service, service_of, updated

from shipit.core.deploy import Service, ServiceChange
from shipit.errors import ConflictError, DeployError
from shipit.steps.base import Done, Step, Todo
from shipit.steps.swarm import UpdateService
from shipit.testing import FakeApp

STEP = UpdateService(HOST, SERVICE, IMAGE)


def set_image(clone: Clone) -> Step:
    begun(clone)
    return STEP


SAMPLE = Sample(set_image, (remove_the_service,), hosts=True)


def test_it_sets_the_image_by_its_digest_and_says_its_version(tmp_path: Path) -> None:
    world = begun(in_memory(tmp_path))
    STEP.apply(world)
    service = service_of(world)
    assert (service.image, service.deployed) == (IMAGE.reference, IMAGE)


def test_a_service_that_names_the_same_digest_with_a_tag_is_not_changed(tmp_path: Path) -> None:
    world = begun(in_memory(tmp_path))
    host_of(world).services.set_image(SERVICE, f"{IMAGE.name}:1.1.0@{IMAGE.digest}")
    assert STEP.check(world) == Done()
    with_order = replace(STEP, order="stop-first")
    assert isinstance(with_order.check(world), Todo)
    with_order.apply(world)
    assert (service_of(world).image, service_of(world).order) == (f"{IMAGE.name}:1.1.0@{IMAGE.digest}", "stop-first")


def test_an_update_that_is_paused_is_started_again(tmp_path: Path) -> None:
    world = updated(in_memory(tmp_path), FakeApp(exits=1), on_failure="pause")
    world.clock.sleep(10)
    assert service_of(world).update == "paused"
    assert isinstance(STEP.check(world), Todo)
    STEP.apply(world)
    assert STEP.check(world) == Done()


def test_a_change_by_another_program_at_the_same_time_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = begun(in_memory(tmp_path))
    services = host_of(world).services
    update, others = services.update, [IMAGE.reference, f"{IMAGE.name}@sha256:{'7' * 64}"]

    def overtaken(service: Service, change: ServiceChange) -> bool:
        if others:
            services.set_image(SERVICE, others.pop())
        return update(service, change)

    monkeypatch.setattr(services, "update", overtaken)
    STEP.apply(world)
    assert service_of(world).image == IMAGE.reference


def test_a_service_that_always_changes_is_a_conflict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = begun(in_memory(tmp_path))
    monkeypatch.setattr(host_of(world).services, "update", lambda service, change: False)
    with pytest.raises(ConflictError, match="again and again"):
        STEP.apply(world)


def test_an_image_that_the_registry_does_not_have_is_not_set(tmp_path: Path) -> None:
    world = begun(in_memory(tmp_path))
    world.registry.remove(IMAGE.reference)
    version = service_of(world).version
    with pytest.raises(DeployError, match="the registry no longer has"):
        STEP.apply(world)
    assert service_of(world).version == version
    replace(STEP, find=False).apply(world)  # the nodes can have it still
    assert service_of(world).image == IMAGE.reference
