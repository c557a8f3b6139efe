"""The kind `ecs`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from shipit.core.deploy import DeployedImage, DeployEvent, EcsState, EventKind, definition_name, machine
from shipit.core.duration import seconds
from shipit.deploy.base import Goal, ObservedTarget
from shipit.deploy.ecs.observe import observe_service
from shipit.deploy.ecs.observed import EcsTarget, ObservedEcs
from shipit.finding import Finding
from shipit.steps.base import Step
from shipit.steps.deploy import RecordEvent, VerifyRollout
from shipit.steps.ecs import (
    ApproveDeployment,
    AwaitDeployment,
    Change,
    ConfirmDeployment,
    DeployDefinition,
    RegisterDefinition,
    RunTask,
    TakeBackDeployment,
)
from shipit.world import World


class Ecs:
    """The kind `ecs`; `shipit.deploy.base.TargetKind` describes the methods."""

    def observe(self, world: World, target: EcsTarget) -> ObservedEcs:
        return observe_service(world, target)

    def plan(self, target: EcsTarget, observed: ObservedTarget, goal: Goal) -> Iterator[Step]:
        seen = cast(ObservedEcs, observed)
        if goal.rejected:
            yield _event(target, "held", goal.rejected, goal)
        if goal.image.digest in seen.record.held:
            yield _event(target, "freed", goal.image, goal)
        base, file = seen.arn, "" if goal.rejected else target.config.task_definition or ""
        begun = seen.has(goal.image) if file else seen.wanted == goal.image.reference
        if not begun:
            yield from _adopt(target, seen, goal)
            # Also shows that the record can be written, before anything is deployed.
            yield _event(target, "started", goal.image, goal)
            base = _recorded(seen, goal.image) if goal.rejected else seen.arn
        change = Change(base or seen.arn, seen.container, goal.image, file)
        alarms = () if goal.rejected else _watched(seen, begun=begun)
        pauses = seen.service.deployment.pauses if goal.approved and seen.service and seen.service.deployment else ()
        approved, new = tuple(pause.id for pause in pauses), not goal.rejected
        way = Way(seconds(target.config.bake), goal.by, alarms, approved, new, begun)
        yield from _roll_out(target, seen, change, way)

    def way_back(
        self, target: EcsTarget, before: ObservedTarget, now: ObservedTarget, rejected: Goal
    ) -> Iterator[Step]:
        was, seen = cast(ObservedEcs, before), cast(ObservedEcs, now)
        # Only the settings in the file were new.
        if was.written and was.serving == was.record.current == rejected.image:
            base = _recorded(was, rejected.image) or was.arn
            yield from _roll_out(target, seen, Change(base, seen.container, rejected.image), Way(by=rejected.by))
            return
        image = _earlier(was, seen, rejected)
        replaced = seen.service is not None and seen.service.replaced(was.arn)
        if image is None or (seen.wanted != rejected.image.reference and replaced):
            return  # there is none, or another program gave it another task definition
        if rejected.image.digest in seen.started:
            yield RecordEvent(target.config.hosts[0], target.record_path, rejected.rejection)
        same = was.serving is not None and was.serving.digest == image.digest and was.wanted != rejected.image.reference
        base = was.arn if same else _recorded(seen, image)
        yield from _roll_out(target, seen, Change(base or seen.arn, seen.container, image), Way(by=rejected.by))
        if image.digest in seen.record.held:  # by the rollback that failed
            yield _event(target, "freed", image, rejected)

    def test(self, world: World, target: EcsTarget) -> Iterator[Finding]:
        yield from ()  # a plan checks everything already

    def logs(self, world: World, target: EcsTarget, lines: int) -> list[tuple[str, str]]:
        seen, (address,) = observe_service(world, target), target.config.hosts
        port, found = world.ecs_services.at(address), []
        for task in seen.service.tasks if seen.service else ():
            state = "runs" if task.running else task.reason or "is about to start or to stop"
            name = f"task {task.id} of {definition_name(task.definition)} on {machine(address)}: {state}"
            found.append((name, port.logs(task.id, seen.container, lines)))
        return found


def _adopt(target: EcsTarget, seen: ObservedEcs, goal: Goal) -> Iterator[Step]:
    """Yield the step that records the image that another program deployed, so that there is a way back to it."""
    healthy = all(host.healthy for host in seen.hosts)
    if seen.serving and healthy and seen.serving != goal.image and seen.record.current is None:
        event = _event(target, "verified", seen.serving, goal)
        yield replace(event, event=replace(event.event, definition=seen.arn), first=True)


def _event(target: EcsTarget, kind: EventKind, image: DeployedImage, goal: Goal) -> RecordEvent:
    why, together = (goal.why if kind == "held" else ""), (goal.together if kind == "started" else ())
    event = DeployEvent(kind, image, by=goal.by, why=why, together=together)
    return RecordEvent(target.config.hosts[0], target.record_path, event)


class Way(Struct, frozen=True):
    """The parts of a rollout that are not the same for a new image and for one to go back to.

    Args:
        bake: the seconds for which the image is watched.
        by: the run.
        alarms: the alarms that end it.
        pauses: the ids of the pauses that a person approved.
        new: True for a new image, for which the commands `migrate` and `verify` run.
        begun: True if the service was given its task definition already.
    """

    bake: float = 0
    by: str = ""
    alarms: tuple[str, ...] = ()
    pauses: tuple[str, ...] = ()
    new: bool = False
    begun: bool = False


def _roll_out(target: EcsTarget, seen: ObservedEcs, change: Change, way: Way) -> Iterator[Step]:
    """Yield the steps after which the tasks run the image of `change`, and it is recorded as verified."""
    (host,), config, image = target.config.hosts, target.config, change.image
    service = seen.service or EcsState("", "")
    yield RegisterDefinition(host, change)
    if way.new and config.migrate and not way.begun:
        yield RunTask(host, change, config.migrate, seconds(config.timeout))
    newest, within = service.deployment, seconds(config.within)
    if service.staged and newest and not newest.ended and newest.earlier == change.base:
        yield TakeBackDeployment(host, newest.arn, image, within)
    yield DeployDefinition(host, change, seen.arn)
    if way.pauses:
        yield ApproveDeployment(host, change, way.pauses)
    yield AwaitDeployment(host, change, within + service.baking, service.strategy, way.alarms)
    if way.new and (seen.record.current != image or not way.begun):
        limit = seconds(config.timeout)
        yield from (VerifyRollout(host, image, command, limit, target.url) for command in config.verify)
    yield ConfirmDeployment(
        host=host,
        app=target.app,
        change=change,
        record=target.record_path,
        bake=way.bake,
        url=target.url,
        by=way.by,
        url_before=target.url_status,
        alarms=way.alarms,
        environment=target.environment,
    )


def _watched(seen: ObservedEcs, *, begun: bool) -> tuple[str, ...]:
    """Return the alarms that end a deployment: not those that fired before it began."""
    return tuple(alarm.name for alarm in seen.alarms if begun or not alarm.fires)


def _recorded(seen: ObservedEcs, image: DeployedImage) -> str:
    """Return the ARN of the task definition with which an image was verified; empty if it is not known."""
    events = (event for event in seen.record.verified if event.image.digest == image.digest)
    return next((event.definition for event in events), "")


def _earlier(before: ObservedEcs, now: ObservedEcs, rejected: Goal) -> DeployedImage | None:
    """Return the image to go back to: the one that served, or else one that was verified.

    None if none is known, or if the image served and was verified before the run.
    """
    record = now.record
    if before.serving == rejected.image == before.record.current and not rejected.unfinished:
        return None
    verified = [event.image for event in record.verified if event.image.digest not in record.held]
    candidates = (before.serving, record.current, now.serving, *verified)
    return next((image for image in candidates if image and image.digest not in ("", rejected.image.digest)), None)
