"""The image that a rollback goes back to."""

from __future__ import annotations

from typing import Literal

import pytest

from shipit.config.load import parse_config
from shipit.core.deploy import DeployedImage, DeployEvent, DeployRecord
from shipit.deploy import HostState
from shipit.errors import UsageError
from shipit.plan.deploy import deploy_targets, image_of_version, rollback_image
from shipit.testing import FakeWorld
from shipit.world import RemoteImage

IMAGES = {name: DeployedImage("acme/shop", f"sha256:{name}", f"1.{name}.0") for name in "0123"}
KINDS: dict[str, Literal["verified", "held", "freed"]] = {"v": "verified", "h": "held", "f": "freed"}


def host(serving: str, *events: str) -> HostState:
    record = DeployRecord(tuple(DeployEvent(KINDS[event[0]], IMAGES[event[1]]) for event in events))
    return HostState("local", serving=IMAGES.get(serving), record=record)


def choice(state: HostState, *, interrupted: bool = False) -> tuple[str, str | None]:
    image, rejected = rollback_image(state, "dev", interrupted=interrupted)
    return image.version, rejected.version if rejected else None


def test_it_is_the_version_that_was_verified_before_the_one_that_serves() -> None:
    assert choice(host("2", "v0", "v1", "v2")) == ("1.1.0", "1.2.0")


def test_a_version_that_serves_and_was_never_verified_is_rejected_for_the_verified_one() -> None:
    assert choice(host("2", "v0", "v1")) == ("1.1.0", "1.2.0")


def test_a_dead_version_is_rejected_for_the_one_before() -> None:
    assert choice(host("", "v0", "v1")) == ("1.0.0", "1.1.0")


@pytest.mark.parametrize("serving", ["2", "1"])
def test_a_rollback_that_was_interrupted_before_its_version_was_verified_goes_to_the_same_version(serving: str) -> None:
    assert choice(host(serving, "v0", "v1", "v2", "h2")) == ("1.1.0", "1.2.0")


def test_a_rollback_that_was_interrupted_after_its_version_was_verified_goes_to_the_same_version() -> None:
    assert choice(host("1", "v0", "v1", "v2", "h2", "v1"), interrupted=True) == ("1.1.0", "1.2.0")


def test_a_finished_rollback_is_followed_by_one_to_the_version_before() -> None:
    assert choice(host("1", "v0", "v1", "v2", "h2", "v1")) == ("1.0.0", "1.1.0")


@pytest.mark.parametrize("state", [host(""), host("0", "v0"), host("1", "v0", "h0", "v1")])
def test_without_an_earlier_version_there_is_nothing_to_go_back_to(state: HostState) -> None:
    with pytest.raises(UsageError, match="no earlier version") as raised:
        rollback_image(state, "dev")
    assert raised.value.hint


CONFIG = """\
[environments.prod]
branch = "prod"
image = { name = "acme/shop", tags = ["{version}"] }
[environments.prod.deploy]
kind = "watchtower"
tag = "latest"
proof = "none"
"""


@pytest.mark.parametrize(("written", "tag"), [("1.2.3", "1.2.3"), ("v1.2.3", "1.2.3"), ("vnext", "vnext")])
def test_a_version_can_be_written_as_its_tag_and_another_tag_stays_as_it_is(written: str, tag: str) -> None:
    world, config = FakeWorld.new(), parse_config(CONFIG)
    world.registry.accept(f"acme/shop:{tag}", RemoteImage("sha256:1"))
    (target,) = deploy_targets(config, "prod")
    assert image_of_version(world, config, target, written, DeployRecord()).version == tag
