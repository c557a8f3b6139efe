"""The images of a release: built before anything is public, pushed after the commit point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipit.config.model import ReleaseConfig
from shipit.core.images import Source
from shipit.core.notes.links import Links
from shipit.core.versions import Version
from shipit.plan.images.plan import tag_steps
from shipit.plan.images.wanted import WantedImage
from shipit.steps import BuildImage, PushImage
from shipit.steps.base import Step
from shipit.steps.release_commit import ReleaseCommit


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
    """The images that carry the version of `package`.

    Args:
        commit: the release commit's id, or where to find it once it is made.
        created: the time in them, in seconds since the epoch.
    """
    made, coming = (commit, None) if isinstance(commit, str) else ("", commit)
    source = Source(version, made, branch or "")
    for name, image in config.images.items():
        if (image.package or "") == package:
            yield WantedImage(name, image, source, "release", created, links.base if links else None, coming)


def build_steps(images: Sequence[WantedImage], timeout: float, *, pushed: bool = True) -> Iterator[Step]:
    """Build each image.

    Args:
        timeout: of each build, in seconds.
        pushed: False only to see that they can be built, where the commit that they will name is not made yet.
    """
    for image in images:
        yield BuildImage(image.fixed[0], image.build, image.origin, timeout, pushed)


def push_steps(images: Sequence[WantedImage]) -> Iterator[Step]:
    """Push each image, content first."""
    yield from (PushImage(image.fixed[0], image.origin) for image in images)
    yield from tag_steps(images)
