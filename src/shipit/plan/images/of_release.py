"""The images of a release. They are built before anything is public, and pushed after the commit point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipit.config.model import ReleaseConfig
from shipit.core.images import Source
from shipit.core.notes.links import Links
from shipit.core.versions import Version
from shipit.plan.images.plan import tag_steps
from shipit.plan.images.wanted import WantedImage
from shipit.steps.base import Step
from shipit.steps.images import BuildImage, PushImage
from shipit.steps.repository import ReleaseCommit


def release_images(
    config: ReleaseConfig,
    package: str,
    version: Version,
    commit: str | ReleaseCommit,
    *,
    branch: str | None,
    created: int,
    links: Links | None,
) -> Iterator[WantedImage]:
    """Yield the images of a release of `package`.

    Args:
        config: the table `[release]` of the configuration.
        package: the name of the package; empty for the whole repository.
        version: the version of the release.
        commit: the id of the release commit, or its description when a step of the plan is to make it.
        branch: the release branch, for the labels and tags of the image.
        created: the time of the image, in seconds since the epoch (UTC).
        links: makes the link to the source for the labels; None for no link.
    """
    revision, planned_commit = (commit, None) if isinstance(commit, str) else ("", commit)
    source = Source(version, revision, branch or "")
    for name, image in config.images.items():
        if (image.package or "") == package:
            yield WantedImage(name, image, source, "release", created, links.base if links else None, planned_commit)


def build_steps(images: Sequence[WantedImage], timeout: float, *, pushed: bool = True) -> Iterator[Step]:
    """Yield a step for each image that builds it.

    Args:
        images: the images.
        timeout: the time limit of each build, in seconds.
        pushed: False for a build that only tests that the image can be built: it is built again for the push, because
            the commit for its labels does not exist yet.
    """
    for image in images:
        yield BuildImage(image.permanent_tags[0], image.build, image.origin, timeout, pushed)


def push_steps(images: Sequence[WantedImage], public_key: str) -> Iterator[Step]:
    """Yield the steps that push each image under its first permanent tag, and after that all other tags.

    Args:
        images: the images.
        public_key: the path of the public key that they are attested for; empty for no attestation.
    """
    yield from (PushImage(image.permanent_tags[0], image.origin, public_key) for image in images)
    yield from tag_steps(images)
