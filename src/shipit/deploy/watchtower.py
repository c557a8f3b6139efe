"""Watchtower: a program on the hosts that runs the image that a tag in the registry leads to.

The tag decides which version serves, and only a deployment moves it, so an image that is held never gets the tag. After
the move, shipit asks Watchtower to update, or waits for its next poll, until it is proven which image runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from msgspec import Struct

from shipit.config.targets import WatchtowerConfig
from shipit.core.deploy import LOCAL, Container, DeployedImage, DeployEvent, DeployRecord, EventKind, machine
from shipit.core.duration import seconds
from shipit.core.images import REVISION, VERSION
from shipit.deploy.base import DeployTarget, Goal, HostState, ObservedTarget
from shipit.errors import ConfigError
from shipit.finding import Finding
from shipit.steps.base import Step
from shipit.steps.deploy import Proof, RecordEvent, image_of, look_at, read_record
from shipit.steps.watchtower import AwaitDigest, MoveImageTag, TriggerWatchtower
from shipit.world import RemoteImage, World
from shipit.world.hosts import Host

WatchtowerTarget = DeployTarget[WatchtowerConfig]
_LABEL = "com.centurylinklabs.watchtower"
_UNKNOWN = "it is not known which version runs"


class ObservedWatchtowerHost(Struct, frozen=True):
    """The state of one host.

    Args:
        host: its address; `local` without hosts, because then this machine asks the app.
        container: the container that Watchtower replaces; None if there is none, or if `proof` is not `container`.
        image: the image that the container was created from, or that the app answers as; None if it is not known.
        record: the record of deployments; empty without hosts.
        locked_by: the run that holds the lock; empty if it is free.
    """

    host: str
    container: Container | None = None
    image: DeployedImage | None = None
    record: DeployRecord = DeployRecord()
    locked_by: str = ""

    @property
    def running(self) -> DeployedImage | None:
        """The image that is proven to run; None if that is not known, or if its container ended."""
        runs = self.container is None or self.container.status in ("running", "restarting")
        return self.image if runs else None


class ObservedWatchtower(Struct, frozen=True):
    """The state of all hosts of a target, the image that the tag leads to, and the problems that were found."""

    target: WatchtowerTarget
    host_details: tuple[ObservedWatchtowerHost, ...]
    tagged: DeployedImage | None
    findings: tuple[Finding, ...] = ()

    @property
    def hosts(self) -> tuple[HostState, ...]:
        """The state of each host, in the form that all kinds share."""
        return tuple(self._state(each) for each in self.host_details)

    def _state(self, host: ObservedWatchtowerHost) -> HostState:
        return HostState(
            host=host.host,
            serving=host.running,
            since=host.container.started if host.container and host.running else "",
            problem=self._problem(host),
            drift=tuple(self._drift(host)),
            record=host.record,
            locked_by=host.locked_by,
            known=self.target.config.proof == "container" or host.running is not None,
        )

    def _problem(self, host: ObservedWatchtowerHost) -> str:
        if self.target.config.proof != "container":
            return "" if host.running else _UNKNOWN
        name = self.target.config.container
        if host.container is None:
            return f"there is no container `{name}`"
        if host.container.running and host.container.health != "unhealthy":
            return "" if host.running else _UNKNOWN
        return host.container.problem or f"container `{name}` is {host.container.status}"

    def _drift(self, host: ObservedWatchtowerHost) -> Iterator[str]:
        """Yield a sentence if another image runs than the tag leads to, or than was verified last."""
        running, last = host.running, host.record.current
        if running and self.tagged and running.digest != self.tagged.digest:
            yield f"`{followed_tag(self.target)}` leads to {self.tagged}, but {running} runs"
        if running and last and running.digest != last.digest:
            yield f"{running} runs, but {last} was verified last"


class Watchtower:
    """The kind `watchtower`; `shipit.deploy.base.TargetKind` describes the methods."""

    def observe(self, world: World, target: WatchtowerTarget) -> ObservedWatchtower:
        found = world.registry.find(followed_tag(target))
        tagged = _deployed(target, found) if found else None
        findings: list[Finding] = list(_token_findings(world, target))
        hosts: list[ObservedWatchtowerHost] = []
        for address in target.config.hosts:
            host = world.hosts.at(address)
            problems = host.findings(target.config.directory)
            findings += problems
            if not problems:
                record = read_record(host, target.record_path)
                locked_by = host.locked_by(target.state_path) or ""
                hosts.append(_observe(world, target, address, tagged, record, locked_by))
                findings += _container_findings(target, host, hosts[-1].container)
        if not target.config.hosts:
            hosts.append(_observe(world, target, LOCAL, tagged, DeployRecord(), ""))
        return ObservedWatchtower(target, tuple(hosts), tagged, tuple(findings))

    def plan(self, target: WatchtowerTarget, observed: ObservedTarget, goal: Goal) -> Iterator[Step]:
        hosts = cast(ObservedWatchtower, observed).host_details
        for host in hosts if target.config.hosts else ():
            if goal.rejected:
                yield _event(target, host, "held", goal.rejected, goal)
            if goal.image.digest in host.record.held:
                yield _event(target, host, "freed", goal.image, goal)
            if goal.together and (host.running, host.record.current) != (goal.image, goal.image):
                started = DeployEvent("started", goal.image, by=goal.by, together=goal.together)
                yield RecordEvent(host.host, target.record_path, started)
        back = goal.rejected is not None
        yield MoveImageTag(followed_tag(target), goal.image, back=back, environment=target.environment)
        yield from _update(target, hosts, goal.image, goal.by, required=target.config.require_verified)

    def way_back(
        self, target: WatchtowerTarget, before: ObservedTarget, now: ObservedTarget, rejected: Goal
    ) -> Iterator[Step]:
        was, hosts = cast(ObservedWatchtower, before), cast(ObservedWatchtower, now).host_details
        image = _earlier(was, rejected)
        if image is None:
            return
        hit = [host for host in hosts if host.image and host.image.digest == rejected.image.digest]
        for host in hit if target.config.hosts else ():
            yield RecordEvent(host.host, target.record_path, rejected.rejection)
        yield MoveImageTag(followed_tag(target), image, back=True, environment=target.environment)
        if hit:
            yield from _update(target, hit, image, rejected.by, required=True)

    def test(self, world: World, target: WatchtowerTarget) -> Iterator[Finding]:
        yield from ()  # a plan checks everything already

    def logs(self, world: World, target: WatchtowerTarget, lines: int) -> list[tuple[str, str]]:
        found, name = [], target.config.container
        for address in target.config.hosts if name else ():
            containers = world.hosts.at(address).containers
            if container := containers.find(name or ""):
                title = f"{name} on {machine(address)}: {container.labels.get(VERSION, '?')}, {container.status}"
                found.append((title, containers.logs(name or "", lines)))
        return found


def followed_tag(target: WatchtowerTarget) -> str:
    """Return the tag that Watchtower follows, as a full reference."""
    return f"{target.image_name}:{target.config.tag}"


def _proof(target: WatchtowerTarget, host: str) -> Proof | None:
    config = target.config
    if config.proof == "container":
        return Proof(host, container=config.container or "")
    if config.proof == "endpoint" and config.identity:
        return Proof(host, url=config.identity.url, key=config.identity.json)
    return None


def _update(
    target: WatchtowerTarget,
    hosts: tuple[ObservedWatchtowerHost, ...] | list[ObservedWatchtowerHost],
    image: DeployedImage,
    by: str,
    *,
    required: bool,
) -> Iterator[Step]:
    """Yield the steps after which Watchtower runs `image` on `hosts`: ask on all hosts, then wait for all hosts."""
    config = target.config
    within = seconds(config.within or ("3m" if config.url else "10m"))
    for host in hosts:
        if config.url:
            proof = _proof(target, host.host)
            container = config.container or ""
            yield TriggerWatchtower(host.host, config.url, config.token, container, image, proof, within)
    for host in hosts:
        record = target.record_path if config.hosts else ""
        proof = _proof(target, host.host)
        yield AwaitDigest(host.host, target.app, image, proof, within, record, required and proof is not None, by)


def _event(
    target: WatchtowerTarget, host: ObservedWatchtowerHost, kind: EventKind, image: DeployedImage, goal: Goal
) -> Step:
    event = DeployEvent(kind, image, by=goal.by, why=goal.why)
    return RecordEvent(host.host, target.record_path, event)


def _earlier(before: ObservedWatchtower, rejected: Goal) -> DeployedImage | None:
    """Return the image that ran before `rejected`, or else the one that the tag led to; None if it is not known."""
    digest = rejected.image.digest
    verified = [host.record.before(digest) for host in before.host_details if host.host in rejected.unfinished]
    ran = [host.running for host in before.host_details] + [host.record.current for host in before.host_details]
    return next((image for image in (*verified, *ran, before.tagged) if image and image.digest != digest), None)


def _observe(
    world: World,
    target: WatchtowerTarget,
    address: str,
    tagged: DeployedImage | None,
    record: DeployRecord,
    locked_by: str,
) -> ObservedWatchtowerHost:
    config, image, container = target.config, None, None
    if config.proof == "container":
        host = world.hosts.at(address)
        container = host.containers.find(config.container or "")
        image = image_of(host, container, target.image_name) if container else None
    elif proof := _proof(target, address):
        known = (*([tagged] if tagged else []), *(event.image for event in record.verified))
        image = next((each for each in known if not look_at(proof, each, world).problem), None)
    return ObservedWatchtowerHost(address, container, image, record, locked_by)


def _deployed(target: WatchtowerTarget, found: RemoteImage) -> DeployedImage:
    version = found.labels.get(VERSION) or found.digest[:19]
    return DeployedImage(target.image_name, found.digest, version, found.labels.get(REVISION, ""))


def _token_findings(world: World, target: WatchtowerTarget) -> Iterator[Finding]:
    """Yield a finding if the token of the HTTP API is missing."""
    if not target.config.url:
        return
    try:
        world.secrets.values(f"env:{target.config.token}")
    except ConfigError:
        what = f"the environment variable `{target.config.token}` with the token of Watchtower is not set"
        yield Finding("watchtower-token", what, f"set `{target.config.token}` in the job that deploys")


def _container_findings(target: WatchtowerTarget, host: Host, container: Container | None) -> Iterator[Finding]:
    """Yield a finding if Watchtower will never update the container."""
    name, tag = target.config.container, followed_tag(target)
    if target.config.proof != "container":
        return
    where = machine(host.address)
    if container is None:
        what = f"there is no container `{name}` on {where}, and Watchtower only replaces containers that exist"
        yield Finding("watchtower-container", what, f"start it once on the host: docker run -d --name {name} {tag}")
        return
    image = host.containers.image_of(container.name)
    if image and image.reference != tag:
        what = (
            f"container `{name}` on {where} was started from `{image.reference}`, so Watchtower does not follow `{tag}`"
        )
        yield Finding("watchtower-container", what, f"start it from `{tag}`, or set `tag` of the target")
    off = [
        label
        for label, value in ((f"{_LABEL}.enable", "false"), (f"{_LABEL}.monitor-only", "true"))
        if container.labels.get(label, "").lower() == value
    ]
    for label in off:
        what = f"container `{name}` on {where} has the label `{label}={container.labels[label]}`, so it is not updated"
        yield Finding("watchtower-container", what, "start it without this label")
