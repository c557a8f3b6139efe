"""The state of a host, as `shipit status` shows it: the version that serves, its problem, and the drift."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.core.deploy import APP, SLOTS, Container, Replaced, machine
from shipit.deploy.base import HostState
from shipit.deploy.blue_green.observed import ObservedBlueGreenHost, ObservedSlot, active_slot
from shipit.deploy.blue_green.settings import BlueGreenTarget, nginx_settings, other_slot, slot_address, slot_port
from shipit.finding import Finding


def host_state(target: BlueGreenTarget, observed: ObservedBlueGreenHost) -> HostState:
    """Return the state of one host in the form that all kinds of targets share."""
    active = active_slot(target, observed)
    slot = observed.slots[active] if active else ObservedSlot()
    serving = slot.container.image if slot.container and slot.container.running else None
    return HostState(
        host=observed.host,
        serving=serving,
        since=slot.container.started if slot.container and serving else "",
        problem=_problem(target, observed, active, slot),
        drift=tuple(_drift(target, observed, active)),
        record=observed.record,
        locked_by=observed.locked_by,
        replaced=_can_serve_again(observed, active),
    )


def _can_serve_again(observed: ObservedBlueGreenHost, active: str | None) -> Replaced | None:
    """Return the container of another program that can get the traffic again; not if its port serves another one."""
    replaced = observed.replaced
    if replaced and replaced.slot == active:
        occupied = observed.slots[active].occupied
        return replaced if occupied and occupied.name == replaced.container else None
    return replaced


def _problem(target: BlueGreenTarget, observed: ObservedBlueGreenHost, active: str | None, slot: ObservedSlot) -> str:
    """Return the reason why no healthy version serves; empty if one does."""
    if observed.nginx_problem:
        return observed.nginx_problem
    ports = {f":{slot_port(target.config, name)}" for name in SLOTS}
    known = observed.loaded or not observed.written or any(observed.written.endswith(port) for port in ports)
    if active and not known and not target.config.container.network:
        return f"nginx gives the traffic to {observed.written}, which is not a slot"
    if active is None:
        return "nothing is deployed"
    if observed.loaded and observed.loaded.slot != active:
        return f"nginx gives the traffic to the slot {observed.loaded.slot}, which is not healthy"
    if slot.occupied is None:
        return (
            slot.container.problem or f"the slot {active} does not run"
            if slot.container
            else f"the slot {active} has no container"
        )
    return "" if slot.answers else f"the health check of the slot {active} fails"


def _drift(target: BlueGreenTarget, observed: ObservedBlueGreenHost, active: str | None) -> Iterator[str]:
    """Yield a sentence for each thing on the host that is not as shipit left it."""
    nginx = nginx_settings(target)
    if observed.loaded:
        expected = slot_address(target, nginx, observed.loaded.slot)
        if observed.written != expected:
            yield f"`{nginx.file}` says {observed.written or 'nothing'}, but nginx has loaded {expected}"
    if active and observed.marker is not None and observed.marker.strip() != active:
        yield f"the marker `{target.config.nginx.marker}` says `{observed.marker.strip()}`, but {active} is active"
    if active and observed.loaded is None:
        yield f"nginx does not report which slot it has loaded; the next deployment repairs `{nginx.file}`"
    foreign = observed.slots[active].foreign if active else None
    if foreign:
        yield f"the traffic goes to container `{foreign.name}`, which shipit did not start"
    last, container = observed.record.current, observed.slots[active].container if active else None
    if last and container and container.image and container.image.digest != last.digest:
        yield f"{container.image} serves, but {last} was verified last"


def slot_findings(target: BlueGreenTarget, observed: ObservedBlueGreenHost) -> Iterator[Finding]:
    """Yield a finding if another program uses the port that the new version needs, or the health check cannot fail."""
    if any(slot.cannot_fail for slot in observed.slots.values()):
        what = f"the health check of {target.app} cannot fail: a path that does not exist gives the same answer"
        fix = "ask a path that only a healthy app answers, or compare a value of its JSON with `health.json`"
        yield Finding("health-check", what, fix)
    yield from _other_app_findings(target, observed)
    active = active_slot(target, observed)
    if observed.upstream_answers and active is None:
        what = f"nginx on {machine(observed.host)} gives the traffic to {observed.written}, which is not a slot"
        fix = f"set `slots.blue` of {target.app} to its port, so that shipit can go back to it"
        yield Finding("slot-unknown", what, fix)
    idle = other_slot(active) if active else SLOTS[0]
    foreign = observed.slots[idle].foreign
    if foreign and not _other_app(target, foreign):
        port = slot_port(target.config, idle)
        what = (
            f"port {port} on {machine(observed.host)} is used by container `{foreign.name}`, which shipit did not start"
        )
        yield Finding("slot-port", what, f"stop it on the host: docker stop {foreign.name}")


def _other_app(target: BlueGreenTarget, container: Container) -> str:
    """Return the other app of shipit that a container belongs to; empty if there is none."""
    app = container.labels.get(APP, "")
    return "" if app == target.app else app


def _other_app_findings(target: BlueGreenTarget, observed: ObservedBlueGreenHost) -> Iterator[Finding]:
    """Yield a finding for each slot whose port another app of shipit has, such as that of another environment."""
    for slot in SLOTS:
        foreign = observed.slots[slot].foreign
        if app := _other_app(target, foreign) if foreign else "":
            port = slot_port(target.config, slot)
            what = f"port {port} on {machine(observed.host)} is used by the app `{app}`, which shipit deployed"
            fix = (
                f'give {target.app} other `slots` and another `nginx.file`; if it is the same app, set `name = "{app}"`'
            )
            yield Finding("slot-app", what, fix)
