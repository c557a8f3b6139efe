"""The steps that bring back what served before a deployment that failed."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.core.deploy import SETTINGS, DeployEvent, Replaced
from shipit.core.duration import seconds
from shipit.deploy.base import Goal
from shipit.deploy.blue_green.observed import ObservedBlueGreenHost, active_slot, is_last_verified, was_verified
from shipit.deploy.blue_green.settings import (
    BlueGreenTarget,
    container_name,
    container_spec,
    nginx_settings,
    other_slot,
    slot_port,
    slot_traffic,
)
from shipit.deploy.checks import health_check
from shipit.steps.base import Step
from shipit.steps.blue_green import Drain, ResumeContainer, RetireContainer, SwitchTraffic, WriteMarker
from shipit.steps.deploy import RecordEvent


def slot_before(target: BlueGreenTarget, before: ObservedBlueGreenHost, rejected: Goal) -> str | None:
    """Return the slot to go back to; None if nothing served.

    It is the slot that served when the run began. If an interrupted run had already given the traffic to the version
    that now failed, it is the other slot, which still has the version that was verified. The same holds if that run
    verified the version here, but did not reach all targets and hosts.
    """
    active = active_slot(target, before)
    finished = before.host not in rejected.unfinished
    if active is None or (finished and is_last_verified(before, before.slots[active].container)):
        return active
    failed = container_spec(target, rejected.image, active).is_of(before.slots[active].container)
    return other_slot(active) if failed and was_verified(before, other_slot(active)) else active


def way_back_steps(
    target: BlueGreenTarget, before: ObservedBlueGreenHost, now: ObservedBlueGreenHost, slot: str, rejected: Goal
) -> Iterator[Step]:
    """Yield the steps that give the traffic on one host back to the container that had it, in `slot`."""
    nginx, record, host = nginx_settings(target), target.record_path, now.host
    container, foreign = before.slots[slot].container, before.slots[slot].foreign
    earlier = container.image if container else None
    rejection, unfinished = RecordEvent(host, record, rejected.rejection), host in rejected.unfinished
    digest = rejected.image.digest or None  # a container of another program has none, and is not held
    moved = now.loaded is not None and (now.loaded.slot, now.loaded.digest) == (other_slot(slot), digest)
    stopped = before.slots[slot].occupied is None
    if moved and stopped and not unfinished:  # nothing ran there: the traffic stays, and nothing is stopped
        yield rejection
        return
    if name := (foreign or container):
        health = health_check(target.config.health) if before.slots[slot].answers or unfinished else None
        yield ResumeContainer(host, name.name, slot_port(target.config, slot), health)
    if now.loaded is not None:
        yield SwitchTraffic(host, nginx, slot_traffic(target, nginx, slot, container))
        yield Drain(host, nginx, seconds(target.config.drain))
    if moved:
        yield rejection
    if earlier and container and (unfinished or before.record.current == earlier):
        settings = container.labels.get(SETTINGS, "")
        yield RecordEvent(host, record, DeployEvent("verified", earlier, by=rejected.by, settings=settings))
    if earlier and earlier.digest in now.record.held:  # by the rollback that failed
        yield RecordEvent(host, record, DeployEvent("freed", earlier, by=rejected.by))
    if target.config.nginx.marker:
        yield WriteMarker(host, target.config.nginx.marker, slot)
    if target.config.container.keep == "stopped" or not was_verified(now, other_slot(slot)):
        yield RetireContainer(
            host, container_name(target, other_slot(slot)), int(seconds(target.config.container.stop))
        )


def container_steps(
    target: BlueGreenTarget, now: ObservedBlueGreenHost, goal: Goal, replaced: Replaced
) -> Iterator[Step]:
    """Yield the steps that give the traffic on one host back to a container of another program."""
    nginx, host, slot = nginx_settings(target), now.host, replaced.slot
    stop = int(seconds(target.config.container.stop))
    if goal.rejected:
        event = DeployEvent("held", goal.rejected, by=goal.by, why=goal.why)
        yield RecordEvent(host, target.record_path, event)
    if container_name(target, slot) != replaced.container:  # it would keep the port
        yield RetireContainer(host, container_name(target, slot), stop)
    yield ResumeContainer(host, replaced.container, slot_port(target.config, slot), health_check(target.config.health))
    yield SwitchTraffic(host, nginx, slot_traffic(target, nginx, slot, None))
    yield Drain(host, nginx, seconds(target.config.drain))
    if target.config.nginx.marker:
        yield WriteMarker(host, target.config.nginx.marker, slot)
    yield RetireContainer(host, container_name(target, other_slot(slot)), stop)
