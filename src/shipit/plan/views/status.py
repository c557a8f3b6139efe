"""The state of an environment, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from msgspec import to_builtins

from shipit.core.deploy import DeployedImage, machine
from shipit.core.printable import printable
from shipit.deploy import AnyTarget, HostState
from shipit.plan.deploy import LastDeployment, ObservedDeployment

if TYPE_CHECKING:  # it loads all kinds of plans
    from shipit.plan.views.text import Paint


def render_status(status: ObservedDeployment, paint: Paint = lambda text, style: text) -> str:
    """Return the state of an environment as text; `paint` adds colours."""
    return "".join(f"{line}\n" for line in _lines(status, paint))


def status_to_json(status: ObservedDeployment) -> dict[str, Any]:
    """Return the state of an environment as JSON values."""
    targets = [
        {"app": target.app, "kind": target.kind, "hosts": [_host_to_json(host) for host in observed.hosts]}
        for target, observed in zip(status.targets, status.observed, strict=True)
    ]
    findings = [to_builtins(finding) for finding in status.findings]
    waiting = None if status.waiting is None else list(status.waiting)
    return {"environment": status.environment, "targets": targets, "waiting": waiting, "findings": findings}


def _host_to_json(host: HostState) -> dict[str, Any]:
    last = host.record.last
    return {
        "host": host.host,
        "serving": to_builtins(host.serving),
        "since": host.since,
        "by": last.by if last and host.serving and last.image.digest == host.serving.digest else "",
        "healthy": host.healthy,
        "problem": host.problem,
        "drift": list(host.drift),
        "held": [to_builtins(event) for event in map(host.record.why_held, host.record.held) if event],
        "previous": to_builtins(host.record.before(host.serving.digest)) if host.serving else None,
        "paused": to_builtins(host.paused),
        "locked-by": host.locked_by,
        "login": host.login,
    }


def _lines(status: ObservedDeployment, paint: Paint) -> Iterator[str]:
    yield paint(status.environment, "title")
    last = LastDeployment.of(status)
    for target, observed in zip(status.targets, status.observed, strict=True):
        for host in observed.hosts:
            yield from _host(target, host, last.offered(target, host), paint)
    for finding in status.findings:
        yield f"  {paint(finding.severity, 'bad' if finding.blocks else 'warn')} {printable(finding.what)}"
        yield f"    fix: {printable(finding.fix)}"
    yield from _waiting(status, paint)


def _host(target: AnyTarget, host: HostState, offered: DeployedImage | None, paint: Paint) -> Iterator[str]:
    state = paint("healthy", "good") if host.healthy else paint(host.problem, "bad")
    serving = paint(str(host.serving), "version") if host.serving else "no version that shipit deployed"
    yield f"  {machine(host.host)}: {target.app} ({target.kind}): {serving}, {state}"
    last = host.record.last
    if host.since:
        by = f" by {printable(last.by)}" if last and host.serving and last.image.digest == host.serving.digest else ""
        yield f"    since {host.since[:19].replace('T', ' ')}{by}"
    if host.login:
        yield paint(f"    {printable(host.login)}", "faint")
    if offered:
        to_go_back = paint(f"  (to go back: shipit rollback {target.environment})", "faint")
        yield f"    earlier version: {offered}{to_go_back}"
    elif host.serving and (earlier := host.record.before(host.serving.digest)):
        yield f"    earlier version: {earlier}" + paint("  (`shipit rollback` would keep this target)", "faint")
    if host.paused:
        yield paint(f"    {host.paused.image} waits for an approval: {printable(host.paused.what)}", "warn")
        yield f"    to go on: shipit approve {target.environment}"
        yield f"    to go back: shipit approve {target.environment} --reject"
    yield from (paint(f"    {printable(drift)}", "warn") for drift in host.drift)
    for event in filter(None, map(host.record.why_held, host.record.held)):
        yield paint(f"    held: {event.image}, {printable(event.why)}", "warn")
    if host.locked_by:
        yield paint(f"    a deployment is running: {printable(host.locked_by)}", "warn")


def _waiting(status: ObservedDeployment, paint: Paint) -> Iterator[str]:
    """Yield the commits that are not deployed yet."""
    if status.waiting:
        count = "1 commit" if len(status.waiting) == 1 else f"{len(status.waiting)} commits"
        yield f"  not deployed yet: {count} of this branch"
        yield from (f"    {printable(line)}" for line in status.waiting[:5])
        if len(status.waiting) > 5:
            yield paint(f"    and {len(status.waiting) - 5} more", "faint")
