"""The state of the hosts of a target, and functions that read facts from it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from shipit.core.deploy import SETTINGS, SLOTS, Container, DeployRecord, Replaced, Traffic
from shipit.deploy.base import HostState
from shipit.deploy.blue_green.settings import BlueGreenTarget, nginx_settings, other_slot, slot_address, slot_port
from shipit.finding import Finding


class ObservedSlot(Struct, frozen=True):
    """A slot of a host.

    Args:
        container: its container; None if there is none.
        foreign: the container of another program on its port; None if there is none.
        answers: True when its health check succeeds right now.
        cannot_fail: True when the health check also succeeds for a path that does not exist, so that it shows nothing.
    """

    container: Container | None = None
    foreign: Container | None = None
    answers: bool = False
    cannot_fail: bool = False

    @property
    def occupied(self) -> Container | None:
        """The container that runs there; None if none does."""
        if self.container and self.container.running:
            return self.container
        return self.foreign


class ObservedBlueGreenHost(Struct, frozen=True):
    """The state of one host.

    Args:
        slots: each slot by its name.
        loaded: the slot that nginx gives the traffic to; None if nginx does not report it.
        written: the address in the switch file, `host:port`; empty without a file.
        upstream_answers: True when nginx reports no slot, and something answers at the address in `written`.
        marker: the text of the marker file; None if there is none.
        record: the record of deployments.
        replaced: the container of another program from which shipit took the traffic; None if there is none any more.
        locked_by: the run that holds the lock; empty if it is free.
        nginx_problem: the reason why nginx cannot give the traffic to a slot; empty if it can.
    """

    host: str
    slots: Mapping[str, ObservedSlot]
    loaded: Traffic | None
    written: str
    upstream_answers: bool
    marker: str | None
    record: DeployRecord
    replaced: Replaced | None = None
    locked_by: str = ""
    nginx_problem: str = ""


class ObservedBlueGreen(Struct, frozen=True):
    """The state of all hosts of a target, and the problems that were found.

    `hosts` are the same hosts as `host_details`, in the form that all kinds share.
    """

    target: BlueGreenTarget
    host_details: tuple[ObservedBlueGreenHost, ...]
    hosts: tuple[HostState, ...]
    findings: tuple[Finding, ...] = ()


def active_slot(target: BlueGreenTarget, observed: ObservedBlueGreenHost) -> str | None:
    """Return the slot that gets the traffic, or should get it; None if there is none.

    It is the slot that nginx has loaded. If nginx does not report a slot, it is the slot in the switch file, or else a
    slot with a healthy container of shipit. If this slot is not healthy but the other slot is, it is the other slot.
    """
    nginx = nginx_settings(target)
    by_address = {slot_address(target, nginx, slot): slot for slot in SLOTS}
    by_address |= {f"127.0.0.1:{slot_port(target.config, slot)}": slot for slot in SLOTS}
    by_address |= {f"localhost:{slot_port(target.config, slot)}": slot for slot in SLOTS}
    slot = observed.loaded.slot if observed.loaded else by_address.get(observed.written)
    if observed.loaded is None and slot and not (observed.slots[slot].occupied or observed.upstream_answers):
        slot = None  # a file that was prepared for the first deployment
    if slot is None:
        if observed.upstream_answers:  # a program that shipit does not know gets the traffic
            return None
        return next((name for name in SLOTS if observed.slots[name].answers and not observed.slots[name].foreign), None)
    other = other_slot(slot)
    if not observed.slots[slot].answers and observed.slots[other].answers:
        return other
    return slot


def was_verified(observed: ObservedBlueGreenHost, slot: str) -> bool:
    """Return whether a slot has a version that was verified, so that a rollback can use it."""
    container = observed.slots[slot].container
    image = container.image if container else None
    return image is not None and image in [event.image for event in observed.record.verified]


def is_last_verified(before: ObservedBlueGreenHost, container: Container | None) -> bool:
    """Return whether a container has the image and the settings that were verified last."""
    last = before.record.last
    if last is None or container is None or container.image is None:
        return False
    same_settings = not last.settings or last.settings == container.labels.get(SETTINGS)
    return container.image.digest == last.image.digest and same_settings
