"""Blue/green behind nginx: two slots on fixed ports of a host, one of which gets the traffic.

The new version starts in the other slot. It gets the traffic when it is healthy on all hosts. Then the old version
finishes its requests, and is stopped and kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from shipit.config.targets import BlueGreenConfig, HealthConfig
from shipit.core.deploy import (
    SETTINGS,
    SLOTS,
    Container,
    ContainerSpec,
    DeployedImage,
    DeployEvent,
    DeployRecord,
    HealthCheck,
    Identity,
    NginxSettings,
    Traffic,
    address_in,
    machine,
)
from shipit.core.duration import seconds
from shipit.deploy.base import DeployTarget, Goal, HostState, ObservedTarget
from shipit.finding import Finding
from shipit.steps.base import Step
from shipit.steps.deploy import (
    AwaitHealthy,
    Confirm,
    Drain,
    Migrate,
    PullImage,
    RecordEvent,
    ResumeContainer,
    RetireContainer,
    Sleep,
    StartContainer,
    SwitchTraffic,
    Verify,
    WriteMarker,
    WriteSecrets,
    loaded_traffic,
    nginx_runs,
    read_record,
)
from shipit.world import World
from shipit.world.hosts import Host

BlueGreenTarget = DeployTarget[BlueGreenConfig]
_TRIES = 3
# A path that no app has: a health check that succeeds for it as well cannot fail.
_NO_SUCH_PATH = "/shipit-asks-for-a-path-that-does-not-exist"


class ObservedSlot(Struct, frozen=True):
    """A slot of a host.

    Args:
        container: its container; None if there is none.
        foreign: the container of another program on its port; None if there is none.
        answers: True when its health check succeeds right now.
        always: True when the health check also succeeds for a path that does not exist, so that it shows nothing.
    """

    container: Container | None = None
    foreign: Container | None = None
    answers: bool = False
    always: bool = False

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
        upstream_answers: True when something answers at this address.
        marker: the text of the marker file; None if there is none.
        record: the record of deployments.
        locked_by: the run that holds the lock; empty if it is free.
    """

    host: str
    slots: Mapping[str, ObservedSlot]
    loaded: Traffic | None
    written: str
    upstream_answers: bool
    marker: str | None
    record: DeployRecord
    locked_by: str = ""


