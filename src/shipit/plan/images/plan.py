"""Plan the images of an environment, purely: what is missing is built, all content pushed, and only then tags move."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from shipit.config.load import fingerprint
from shipit.config.model import Config
from shipit.finding import blocking_first
from shipit.plan.images.model import ImagePlan, PlannedImage
from shipit.plan.images.observe import ObservedImage, ObservedImages
from shipit.plan.images.wanted import WantedImage
from shipit.plan.model import Inputs
from shipit.steps import BuildImage, PromoteImage, PushImage, Run, TagImage
from shipit.steps.base import Step


def make_image_plan(config: Config, observed: ObservedImages) -> ImagePlan:
    """Return the plan of an environment's images."""
    return ImagePlan(
        environment=observed.environment,
        images=tuple(map(_planned, observed.images)),
        inputs=Inputs(observed.commit.id, observed.branch, fingerprint(config)),
        steps=tuple(_steps(observed)),
        findings=blocking_first(observed.findings),
        builder=observed.builder,
    )


def tag_steps(images: Iterable[WantedImage], kept: Container[str] = ()) -> Iterator[TagImage]:
    """The other tags of images whose content is in the registry: what somebody may be watching moves last.

    Args:
        kept: moving tags that stay where they are.
    """
    images = tuple(images)
    for image in images:
        yield from (TagImage(tag, image.fixed[0], image.origin, moves=False) for tag in image.fixed[1:])
    for image in images:
        moving = (tag for tag in image.moving if tag not in kept)
        yield from (TagImage(tag, image.fixed[0], image.origin, moves=True) for tag in moving)


def _steps(observed: ObservedImages) -> Iterator[Step]:
    yield from _builds(observed)
    if observed.pushing:
        yield from map(_content, observed.images)
        kept = {tag for image in observed.images for tag in image.kept}
        yield from tag_steps((image.wanted for image in observed.images), kept)


def _builds(observed: ObservedImages) -> Iterator[Step]:
    """The commands of the environment, and the builds that need them."""
    environment, missing = observed.config, observed.missing
    if any(not image.built for image in missing):
        told = {"SHIPIT_ENVIRONMENT": observed.environment, "SHIPIT_VERSION": str(missing[0].wanted.source.version)}
        yield from (Run(command, environment.timeout, env=told) for command in environment.build)
    for image in missing:
        wanted = image.wanted
        yield BuildImage(wanted.fixed[0], wanted.build, wanted.origin, environment.timeout, observed.pushing)


def _content(image: ObservedImage) -> Step:
    wanted = image.wanted
    if image.offered and not image.pushed:
        return PromoteImage(wanted.fixed[0], image.offered, wanted.origin)
    return PushImage(wanted.fixed[0], wanted.origin)


def _planned(image: ObservedImage) -> PlannedImage:
    wanted = image.wanted
    source = wanted.source
    return PlannedImage(
        wanted.name, wanted.fixed[0], str(source.version), source.revision, _reason(image), tuple(_kept(image))
    )


def _kept(image: ObservedImage) -> Iterator[str]:
    """What stays as it is, though somebody might expect otherwise."""
    if image.made_before:
        what = f"{image.wanted.fixed[0]} stays as it was built from {image.made_before[:10]}"
        yield f"{what}: what came after that is not in {image.wanted.source.version}"
    yield from (f"{tag} stays on {version}, which is newer" for tag, version in image.kept.items())


def _reason(image: ObservedImage) -> str:
    if image.pushed:
        left = ", with nothing left to do" if image.finished else ""
        return f"{image.wanted.reason}; in the registry already{left}"
    return f"{image.wanted.reason}; built already, as {image.offered}" if image.offered else image.wanted.reason
