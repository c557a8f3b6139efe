"""The steps that update a service, and those that bring back what it ran before."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.core.deploy import DeployedImage, DeployEvent, EventKind, ServiceJob
from shipit.core.duration import seconds
from shipit.deploy.base import Goal
from shipit.deploy.swarm.observed import ObservedSwarm, SwarmTarget
from shipit.steps.base import Step
from shipit.steps.deploy import RecordEvent, VerifyRollout
from shipit.steps.swarm import AwaitUpdate, ConfirmService, RunServiceJob, UpdateService


def deploy_steps(target: SwarmTarget, observed: ObservedSwarm, goal: Goal) -> Iterator[Step]:
    """Yield the steps after which all tasks run the image of `goal`, and this is recorded."""
    config, record, image = target.config, observed.record, goal.image
    verified = record.current == image
    is_set = observed.service is not None and observed.service.digest == image.digest
    if goal.rejected:
        yield _event(target, "held", goal.rejected, goal)
    if not verified or observed.service is None or observed.service.unsettled(image.digest):
        yield _event(target, "started", image, goal)  # also shows that the record can be written
    if config.migrate and not is_set and not goal.rejected:  # the image of a rollback ran it before
        yield _migrate(target, image)
    yield _update(target, image, find=True)
    yield AwaitUpdate(config.hosts[0], config.service, image, seconds(config.within))
    if not goal.rejected and not (verified and is_set):
        limit = seconds(config.timeout)
        yield from (VerifyRollout(config.hosts[0], image, command, limit, target.url) for command in config.verify)
    # The address that an interrupted run already gave to this image says nothing about the one before.
    interrupted = observed.specified == image and not verified
    yield _confirm(target, image, goal.by, seconds(config.bake), target.url, None if interrupted else target.url_status)
    if image.digest in record.held:
        yield _event(target, "freed", image, goal)


def way_back_steps(target: SwarmTarget, before: ObservedSwarm, now: ObservedSwarm, rejected: Goal) -> Iterator[Step]:
    """Yield the steps after which all tasks run the image from before the run; none if it is not known.

    An image of which no container was started is not held: it had no chance to fail. Neither is one that the swarm
    took back without a failure of a task, because a node was drained or lost.
    """
    image, config, digest = _earlier(before, rejected), target.config, rejected.image.digest
    if image is None or now.service is None:
        return
    if any(task.began for task in now.service.of(digest)) and not now.service.gave_up(digest):
        yield RecordEvent(config.hosts[0], target.record_path, rejected.rejection)
    yield _update(target, image, find=False)  # the nodes can have an image that the registry no longer has
    yield AwaitUpdate(config.hosts[0], config.service, image, seconds(config.within))
    yield _confirm(target, image, rejected.by, bake=0)
    if image.digest in now.record.held:  # by the rollback that failed
        yield _event(target, "freed", image, rejected)


def _earlier(before: ObservedSwarm, rejected: Goal) -> DeployedImage | None:
    """Return the image to go back to; None if it is not known, or if the image served and was verified before the run.

    It is the one that ran when the run began. If an interrupted run had already set the image that failed, it is the
    one that was verified last, or else the one of the tasks before it.
    """
    record, digest = before.record, rejected.image.digest
    verified = before.serving == rejected.image == record.current
    if verified and not rejected.unfinished:
        return None
    known = (before.serving, before.specified, record.current, record.before(digest), *before.earlier)
    return next((image for image in known if image and image.digest != digest), None)


def _migrate(target: SwarmTarget, image: DeployedImage) -> Step:
    config = target.config
    job = ServiceJob(config.service, image.reference, config.migrate)
    return RunServiceJob(config.hosts[0], image, job, seconds(config.timeout), config.health is None)


def _update(target: SwarmTarget, image: DeployedImage, *, find: bool) -> Step:
    config = target.config
    monitor = seconds(config.monitor) if config.monitor else 0
    return UpdateService(
        config.hosts[0], config.service, image, config.order or "", monitor, find, config.health is None
    )


def _confirm(
    target: SwarmTarget, image: DeployedImage, by: str, bake: float, url: str = "", url_before: int | None = None
) -> Step:
    return ConfirmService(
        host=target.config.hosts[0],
        service=target.config.service,
        app=target.app,
        image=image,
        record=target.record_path,
        bake=bake,
        within=seconds(target.config.within),
        by=by,
        url=url,
        url_before=url_before,
        environment=target.environment,
    )


def _event(target: SwarmTarget, kind: EventKind, image: DeployedImage, goal: Goal) -> Step:
    why, together = (goal.why if kind == "held" else ""), (goal.together if kind == "started" else ())
    event = DeployEvent(kind, image, by=goal.by, why=why, together=together)
    return RecordEvent(target.config.hosts[0], target.record_path, event)