class ObservedBlueGreen(Struct, frozen=True):
    """The state of all hosts of a target, and the problems that were found."""

    target: BlueGreenTarget
    by_host: tuple[ObservedBlueGreenHost, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def hosts(self) -> tuple[HostState, ...]:
        """The state of each host, in the form that all kinds share."""
        return tuple(_state(self.target, each) for each in self.by_host)


class BlueGreen:
    """The kind `blue-green`; `shipit.deploy.base.TargetKind` describes the methods."""

    def observe(self, world: World, target: BlueGreenTarget) -> ObservedBlueGreen:
        hosts: list[ObservedBlueGreenHost] = []
        findings: list[Finding] = []
        for address in target.config.hosts:
            host = world.hosts.at(address)
            problems = host.findings(target.config.directory)
            findings += problems
            if not problems:
                nginx = nginx_settings(target)
                findings += nginx_runs(host, nginx)
                hosts.append(_observe_host(host, target, nginx, world.clock.sleep))
        found = ObservedBlueGreen(target, tuple(hosts), tuple(findings))
        return replace(found, findings=(*findings, *(each for host in hosts for each in _slot_findings(target, host))))

    def plan(self, target: BlueGreenTarget, observed: ObservedTarget, goal: Goal) -> Iterator[Step]:
        hosts = [_HostPlan(target, each, goal) for each in cast(ObservedBlueGreen, observed).by_host]
        for host in hosts:
            yield from host.repair()
        for host in hosts:
            yield from host.prepare(first=host is hosts[0])
        for phase in (_HostPlan.switch, _HostPlan.finish):
            for host in hosts:
                yield from phase(host)

    def way_back(
        self, target: BlueGreenTarget, before: ObservedTarget, now: ObservedTarget, rejected: Goal
    ) -> Iterator[Step]:
        earlier = {host.host: host for host in cast(ObservedBlueGreen, before).by_host}
        for host in cast(ObservedBlueGreen, now).by_host:
            if slot := _slot_before(target, earlier[host.host], rejected):
                yield from _way_back(target, earlier[host.host], host, slot, rejected)

    def logs(self, world: World, target: BlueGreenTarget, lines: int) -> list[tuple[str, str]]:
        found = []
        for address in target.config.hosts:
            containers = world.hosts.at(address).containers
            for name in (_name(target, slot) for slot in SLOTS):
                if container := containers.find(name):
                    version = container.image.version if container.image else "?"
                    found.append((f"{name} on {address}: {version}, {container.status}", containers.logs(name, lines)))
        return found


class _HostPlan:
    """The steps for one host."""

    def __init__(self, target: BlueGreenTarget, observed: ObservedBlueGreenHost, goal: Goal) -> None:
        self.target = target
        self.observed = observed
        self.goal = goal
        self.host = observed.host
        self.config = target.config
        self.nginx = nginx_settings(target)
        self.active = _active(target, observed)
        self.slot = self._wanted_slot()
        self.spec = container_spec(target, goal.image, self.slot)

    @property
    def serves(self) -> bool:
        """True when the wanted image serves already, with these settings."""
        return self.slot == self.active

    def _wanted_slot(self) -> str:
        """Return the slot for the wanted image: the active one if it is there and healthy, else the other."""
        if self.active is None:
            return SLOTS[0]
        slot = self.observed.slots[self.active]
        if slot.answers and container_spec(self.target, self.goal.image, self.active).is_of(slot.container):
            return self.active
        return _other(self.active)

    def repair(self) -> Iterator[Step]:
        """Yield the steps that bring nginx into a state that shipit knows, before anything is started or stopped."""
        if self.active is None:
            return
        active = self.observed.slots[self.active]
        traffic = _traffic(self.target, self.nginx, self.active, active.container)
        unknown = self.observed.loaded is None
        dead = self.observed.loaded is not None and self.observed.loaded.slot != self.active
        if (unknown or dead) and not self.serves:
            yield SwitchTraffic(self.host, self.nginx, traffic)
            yield Drain(self.host, self.nginx, seconds(self.config.drain))

    def prepare(self, *, first: bool) -> Iterator[Step]:
        """Yield the steps that start the new container and check it; they move no traffic."""
        if self.goal.rejected:
            yield self._event("held", self.goal.rejected, self.goal.why)
        if self.serves:
            return
        yield PullImage(self.host, self.goal.image)
        timeout = seconds(self.config.timeout)
        if self.config.migrate and first:
            once = replace(self.spec, slot="migrate", host_port=0, command=self.config.migrate)
            yield Migrate(self.host, replace(once, name=f"{self.target.app}-migrate"), timeout)
        if self.config.secrets and self.config.secrets.file:
            secrets = self.config.secrets
            yield WriteSecrets(self.host, secrets.sources, secrets.file or "", secrets.format)
        yield StartContainer(self.host, self.spec, self.nginx)
        identity = _identity(self.config, self.goal.image)
        yield AwaitHealthy(self.host, self.spec, health_check(self.config), identity)
        yield from (Verify(self.host, self.spec, command, timeout) for command in self.config.verify)

    def switch(self) -> Iterator[Step]:
        """Yield the steps that give the traffic to the new container, and watch it."""
        traffic = _traffic(self.target, self.nginx, self.slot, None, self.goal.image)
        yield SwitchTraffic(self.host, self.nginx, traffic)
        yield Drain(self.host, self.nginx, seconds(self.config.drain))
        yield Confirm(
            host=self.host,
            spec=self.spec,
            nginx=self.nginx,
            record=self.target.record_path,
            bake=seconds(self.config.bake),
            health=health_check(self.config),
            url=self.target.url,
            by=self.goal.by,
        )

    def finish(self) -> Iterator[Step]:
        """Yield the steps that leave everything tidy: the marker for other scripts, and the old container."""
        if self.goal.image.digest in self.observed.record.held:
            yield self._event("freed", self.goal.image, "")
        if self.config.nginx.marker:
            yield WriteMarker(self.host, self.config.nginx.marker, self.slot)
        other = self.observed.slots[_other(self.slot)]
        if self.config.container.keep == "stopped" or not _was_verified(self.observed, _other(self.slot)):
            name = other.foreign.name if other.foreign else _name(self.target, _other(self.slot))
            yield RetireContainer(self.host, name, int(seconds(self.config.container.stop)))

    def _event(self, kind: str, image: DeployedImage, why: str) -> RecordEvent:
        event = DeployEvent("held" if kind == "held" else "freed", image, by=self.goal.by, why=why)
        return RecordEvent(self.host, self.target.record_path, event)


def _slot_before(target: BlueGreenTarget, before: ObservedBlueGreenHost, rejected: Goal) -> str | None:
    """Return the slot to go back to; None if nothing served.

    It is the slot that served when the run began. If an interrupted run had already given the traffic to the version
    that now failed, it is the other slot, which still has the version that was verified.
    """
    active = _active(target, before)
    if active is None or _is_last_verified(before, before.slots[active].container):
        return active
    failed = container_spec(target, rejected.image, active).is_of(before.slots[active].container)
    return _other(active) if failed and _was_verified(before, _other(active)) else active


def _way_back(
    target: BlueGreenTarget, before: ObservedBlueGreenHost, now: ObservedBlueGreenHost, slot: str, rejected: Goal
) -> Iterator[Step]:
    """Yield the steps that give the traffic on one host back to the container that had it, in `slot`."""
    nginx, record, host = nginx_settings(target), target.record_path, now.host
    container, foreign = before.slots[slot].container, before.slots[slot].foreign
    earlier = container.image if container else None
    held = RecordEvent(host, record, DeployEvent("held", rejected.image, by=rejected.by, why=rejected.why))
    moved = now.loaded is not None and (now.loaded.slot, now.loaded.digest) == (_other(slot), rejected.image.digest)
    if moved and before.slots[slot].occupied is None:  # nothing ran there: the traffic stays, and nothing is stopped
        yield held
        return
    if name := (foreign or container):
        health = health_check(target.config) if before.slots[slot].answers else None
        yield ResumeContainer(host, name.name, _port(target.config, slot), health)
    if now.loaded is not None:
        yield SwitchTraffic(host, nginx, _traffic(target, nginx, slot, container))
        yield Drain(host, nginx, seconds(target.config.drain))
    if moved:
        yield held
    if earlier and container and before.record.current == earlier:
        settings = container.labels.get(SETTINGS, "")
        yield RecordEvent(host, record, DeployEvent("verified", earlier, by=rejected.by, settings=settings))
    if target.config.nginx.marker:
        yield WriteMarker(host, target.config.nginx.marker, slot)
    if target.config.container.keep == "stopped" or not _was_verified(now, _other(slot)):
        yield RetireContainer(host, _name(target, _other(slot)), int(seconds(target.config.container.stop)))


def _is_last_verified(before: ObservedBlueGreenHost, container: Container | None) -> bool:
    """Return whether a container has the image and the settings that were verified last."""
    last = before.record.last
    if last is None or container is None or container.image is None:
        return False
    same_settings = not last.settings or last.settings == container.labels.get(SETTINGS)
    return container.image.digest == last.image.digest and same_settings


def _was_verified(observed: ObservedBlueGreenHost, slot: str) -> bool:
    """Return whether a slot has a version that served well, and that a rollback can use."""
    container = observed.slots[slot].container
    image = container.image if container else None
    return image is not None and image in [event.image for event in observed.record.verified]


def container_spec(target: BlueGreenTarget, image: DeployedImage, slot: str) -> ContainerSpec:
    """Return the settings of the container of `image` in `slot`."""
    config, options = target.config, target.config.container
    return ContainerSpec(
        name=_name(target, slot),
        image=image,
        app=target.app,
        slot=slot,
        port=options.port,
        host_port=_port(config, slot),
        env=dict(options.env),
        secrets=config.secrets.sources if config.secrets else (),
        secrets_version=target.secrets_version,
        network=options.network or "",
        volumes=options.volumes,
        memory=options.memory or "",
        cpus=options.cpus or 0,
        command=options.command,
        user=options.user or "",
        hosts=options.hosts,
        restart=options.restart,
        stop_seconds=int(seconds(options.stop)),
    )


def health_check(config: BlueGreenConfig) -> HealthCheck | None:
    """Return the health check of the configuration; None if it has none."""
    if not isinstance(config.health, HealthConfig):
        return None
    health = config.health
    return HealthCheck(health.path, dict(health.json), health.status or 0, seconds(health.within), health.times)


def nginx_settings(target: BlueGreenTarget) -> NginxSettings:
    """Return the settings of nginx, with the defaults that depend on the environment."""
    nginx = target.config.nginx
    default = "service_url" if nginx.style == "set" else target.app.replace("-", "_").replace(".", "_")
    return NginxSettings(
        app=target.app,
        file=nginx.file,
        style=nginx.style,
        variable=nginx.variable or default,
        command=nginx.command,
        pid_file=nginx.pid_file,
        container=nginx.container or "",
        front=nginx.front,
        host_name=nginx.server_name or urlsplit(target.url).hostname or "",
        state_port=nginx.state_port or target.config.slots.blue - 1,
    )


def _identity(config: BlueGreenConfig, image: DeployedImage) -> Identity | None:
    identity = config.identity
    return Identity(identity.path, identity.json, image.version, image.revision) if identity else None


def _name(target: BlueGreenTarget, slot: str) -> str:
    return f"{target.app}-{slot}"


def _port(config: BlueGreenConfig, slot: str) -> int:
    return config.slots.blue if slot == "blue" else config.slots.green


def _other(slot: str) -> str:
    return SLOTS[1 - SLOTS.index(slot)]


def _address(target: BlueGreenTarget, nginx: NginxSettings, slot: str) -> str:
    """Return where nginx reaches a slot: its port on the host, or its container in the network of both."""
    options = target.config.container
    if nginx.container and options.network:
        return f"{_name(target, slot)}:{options.port}"
    return f"127.0.0.1:{_port(target.config, slot)}"


def _traffic(
    target: BlueGreenTarget,
    nginx: NginxSettings,
    slot: str,
    container: Container | None,
    image: DeployedImage | None = None,
) -> Traffic:
    """Return the traffic for a slot with `image`, or else with the image of the container that is there."""
    image = image or (container.image if container else None)
    address = _address(target, nginx, slot)
    return Traffic(slot, image.digest if image else "", image.version if image else "", address)


def _observe_host(host: Host, target: BlueGreenTarget, nginx: NginxSettings, sleep: Sleep) -> ObservedBlueGreenHost:
    marker = target.config.nginx.marker
    written = address_in(host.read(nginx.file) or "") or ""
    return ObservedBlueGreenHost(
        host=host.address,
        slots={slot: _observe_slot(host, target, slot, sleep) for slot in SLOTS},
        loaded=loaded_traffic(host, nginx),
        written=written,
        upstream_answers=bool(written) and host.get(f"http://{written}/").status > 0,
        marker=host.read(marker) if marker else None,
        record=read_record(host, target.record_path),
        locked_by=host.locked_by(target.state_path) or "",
    )


def _observe_slot(host: Host, target: BlueGreenTarget, slot: str, sleep: Sleep) -> ObservedSlot:
    container, port = host.containers.find(_name(target, slot)), _port(target.config, slot)
    own = container is not None and container.running
    foreign = None if own else host.containers.publishing(port)
    if not (own or foreign) or (own and container and container.health == "unhealthy"):
        return ObservedSlot(container, foreign)
    health = health_check(target.config)
    if health is None:
        return ObservedSlot(container, foreign, answers=True)
    answers = _answers(host, port, health, sleep)
    always = answers and health.problem(host.get(f"http://127.0.0.1:{port}{_NO_SUCH_PATH}")) is None
    return ObservedSlot(container, foreign, answers, always)


def _answers(host: Host, port: int, health: HealthCheck, sleep: Sleep) -> bool:
    """Return whether the app on `port` is healthy; it has several tries, so that one bad answer decides nothing."""
    for number in range(_TRIES):
        if number:
            sleep(health.every)
        if health.problem(host.get(f"http://127.0.0.1:{port}{health.path}")) is None:
            return True
    return False


def _active(target: BlueGreenTarget, observed: ObservedBlueGreenHost) -> str | None:
    """Return the slot that gets the traffic, or should get it; None if there is none.

    It is the slot that nginx has loaded. If nginx does not report one, it is the one in its file, or else one with a
    container of shipit that answers. If this slot does not answer but the other one does, it is the other one.
    """
    nginx = nginx_settings(target)
    by_address = {_address(target, nginx, slot): slot for slot in SLOTS}
    by_address |= {f"127.0.0.1:{_port(target.config, slot)}": slot for slot in SLOTS}
    by_address |= {f"localhost:{_port(target.config, slot)}": slot for slot in SLOTS}
    slot = observed.loaded.slot if observed.loaded else by_address.get(observed.written)
    if slot is None:
        if observed.upstream_answers:  # a program that shipit does not know gets the traffic
            return None
        return next((name for name in SLOTS if observed.slots[name].answers and not observed.slots[name].foreign), None)
    other = _other(slot)
    if not observed.slots[slot].answers and observed.slots[other].answers:
        return other
    return slot


def _slot_findings(target: BlueGreenTarget, observed: ObservedBlueGreenHost) -> Iterator[Finding]:
    """Yield a finding if another program uses the port that the new version needs, or the health check cannot fail."""
    if any(slot.always for slot in observed.slots.values()):
        what = f"the health check of {target.app} cannot fail: a path that does not exist gives the same answer"
        fix = "ask a path that only a healthy app answers, or compare a value of its JSON with `health.json`"
        yield Finding("health-check", what, fix)
    active = _active(target, observed)
    if observed.upstream_answers and active is None:
        what = f"nginx on {machine(observed.host)} gives the traffic to {observed.written}, which is not a slot"
        fix = f"write its port as `slots.blue` of {target.app}, so that shipit can go back to it"
        yield Finding("slot-unknown", what, fix)
    idle = _other(active) if active else SLOTS[0]
    if foreign := observed.slots[idle].foreign:
        port = _port(target.config, idle)
        what = (
            f"port {port} on {machine(observed.host)} is used by container `{foreign.name}`, which shipit did not start"
        )
        yield Finding("slot-port", what, f"stop it on the host: docker stop {foreign.name}")


def _state(target: BlueGreenTarget, observed: ObservedBlueGreenHost) -> HostState:
    active = _active(target, observed)
    slot = observed.slots[active] if active else ObservedSlot()
    serving = slot.container.image if slot.container and slot.container.running else None
    return HostState(
        host=observed.host,
        serving=serving,
        since=slot.container.started if slot.container and serving else "",
        problem=_problem(observed, active, slot),
        drift=tuple(_drift(target, observed, active)),
        record=observed.record,
        locked_by=observed.locked_by,
    )


def _problem(observed: ObservedBlueGreenHost, active: str | None, slot: ObservedSlot) -> str:
    """Return the reason why no healthy version serves; empty if one does."""
    if active is None:
        return "nothing is deployed"
    if observed.loaded and observed.loaded.slot != active:
        return f"nginx gives the traffic to {observed.loaded.slot}, which does not answer"
    if slot.occupied is None:
        return slot.container.problem or f"{active} does not run" if slot.container else f"{active} is empty"
    return "" if slot.answers else f"{active} does not answer its health check"


def _drift(target: BlueGreenTarget, observed: ObservedBlueGreenHost, active: str | None) -> Iterator[str]:
    """Yield a sentence for each thing on the host that is not as shipit left it."""
    nginx = nginx_settings(target)
    if observed.loaded:
        expected = _address(target, nginx, observed.loaded.slot)
        if observed.written != expected:
            yield f"`{nginx.file}` says {observed.written or 'nothing'}, but nginx has loaded {expected}"
    if active and observed.marker is not None and observed.marker.strip() != active:
        yield f"the marker `{target.config.nginx.marker}` says `{observed.marker.strip()}`, but {active} is active"
    if active and observed.loaded is None:
        yield f"nginx does not report which slot it has loaded; the next deployment adds this to `{nginx.file}`"
    foreign = observed.slots[active].foreign if active else None
    if foreign:
        yield f"the traffic goes to container `{foreign.name}`, which shipit did not start"
    last, container = observed.record.current, observed.slots[active].container if active else None
    if last and container and container.image and container.image.digest != last.digest:
        yield f"{container.image} serves, but {last} was verified last"
