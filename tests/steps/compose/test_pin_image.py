"""The step `pin-image`."""

from __future__ import annotations

from pathlib import Path

from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.compose.scene import NEW, PINS, REPLICAS, project
from steps.deploy.scene import host_of
from steps.samples import Sample

from shipit.core.deploy import DeployedImage, pin_file, pins_in
from shipit.steps.base import Done, Step
from shipit.steps.compose import PinImage

STEP = PinImage(REPLICAS)
OTHER = {"api": "acme/api@sha256:" + "5" * 64}


def pin_image(clone: Clone) -> Step:
    project(clone)
    return STEP


def add_a_port(clone: Clone) -> None:
    host_of(project(clone)).files[PINS] = pin_file(OTHER) + "    ports: [80]\n"


SAMPLE = Sample(pin_image, (add_a_port,), hosts=True)


def test_the_images_of_other_services_stay(tmp_path: Path) -> None:
    world = project(in_memory(tmp_path))
    host_of(world).files[PINS] = pin_file(OTHER)
    STEP.apply(world)
    assert pins_in(host_of(world).files[PINS]) == {**OTHER, "web": NEW.reference}


def test_an_image_without_a_digest_has_no_pin(tmp_path: Path) -> None:
    world = project(in_memory(tmp_path))
    STEP.apply(world)
    without = PinImage(replace(REPLICAS, image=DeployedImage("acme/shop", "", "unknown")))
    without.apply(world)
    assert pins_in(host_of(world).files[PINS]) == {}
    assert isinstance(without.check(world), Done)
