"""The old builds that `keep` of an image removes, without those that a deployment uses or may go back to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipit.adapters.project import Project
from shipit.errors import ShipitError
from shipit.finding import Finding

if TYPE_CHECKING:
    from shipit.deploy import HostState
    from shipit.plan.images import ObservedImage, ObservedImages
    from shipit.steps.images import RemoveImages


def clean_up(project: Project, observed: ObservedImages) -> tuple[tuple[RemoveImages, ...], tuple[Finding, ...]]:
    """Return the steps that remove old builds after a push, and warnings where none can be removed.

    The environments that deploy such an image are read too. If the state of one is not known, nothing is removed.

    Args:
        project: the repository, from `open_project`.
        observed: the images of the environment.
    """
    from shipit.finding import any_blocks

    if not observed.pushing or any_blocks(observed.findings):
        return (), ()
    found = [_clean_up(project, image) for image in observed.images]
    return tuple(step for step, _ in found if step), tuple(finding for _, each in found for finding in each)


def _clean_up(project: Project, image: ObservedImage) -> tuple[RemoveImages | None, tuple[Finding, ...]]:
    """Return the step that removes old builds of one image, or None, perhaps with the reason."""
    from shipit.plan.images import clean_up_findings, old_builds

    keep = image.wanted.config.keep
    if keep is None or image.wanted.source.version.build is None:
        return None, ()
    if unsupported := tuple(clean_up_findings(image.wanted)):
        return None, unsupported
    try:
        old, reasons = old_builds(project.world.registry, image, keep)
        return (old.unused(set(_used(project, old.name))) if old else None), reasons
    except ShipitError as error:
        what = f"old images of `{image.wanted.config.name}` are not removed: {error.what}"
        return None, (Finding("old-images", what, error.hint or "run the same command again", "warning"),)


def _used(project: Project, name: str) -> Iterator[str]:
    """Yield the digests of the image `name` that serve, are held or are the way back, in any environment.

    Raises `ShipitError` if the state of an environment that deploys the image is not known.
    """
    from shipit.plan.deploy import deploy_targets

    for environment, settings in project.config.environments.items():
        if settings.targets and any(each.image_name == name for each in deploy_targets(project.config, environment)):
            for host in _hosts(project, environment, name):
                yield from _used_on(host)


def _hosts(project: Project, environment: str, name: str) -> Iterator[HostState]:
    """Yield the state of each host of `environment` that deploys the image `name`."""
    from shipit.api.deployments.way_back import observe

    hint = f"give this run access to the hosts of `{environment}`, or use an image name of its own there"
    try:
        seen = observe(project, environment, for_plan=False)
    except ShipitError as error:
        raise _unknown(environment, error.what, hint) from error
    for target, found in zip(seen.targets, seen.observed, strict=True):
        if target.image_name == name:
            problem = next((finding.what for finding in found.findings if finding.blocks), "")
            if problem or not found.hosts:
                raise _unknown(environment, problem or "no host was read", hint)
            yield from found.hosts


def _unknown(environment: str, why: str, hint: str) -> ShipitError:
    return ShipitError(f"it is not known which image `{environment}` runs ({why})", hint=hint)


def _used_on(host: HostState) -> Iterator[str]:
    """Yield the digests of the images that serve on a host, are held there, are the way back, or are being deployed."""
    record = host.record
    images = [host.serving, record.current, record.rejected, *(event.image for event in record.events[-1:])]
    for image in (host.serving, record.current):
        images.append(record.before(image.digest) if image else None)
    yield from (image.digest for image in images if image and image.digest)
    yield from record.held
