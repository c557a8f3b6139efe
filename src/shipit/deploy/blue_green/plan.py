"""The steps of a deployment on one host."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from shipit.core.deploy import APP, SLOTS, DeployedImage, DeployEvent, EventKind, Replaced
from shipit.core.duration import seconds
from shipit.deploy.base import Goal
from shipit.deploy.blue_green.observed import ObservedBlueGreenHost, active_slot, is_last_verified, was_verified
from shipit.deploy.blue_green.settings import (
    BlueGreenTarget,
    container_name,
    container_spec,
    nginx_settings,
    other_slot,
    slot_traffic,
)
from shipit.deploy.checks import health_check, identity_check
from shipit.steps.base import Step
from shipit.steps.blue_green import (
    AwaitHealthy,
    Confirm,
    Drain,
    RetireContainer,
    StartContainer,
    SwitchTraffic,
    WriteMarker,
)
from shipit.steps.deploy import Migrate, PullImage, RecordEvent, Verify, WriteSecrets


class HostPlan:
    """The steps for one host."""

    def __init__(self, target: BlueGreenTarget, observed: ObservedBlueGreenHost, goal: Goal) -> None:
        self.target = target
        self.observed = observed
        self.goal = goal
        self.host = observed.host
        self.config = target.config
        self.nginx = nginx_settings(target)
        self.active = active_slot(target, observed)
        self.slot = self._wanted_slot()
        self.spec = container_spec(target, goal.image, self.slot)

    @property
    def serves(self) -> bool:
        """True when the wanted image serves already, with these settings."""
        return self.slot == self.active

    def _wanted_slot(self) -> str:
        """Return the slot for the wanted image: the active slot if the image is healthy there, else the other slot."""
        if self.active is None:
            return SLOTS[0]
        slot = self.observed.slots[self.active]
        if slot.answers and container_spec(self.target, self.goal.image, self.active).is_of(slot.container):
            return self.active
        return other_slot(self.active)

    def repair(self) -> Iterator[Step]:
        """Yield the steps that bring nginx into a state that shipit knows, before anything is started or stopped."""
        if self.active is None:
            return
        active = self.observed.slots[self.active]
        traffic = slot_traffic(self.target, self.nginx, self.active, active.container)
        loaded = self.observed.loaded
        if (loaded is None or loaded.slot != self.active) and not self.serves:
            yield SwitchTraffic(self.host, self.nginx, traffic)
            yield Drain(self.host, self.nginx, seconds(self.config.drain))

    def prepare(self, *, first: bool) -> Iterator[Step]:
        """Yield the steps that start the new container and check it; they move no traffic."""
        if self.goal.rejected:
            yield self._event("held", self.goal.rejected, self.goal.why)
        if self.serves:
            return
        # Also shows that the record can be written, before any traffic is moved.
        yield self._event("started", self.goal.image, "", self._replaces())
        yield PullImage(self.host, self.goal.image)
        timeout = seconds(self.config.timeout)
        if self.config.migrate and first:
            once = replace(self.spec, slot="migrate", host_port=0, command=self.config.migrate)
            yield Migrate(self.host, replace(once, name=f"{self.target.app}-migrate"), timeout)
        if self.config.secrets and self.config.secrets.file:
            secrets = self.config.secrets
            yield WriteSecrets(self.host, secrets.sources, secrets.file or "", secrets.format)
        there = self.observed.slots[self.slot].container
        yield StartContainer(self.host, self.spec, self.nginx, bool(there and there.labels.get(APP) != self.target.app))
        identity = identity_check(self.config.identity, self.goal.image)
        yield AwaitHealthy(self.host, self.spec, health_check(self.config.health), identity)
        yield from (Verify(self.host, self.spec, command, timeout) for command in self.config.verify)

    def switch(self) -> Iterator[Step]:
        """Yield the steps that give the traffic to the new container, and watch it."""
        traffic = slot_traffic(self.target, self.nginx, self.slot, None, self.goal.image)
        yield SwitchTraffic(self.host, self.nginx, traffic)
        yield Drain(self.host, self.nginx, seconds(self.config.drain))
        yield Confirm(
            host=self.host,
            spec=self.spec,
            nginx=self.nginx,
            record=self.target.record_path,
            bake=seconds(self.config.bake),
            health=health_check(self.config.health),
            url=self.target.url,
            by=self.goal.by,
            url_before=self._url_before(),
            environment=self.target.environment,
        )

    def _url_before(self) -> int | None:
        """Return the answer of the public address before the switch; None if an interrupted run already switched."""
        verified = is_last_verified(self.observed, self.observed.slots[self.slot].container)
        return None if self.serves and not verified else self.target.url_status

    def finish(self) -> Iterator[Step]:
        """Yield the steps that clean up: write the marker for other scripts, and stop the old container."""
        if self.goal.image.digest in self.observed.record.held:
            yield self._event("freed", self.goal.image, "")
        if self.config.nginx.marker:
            yield WriteMarker(self.host, self.config.nginx.marker, self.slot)
        other = self.observed.slots[other_slot(self.slot)]
        if self.config.container.keep == "stopped" or not was_verified(self.observed, other_slot(self.slot)):
            name = other.foreign.name if other.foreign else container_name(self.target, other_slot(self.slot))
            yield RetireContainer(self.host, name, int(seconds(self.config.container.stop)))

    def _replaces(self) -> Replaced | None:
        """Return the container of another program that has the traffic now."""
        occupied = self.observed.slots[self.active].occupied if self.active else None
        return Replaced(occupied.name, self.active) if self.active and occupied and not occupied.image else None

    def _event(self, kind: EventKind, image: DeployedImage, why: str, replaces: Replaced | None = None) -> RecordEvent:
        together = self.goal.together if kind == "started" else ()
        event = DeployEvent(kind, image, by=self.goal.by, why=why, replaces=replaces, together=together)
        return RecordEvent(self.host, self.target.record_path, event)
