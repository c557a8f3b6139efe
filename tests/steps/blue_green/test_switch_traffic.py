"""The step `switch-traffic`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.deploy.scene import GREEN, HOST, NGINX, host_of, started, switched
from steps.samples import Sample

from shipit.core.deploy import Traffic, token_in
from shipit.errors import CommandError, DeployError
from shipit.steps.base import Done, Step, Todo
from shipit.steps.blue_green import SwitchTraffic

STEP = SwitchTraffic(HOST, NGINX, GREEN)
BLUE = Traffic("blue", "sha256:0", "1.0.0", "127.0.0.1:8081")


def switch_traffic(clone: Clone) -> Step:
    started(clone)
    return STEP


SAMPLE = Sample(switch_traffic, hosts=True)


@pytest.mark.parametrize("style", ["set", "upstream"])
def test_nginx_has_loaded_the_slot_afterwards(tmp_path: Path, style: str) -> None:
    world = started(in_memory(tmp_path))
    step = SwitchTraffic(HOST, replace(NGINX, style=style, variable="shop", state_port=8080), GREEN)
    step.apply(world)
    assert host_of(world).nginx.address == "127.0.0.1:8082"
    assert isinstance(step.check(world), Done)


def test_a_file_that_is_not_loaded_is_not_done(tmp_path: Path) -> None:
    world = started(in_memory(tmp_path))
    host_of(world).nginx.ignores_reloads = True
    with pytest.raises(DeployError, match="did not load"):
        STEP.apply(world)
    assert isinstance(STEP.check(world), Todo)


def test_a_loaded_slot_that_the_file_no_longer_has_is_not_done(tmp_path: Path) -> None:
    world = switched(in_memory(tmp_path))
    host = host_of(world)
    host.files[NGINX.file] = host.files[NGINX.file].replace("8082", "8081")
    assert isinstance(STEP.check(world), Todo)


def test_another_token_sees_no_state(tmp_path: Path) -> None:
    host = host_of(switched(in_memory(tmp_path)))
    url = NGINX.state_url
    assert host.get(url, headers={"X-Shipit-Token": "wrong"}).status == 404
    assert host.get(url).status == 404
    assert host.get(url, headers={"X-Shipit-Token": token_in(host.files[NGINX.file]) or ""}).status == 200


def test_the_token_stays_the_same(tmp_path: Path) -> None:
    world = switched(in_memory(tmp_path))
    before = token_in(host_of(world).files[NGINX.file])
    SwitchTraffic(HOST, NGINX, BLUE).apply(world)
    assert before and token_in(host_of(world).files[NGINX.file]) == before


def test_the_old_file_is_restored_if_nginx_refuses_the_new_one(tmp_path: Path) -> None:
    world = switched(in_memory(tmp_path))
    host = host_of(world)
    before, host.nginx.problem = dict(host.files), "unknown directive"
    with pytest.raises(DeployError, match="unknown directive"):
        SwitchTraffic(HOST, NGINX, BLUE).apply(world)
    assert host.files == before


def test_a_stopped_nginx_is_an_error_before_anything_is_written(tmp_path: Path) -> None:
    world = started(in_memory(tmp_path))
    host_of(world).nginx.running = False
    with pytest.raises(CommandError, match="nginx does not run"):
        STEP.apply(world)
    assert NGINX.file not in host_of(world).files
