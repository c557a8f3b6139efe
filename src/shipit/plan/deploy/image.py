"""The image to deploy: that of the current commit, that of a version, or that of the version to go back to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from shipit.config.model import Config
from shipit.config.targets import StaticSiteConfig
from shipit.core.deploy import DeployedImage, DeployRecord, files_of_commit, is_bucket, machine
from shipit.core.images import REVISION, VERSION, Reference
from shipit.core.versions import is_version
from shipit.deploy import AnyTarget, HostState
from shipit.errors import ShipitError, UsageError
from shipit.finding import Finding
from shipit.world import Git, RemoteImage, World


def image_of_commit(
    world: World, config: Config, target: AnyTarget, branch: str | None
) -> tuple[DeployedImage, tuple[Finding, ...]]:
    """Return the image of the current commit, and findings. Its digest is empty if the registry does not have it.

    A target without an image deploys files that are built from the commit.

    Args:
        world: the ports.
        config: the configuration.
        target: the target.
        branch: the branch to use when HEAD is detached.
    """
    # Imported late: the state of an environment needs no images.
    from shipit.plan.images import observe_version, observe_wanted_images

    if isinstance(target.config, StaticSiteConfig):
        package = target.config.package or ""
        version, commit, problems = observe_version(world, config, target.environment, package, branch=branch)
        return files_of_commit(target.config.bucket, version, commit), problems
    images, findings = observe_wanted_images(world, config, target.environment, branch=branch)
    wanted = next(image for image in images if image.name == (target.config.image or ""))
    unreleased = tuple(finding.as_warning() for finding in findings if finding.code == "unreleased")
    reference = wanted.permanent_tags[0]
    found = world.registry.find(reference)
    if found is None:
        fix = f"build and push it: shipit image {target.environment} --push"
        image = DeployedImage(Reference.parse(reference).name, "", str(wanted.source.version), wanted.source.revision)
        return image, (
            *unreleased,
            Finding("image-missing", f"the registry has no image `{reference}` to deploy", fix),
        )
    return _deployed(reference, found, str(wanted.source.version), wanted.source.revision), unreleased


def image_of_version(
    world: World, config: Config, target: AnyTarget, version: str, record: DeployRecord
) -> DeployedImage:
    """Return the image of a version: one that was verified on the host, or else the one with this tag in the registry.

    Raises `UsageError` if there is no such image.
    """
    number = version.removeprefix("v")
    version = number if is_version(number) else version
    for event in record.verified:
        if event.image.version == version:
            return event.image
    name = target.image_name
    found = world.registry.find(f"{name}:{version}") if name else None
    if found is None:
        known = ", ".join([*dict.fromkeys(event.image.version for event in record.verified)][:5])
        what = f"there is no image `{name}:{version}`" if name else f"version `{version}` is not in {_places(target)}"
        other = f"check the tags of `{name}`" if name else "check out its commit, and deploy it without a version"
        hint = f"choose a version that was deployed, such as {known}" if known else other
        several = len(config.environments[target.environment].targets) > 1
        state = "nothing was changed: all targets of an environment get the same version" if several else None
        raise UsageError(what, hint=hint, state=state)
    return _deployed(f"{name}:{version}", found, version, "")


def _places(target: AnyTarget) -> str:
    return ", ".join(map(machine, target.config.hosts))


def rollback_image(
    host: HostState, environment: str, *, interrupted: bool = False
) -> tuple[DeployedImage, DeployedImage | None]:
    """Return the image to go back to on a host, and the image to reject.

    An interrupted rollback gives the same answer again. If the image that serves was never verified, it is
    rejected, and the image that was verified last is the one to go back to. Before the first image is the container of
    another program that it replaced; its name then stands for the image.

    Args:
        host: the state of the host.
        environment: the name of the environment, for messages.
        interrupted: True when the image of the last rollback is verified, but not all of its steps are done.

    Raises `UsageError` if there is no earlier image.
    """
    record, serving = host.record, host.serving
    current = record.current
    if current and interrupted:
        return current, record.rejected
    verified = {event.image.digest for event in record.verified}
    if current and serving and serving.digest not in verified:
        return current, serving
    if current and serving and serving.digest != current.digest and current.digest in record.held:
        return serving, current
    earlier = record.before(current.digest) if current else None
    if earlier is None and host.replaced:
        return DeployedImage("", "", f"the container `{host.replaced.container}`"), current
    if earlier is None:
        what = f"there is no earlier version to go back to on {machine(host.host)}"
        hint = f"name a version that is in the registry: shipit rollback {environment} VERSION"
        if is_bucket(host.host):  # a site has no image
            hint = f"check out an earlier version, then run: shipit deploy {environment}"
        raise UsageError(what, hint=hint)
    return earlier, current


def older_findings(git: Git, target: AnyTarget, hosts: Sequence[HostState], image: DeployedImage) -> Iterator[Finding]:
    """Yield a finding for each host on which an image serves that was built from a newer commit than `image`.

    A commit that this clone does not know was perhaps pushed after the run began, so it is fetched.
    """
    for host in hosts:
        now = host.serving
        if not (now and now.revision and image.revision) or now.revision == image.revision:
            continue
        if git.commit(now.revision) is None:
            with suppress(ShipitError):  # without the remote it is not known which commit is newer
                git.fetch()
        if git.is_ancestor(image.revision, now.revision):
            what = f"{now} serves on {machine(host.host)}, and is newer than {image}"
            fix = f"to go back on purpose: shipit rollback {target.environment} {image.version}"
            yield Finding("older", what, fix)


def _deployed(reference: str, image: RemoteImage, version: str, revision: str) -> DeployedImage:
    """Return the image to deploy. An image without a revision can have the version of its base image as a label."""
    name, labels = Reference.parse(reference).name, image.labels
    if REVISION not in labels:
        return DeployedImage(name, image.digest, version, revision)
    return DeployedImage(name, image.digest, labels.get(VERSION, version), labels[REVISION])
