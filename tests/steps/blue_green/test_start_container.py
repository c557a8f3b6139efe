"""The step `start-container`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.deploy.scene import HOST, NGINX, SPEC, host_of, pulled, started, switched
from steps.samples import Sample

from shipit.errors import ConfigError, ConflictError, DeployError
from shipit.steps.base import Done, Step, Todo
from shipit.steps.blue_green import StartContainer
from shipit.testing import FakeApp


def start_container(clone: Clone) -> Step:
    pulled(clone)
    return StartContainer(HOST, SPEC, NGINX)


SAMPLE = Sample(start_container, hosts=True)


@pytest.mark.parametrize("changed", [{"env": {"MODE": "x"}}, {"memory": "1g"}, {"volumes": ("/a:/a",)}, {"port": 9}])
def test_a_container_with_other_settings_is_replaced(tmp_path: Path, changed: dict[str, object]) -> None:
    world = started(in_memory(tmp_path))
    before = host_of(world).containers.find(SPEC.name)
    step = StartContainer(HOST, replace(SPEC, **changed), NGINX)
    assert isinstance(step.check(world), Todo)
    step.apply(world)
    after = host_of(world).containers.find(SPEC.name)
    assert before and after and before.id != after.id
    assert isinstance(step.check(world), Done)


def test_a_stopped_or_restarted_container_is_started_anew(tmp_path: Path) -> None:
    world = started(in_memory(tmp_path), FakeApp(exits=5))
    assert isinstance(StartContainer(HOST, SPEC, NGINX).check(world), Done)
    world.clock.sleep(6)
    assert isinstance(StartContainer(HOST, SPEC, NGINX).check(world), Todo)


def test_secrets_and_variables_become_the_environment(tmp_path: Path) -> None:
    world = pulled(in_memory(tmp_path))
    world.secrets.put("ssm:/shop/", {"PASSWORD": "hunter2"})
    step = StartContainer(HOST, replace(SPEC, env={"MODE": "prod"}, secrets=("ssm:/shop/",)), NGINX)
    step.apply(world)
    assert host_of(world).containers.environments[SPEC.name] == {"MODE": "prod", "PASSWORD": "hunter2"}
    assert "hunter2" not in f"{step!r} {host_of(world).containers.find(SPEC.name)!r}"


@pytest.mark.parametrize(
    ("env", "secret", "message"),
    [
        ({"A": "1"}, {"A": "2"}, "also a secret"),
        ({}, {"A": "x" * 200_000}, "longer than 131000 bytes"),
        ({}, {"A=1\nB": "x"}, r"the key 'A=1\\nB', which cannot be the name"),
        ({}, {"": "x"}, "cannot be the name"),
        ({}, {"A": "a\0b"}, "no variable can contain"),
        ({}, {"A": "a\ud800"}, "no variable can contain"),
    ],
)
def test_variables_that_cannot_be_set_are_refused(
    tmp_path: Path, env: dict[str, str], secret: dict[str, str], message: str
) -> None:
    world = pulled(in_memory(tmp_path))
    world.secrets.put("ssm:/shop/", secret)
    with pytest.raises(ConfigError, match=message):
        StartContainer(HOST, replace(SPEC, env=env, secrets=("ssm:/shop/",)), NGINX).apply(world)
    assert host_of(world).containers.names() == ()


def test_a_port_that_is_in_use_is_an_error(tmp_path: Path) -> None:
    world = pulled(in_memory(tmp_path))
    host_of(world).containers.add("wiki", 80, SPEC.host_port)
    with pytest.raises(DeployError, match="port 8082"):
        StartContainer(HOST, SPEC, NGINX).apply(world)


def test_the_container_that_gets_the_traffic_is_not_replaced(tmp_path: Path) -> None:
    world = switched(in_memory(tmp_path))
    before = host_of(world).containers.find(SPEC.name)
    with pytest.raises(ConflictError, match="gave the traffic to shop-green on this machine, so it was not replaced"):
        StartContainer(HOST, replace(SPEC, memory="1g"), NGINX).apply(world)
    assert host_of(world).containers.find(SPEC.name) == before
