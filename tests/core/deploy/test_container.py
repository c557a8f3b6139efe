"""Containers: their settings, and the reasons why they do not become healthy."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shipit.core.deploy import Container, ContainerSpec, DeployedImage

IMAGE = DeployedImage("acme/shop", "sha256:1", "1.0.0", "abc")
SPEC = ContainerSpec(name="shop-blue", image=IMAGE, app="shop", slot="blue", port=8080, host_port=8081)


def of(spec: ContainerSpec) -> Container:
    return Container(spec.name, "1", labels=spec.labels)


def test_a_container_is_recognised_by_its_labels() -> None:
    assert SPEC.is_of(of(SPEC))
    assert of(SPEC).image == IMAGE
    assert not SPEC.is_of(None)
    assert not SPEC.is_of(Container("shop-blue", "1"))
    assert Container("shop-blue", "1").image is None


@pytest.mark.parametrize(
    "change",
    [
        {"env": {"A": "1"}},
        {"secrets_version": "2"},
        {"volumes": ("/a:/a",)},
        {"memory": "1g"},
        {"cpus": 1.5},
        {"command": ("serve",)},
        {"user": "app"},
        {"network": "shop"},
        {"port": 9090},
        {"restart": "no"},
    ],
)
def test_other_settings_need_another_container(change: dict[str, Any]) -> None:
    assert not replace(SPEC, **change).is_of(of(SPEC))


def test_the_settings_are_the_same_in_both_slots_and_for_all_images() -> None:
    other = DeployedImage("acme/shop", "sha256:2", "2.0.0")
    assert replace(SPEC, name="shop-green", slot="green", host_port=8082, image=other).settings == SPEC.settings


def test_the_order_of_variables_makes_no_difference() -> None:
    one, two = replace(SPEC, env={"A": "1", "B": "2"}), replace(SPEC, env={"B": "2", "A": "1"})
    assert one.settings == two.settings


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        ({"status": "exited", "exit_code": 3}, "ended with status 3"),
        ({"status": "dead", "exit_code": 137}, "ended with status 137"),
        ({"restarts": 1}, "was restarted (once)"),
        ({"restarts": 2}, "was restarted (2 times)"),
        ({"health": "unhealthy"}, "is unhealthy"),
        ({"killed_for_memory": True, "status": "exited"}, "more memory than its limit"),
    ],
)
def test_a_container_that_cannot_become_healthy_says_why(state: dict[str, Any], problem: str) -> None:
    assert problem in (Container("shop-blue", "1", **state).problem or "")


@pytest.mark.parametrize("state", [{}, {"status": "created"}, {"health": "starting"}, {"health": "healthy"}])
def test_a_container_that_can_become_healthy_has_no_problem(state: dict[str, Any]) -> None:
    assert Container("shop-blue", "1", **state).problem is None
