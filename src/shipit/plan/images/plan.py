"""The plan of an environment's images: a pure function of the observed facts and the configuration.

First the missing images are built, then all images are pushed, and the moving tags come last.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from shipit.config.load import fingerprint
from shipit.config.model import Config
from shipit.finding import blocking_first
from shipit.plan.images.model import ImagePlan, PlannedImage
from shipit.plan.images.observe import ObservedImage, ObservedImages
from shipit.plan.images.wanted import WantedImage
from shipit.plan.model import Inputs
from shipit.steps.base import Step
from shipit.steps.images import BuildImage, PromoteImage, PushImage, RemoveImages, TagImage
from shipit.steps.repository import Run


def make_image_plan(config: Config, observed: ObservedImages, removals: Iterable[RemoveImages] = ()) -> ImagePlan:
    """Return the plan of an environment's images.

    Args:
        config: the configuration.
        observed: the facts.
        removals: the last steps, which remove old images.
    """
    return ImagePlan(
        environment=observed.environment,
        images=tuple(map(_planned, observed.images)),
        inputs=Inputs(observed.commit.id, observed.branch, fingerprint(config)),
        steps=(*_steps(observed, config.attestation_key(observed.environment)), *removals),
        findings=blocking_first(observed.findings),
        builder=observed.builder,
    )


def tag_steps(images: Iterable[WantedImage], kept: Container[str] = ()) -> Iterator[TagImage]:
    """Yield the steps that put the other tags on images that are pushed already.

    All moving tags come last, because they are what users and other programs follow.

    Args:
        images: the images.
        kept: the moving tags that are not moved.
    """
    images = tuple(images)
    for image in images:
        first, *others = image.permanent_tags
        yield from (TagImage(tag, first, image.origin, moves=False) for tag in others)
    for image in images:
        moving = (tag for tag in image.moving_tags if tag not in kept)
        yield from (TagImage(tag, image.permanent_tags[0], image.origin, moves=True) for tag in moving)


def _steps(observed: ObservedImages, public_key: str) -> Iterator[Step]:
    yield from _build_steps(observed)
    if observed.pushing:
        yield from (_push_or_promote(image, public_key) for image in observed.images)
        kept = {tag for image in observed.images for tag in image.newer}
        yield from tag_steps((image.wanted for image in observed.images), kept)


def _build_steps(observed: ObservedImages) -> Iterator[Step]:
    """Yield a step for each missing image; before them the `build` commands, unless all images are built already."""
    environment, missing = observed.config, observed.missing
    if any(not image.built for image in missing):
        env = {"SHIPIT_ENVIRONMENT": observed.environment, "SHIPIT_VERSION": str(missing[0].wanted.source.version)}
        yield from (Run(command, environment.build_limit, env=env) for command in environment.build)
    for image in missing:
        wanted = image.wanted
        yield BuildImage(
            wanted.permanent_tags[0], wanted.build, wanted.origin, environment.build_limit, observed.pushing
        )


def _push_or_promote(image: ObservedImage, public_key: str) -> Step:
    """Return the step; an image that was promoted, but perhaps not attested, is promoted again."""
    wanted = image.wanted
    if image.to_promote and (not image.pushed or (public_key and image.is_promoted)):
        return PromoteImage(wanted.permanent_tags[0], image.to_promote, wanted.origin, public_key)
    return PushImage(wanted.permanent_tags[0], wanted.origin, public_key)


def _planned(image: ObservedImage) -> PlannedImage:
    wanted = image.wanted
    source = wanted.source
    return PlannedImage(
        wanted.name, wanted.permanent_tags[0], str(source.version), source.revision, _reason(image), tuple(_kept(image))
    )


def _kept(image: ObservedImage) -> Iterator[str]:
    """Yield a sentence for each tag that the plan does not change, although the user may expect it."""
    if image.built_from:
        what = f"{image.wanted.permanent_tags[0]} is not changed: it was built from commit {image.built_from[:10]}"
        yield f"{what}, and later changes are not in {image.wanted.source.version}"
    yield from (f"{tag} is moved by the deployment, because Watchtower follows it" for tag in image.wanted.followed)
    yield from (f"{tag} is not moved: it is on {version}, which is newer" for tag, version in image.newer.items())


def _reason(image: ObservedImage) -> str:
    if image.pushed:
        rest = ", nothing to do" if image.finished else ""
        rest = ", without an attestation: this run attests it" if image.unattested else rest
        return f"{image.wanted.reason}; already in the registry{rest}"
    return f"{image.wanted.reason}; already built as {image.to_promote}" if image.to_promote else image.wanted.reason
