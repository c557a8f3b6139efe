"""The step `drain`."""

from __future__ import annotations

from pathlib import Path

from contracts.clones import Clone, in_memory
from steps.deploy.scene import GREEN, HOST, NGINX, host_of, started
from steps.samples import Sample

from shipit.steps.base import Step, Todo
from shipit.steps.blue_green import Drain, SwitchTraffic
from shipit.testing import FakeWorld


def switched(clone: Clone, old_requests: float) -> FakeWorld:
    world = started(clone)
    host_of(world).nginx.old_requests = old_requests
    SwitchTraffic(HOST, NGINX, GREEN).apply(world)
    return world


def drain(clone: Clone) -> Step:
    switched(clone, old_requests=5)
    return Drain(HOST, NGINX, 30)


SAMPLE = Sample(drain, hosts=True)


def test_it_ends_with_the_last_old_request(tmp_path: Path) -> None:
    world = switched(in_memory(tmp_path), old_requests=5)
    began = world.clock.elapsed()
    Drain(HOST, NGINX, 30).apply(world)
    assert 5 <= world.clock.elapsed() - began < 6


def test_it_ends_at_its_limit_without_an_error(tmp_path: Path) -> None:
    world = switched(in_memory(tmp_path), old_requests=1000)
    began = world.clock.elapsed()
    Drain(HOST, NGINX, 30).apply(world)
    assert 30 <= world.clock.elapsed() - began < 31
    status = Drain(HOST, NGINX, 30).check(world)
    assert isinstance(status, Todo) and "1 nginx workers" in status.why
