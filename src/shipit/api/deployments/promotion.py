"""The check that an image was verified in another environment before this one gets it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from shipit.adapters.project import Project
from shipit.finding import Finding

if TYPE_CHECKING:
    from shipit.plan.deploy import ObservedDeployment
    from shipit.plan.images import ObservedImages


def image_findings(project: Project, observed: ObservedImages) -> tuple[Finding, ...]:
    """Return a finding for each image that would be pushed or tagged, and that `promote` has not verified."""
    images = []
    for image in observed.images:
        pushed = image.in_registry.get(image.wanted.permanent_tags[0])
        promoted = (image.to_promote or "").rpartition("@")[2]
        images.append((image.wanted.name, pushed.digest if pushed else promoted, image.wanted.permanent_tags[0]))
    return unverified_findings(project, observed.environment, images) if observed.pushing else ()


def unverified_findings(
    project: Project, environment: str, images: Iterable[tuple[str, str, str]]
) -> tuple[Finding, ...]:
    """Return a finding for each image that the environment in `promote` has not verified, if the configuration asks.

    Args:
        project: the repository, from `open_project`.
        environment: the name of the environment that gets the images.
        images: the name in `images`, the digest and the name for messages of each image; the digest is empty for an
            image that would be built.
    """
    settings = project.config.environments[environment]
    if not (settings.promote and settings.promote_verified):
        return ()
    from shipit.api.deployments.way_back import observe

    source = settings.promote
    seen = observe(project, source, for_plan=False)
    return tuple(
        Finding(
            "not-verified",
            f"environment `{source}` has not verified `{shown}`, so `{environment}` does not get it",
            f"deploy this commit to `{source}` first, then run the same command again",
        )
        for name, digest, shown in images
        if digest not in set(_verified(seen, name))
    )


def _verified(source: ObservedDeployment, name: str) -> Iterator[str]:
    """Yield the digests of an image that are verified on all hosts of an environment, and not held."""
    for target, seen in zip(source.targets, source.observed, strict=True):
        if target.config.deploys_image and (target.config.image or "") == name and seen.hosts:
            records = [host.record for host in seen.hosts]
            digests = [{event.image.digest for event in record.verified} - set(record.held) for record in records]
            yield from set.intersection(*digests)
