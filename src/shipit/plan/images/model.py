"""The plan of an environment's images, as data that survives JSON."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.plan.model import Plan


class PlannedImage(Struct, frozen=True):
    """One image of an environment.

    `name` is its key in the configuration, empty for the only image. `reference` is the image reference with the first
    permanent tag, `revision` the id of the commit that it is built from, and `reason` the reason for its version.
    `kept` are sentences about the tags that the plan does not move.
    """

    name: str
    reference: str
    version: str
    revision: str
    reason: str
    kept: tuple[str, ...] = ()


class ImagePlan(Plan, frozen=True, kw_only=True):
    """The steps that build and push the images of an environment.

    `builder` is the program that builds them; empty when there is nothing to build.
    """

    command: ClassVar[str] = "image"
    purpose: ClassVar[str] = "build images"
    untouched: ClassVar[str] = "nothing was built and nothing pushed"

    environment: str
    images: tuple[PlannedImage, ...]
    builder: str = ""
