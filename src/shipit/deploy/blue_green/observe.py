"""The reads that make up the state of a host."""

from __future__ import annotations

from shipit.core import limits
from shipit.core.deploy import SLOTS, HealthCheck, NginxSettings
from shipit.deploy.blue_green.observed import ObservedBlueGreenHost, ObservedSlot
from shipit.deploy.blue_green.settings import BlueGreenTarget, container_name, health_check, slot_port
from shipit.steps.deploy import Sleep, read_record, settled_traffic
from shipit.world.hosts import Host

# A path that no app has: a health check that succeeds for it as well cannot fail.
_NO_SUCH_PATH = "/shipit-asks-for-a-path-that-does-not-exist"


def observe_host(host: Host, target: BlueGreenTarget, nginx: NginxSettings, sleep: Sleep) -> ObservedBlueGreenHost:
    """Return the state of one host. Only reads; a slot that does not answer is asked three times."""
    marker = target.config.nginx.marker
    written, loaded = settled_traffic(host, nginx, sleep)
    record = read_record(host, target.record_path)
    replaced = record.replaced
    return ObservedBlueGreenHost(
        host=host.address,
        slots={slot: _observe_slot(host, target, slot, sleep) for slot in SLOTS},
        loaded=loaded,
        written=written or "",
        upstream_answers=bool(written and not loaded) and host.get(f"http://{written}/").status > 0,
        marker=host.read(marker) if marker else None,
        record=record,
        replaced=replaced if replaced and host.containers.find(replaced.container) else None,
        locked_by=host.locked_by(target.state_path) or "",
    )


def _observe_slot(host: Host, target: BlueGreenTarget, slot: str, sleep: Sleep) -> ObservedSlot:
    container, port = host.containers.find(container_name(target, slot)), slot_port(target.config, slot)
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
    """Return whether the app on `port` is healthy; it has several tries, because one bad answer can be an accident."""
    for number in range(limits.SLOT_TRIES):
        if number:
            sleep(health.every)
        if health.problem(host.get(f"http://127.0.0.1:{port}{health.path}")) is None:
            return True
    return False
