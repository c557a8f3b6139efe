"""The reads that make up the state of a host."""

from __future__ import annotations

from functools import partial

from shipit.core import limits
from shipit.core.deploy import SLOTS, HealthCheck, NginxSettings
from shipit.deploy.blue_green.observed import ObservedBlueGreenHost, ObservedSlot
from shipit.deploy.blue_green.settings import BlueGreenTarget, container_name, slot_port
from shipit.deploy.checks import health_check
from shipit.steps.blue_green import Sleep, settled_traffic
from shipit.steps.deploy import read_record
from shipit.world.hosts import Host

# A path that no app has: a health check that succeeds for it as well cannot fail.
_NO_SUCH_PATH = "/shipit-asks-for-a-path-that-does-not-exist"


def observe_host(host: Host, target: BlueGreenTarget, nginx: NginxSettings, sleep: Sleep) -> ObservedBlueGreenHost:
    """Return the state of one host. Only reads; a slot that does not answer is asked three times."""
    marker = target.config.nginx.marker
    settling = host.begin(lambda: settled_traffic(host, nginx, sleep))
    slots = {slot: host.begin(partial(_observe_slot, host, target, slot, sleep)) for slot in SLOTS}
    reading_marker = host.begin(lambda: host.read(marker) if marker else None)
    asking_lock = host.begin(lambda: host.locked_by(target.state_path))
    record = read_record(host, target.record_path)
    replaced = record.replaced
    written, loaded = settling()
    return ObservedBlueGreenHost(
        host=host.address,
        slots={slot: observed() for slot, observed in slots.items()},
        loaded=loaded,
        written=written or "",
        upstream_answers=bool(written and not loaded) and host.get(f"http://{written}/").status > 0,
        marker=reading_marker(),
        record=record,
        replaced=replaced if replaced and host.containers.find(replaced.container) else None,
        locked_by=asking_lock() or "",
    )


def _observe_slot(host: Host, target: BlueGreenTarget, slot: str, sleep: Sleep) -> ObservedSlot:
    port, health = slot_port(target.config, slot), health_check(target.config.health)
    asking_for_port = host.begin(lambda: host.containers.publishing(port))
    asking = host.begin(lambda: _ask_app(host, port, health, sleep) if health else (True, False))
    container = host.containers.find(container_name(target, slot))
    own = container is not None and container.running
    foreign = None if own else asking_for_port()
    if not (own or foreign) or (own and container and container.health == "unhealthy"):
        return ObservedSlot(container, foreign)
    return ObservedSlot(container, foreign, *asking())


def _ask_app(host: Host, port: int, health: HealthCheck, sleep: Sleep) -> tuple[bool, bool]:
    """Return whether the app on `port` is healthy, and whether it seems so for a path that no app has.

    It has several tries to be healthy, because one bad answer can be an accident.
    """
    asking_wrong_path = host.begin(lambda: host.get(f"http://127.0.0.1:{port}{_NO_SUCH_PATH}"))
    for number in range(limits.SLOT_TRIES):
        if number:
            sleep(health.every)
        if health.problem(host.get(f"http://127.0.0.1:{port}{health.path}")) is None:
            return True, health.problem(asking_wrong_path()) is None
    return False, False
