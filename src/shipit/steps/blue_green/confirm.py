"""The step that watches the new version while it serves, and records it as verified."""

from __future__ import annotations

from typing import ClassVar

from shipit.core.deploy import (
    FIRST_SERVER_ERROR,
    Container,
    ContainerSpec,
    DeployEvent,
    HealthCheck,
    NginxSettings,
    machine,
)
from shipit.errors import DeployError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.blue_green.traffic import front_url, headers, loaded_traffic
from shipit.steps.deploy import (
    PublicCheck,
    Seen,
    add_event,
    log_of,
    read_record,
    verified_outputs,
    watch,
)
from shipit.world import World
from shipit.world.hosts import Host


class _Seen(Seen, frozen=True):
    """The result of one look, with the container."""

    container: Container | None = None


class Confirm(PublicCheck, frozen=True):
    """Watch the container `spec` on `host` for `bake` seconds while it serves, then record its image as verified.

    Args:
        host: the host.
        spec: the container.
        nginx: the settings of nginx.
        record: the path of the record on the host.
        bake: the time to watch, in seconds.
        health: the health check; None for none.
        by: the run.
    """

    kind: ClassVar[str] = "confirm"
    public: ClassVar[bool] = True
    host: str
    spec: ContainerSpec
    nginx: NginxSettings
    record: str
    bake: float = 0
    health: HealthCheck | None = None
    by: str = ""

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.spec.app}"

    @property
    def summary(self) -> str:
        watch = f"watch {self.spec.image} on {machine(self.host)} for {self.bake:g} s" if self.bake else ""
        return (
            f"{watch}, then record it as verified"
            if watch
            else f"record {self.spec.image} on {machine(self.host)} as verified"
        )

    def check(self, world: World) -> Done | Todo:
        """Return whether this container was verified, and is healthy and has the traffic right now."""
        host = world.hosts.at(self.host)
        last = read_record(host, self.record).last
        if last is None or not self._is_of_spec(last) or not _names(last, host.containers.find(self.spec.name)):
            return Todo()
        problem = self._look(host, world).problem
        return Todo(problem) if problem else Done(self._outputs)

    def _is_of_spec(self, event: DeployEvent) -> bool:
        return (event.image, event.settings) == (self.spec.image, self.spec.settings)

    @property
    def _outputs(self) -> Outputs:
        return verified_outputs(self.spec.image, self.host, self.spec.app)

    def apply(self, world: World) -> Outputs:
        host = world.hosts.at(self.host)
        seen = watch(lambda: self._look(host, world), self.bake, world)
        if seen.problem:
            raise DeployError(
                f"{self.spec.image} failed on {machine(self.host)} after it got the traffic: {seen.problem}",
                hint=self.hint(seen.problem, "`url`, DNS and the firewall"),
                tail=log_of(self.spec, host, world),
            )
        record = read_record(host, self.record)
        last = record.last
        if last is None or not self._is_of_spec(last) or not _names(last, seen.container):
            container = seen.container.id if seen.container else ""
            event = DeployEvent(
                "verified", self.spec.image, by=self.by, settings=self.spec.settings, container=container
            )
            add_event(host, self.record, record, event, world)
        return self._outputs

    def _look(self, host: Host, world: World) -> _Seen:
        """Return the container with the reason why it does not serve, or else the problem of its answers."""
        loading = host.begin(lambda: loaded_traffic(host, self.nginx))
        asking = host.begin(lambda: self._bad_answer(host))
        found = host.containers.find(self.spec.name)
        if found is None or not found.running or found.problem:
            problem = found.problem if found and found.problem else f"container `{self.spec.name}` does not run"
            return _Seen(problem, True, found)
        loaded = loading()
        if loaded is None or loaded.digest != self.spec.image.digest:
            return _Seen(
                "nginx gives the traffic to another version, which another program set",
                True,
                found,
            )
        return _Seen(asking() or self.public_problem(world), False, found)

    def _bad_answer(self, host: Host) -> str | None:
        """Return the problem of the first check over HTTP on the host that fails; None if all succeed."""
        if self.health is None:
            return None
        path = self.health.path
        through_nginx = host.begin(lambda: host.get(front_url(host, self.nginx) + path, headers=headers(self.nginx)))
        if problem := self.health.problem(host.get(f"http://127.0.0.1:{self.spec.host_port}{path}")):
            return problem
        front = through_nginx()
        if front.status and front.status < FIRST_SERVER_ERROR:
            return None
        return f"nginx answered {front.status or 'nothing'} for `{path}` {front.body[:80]}".strip()


def _names(verified: DeployEvent, container: Container | None) -> bool:
    """Return whether an event is about this container; events of old versions of shipit name none."""
    return container is not None and verified.container in ("", container.id)
