"""The step that records the new version of a service as verified, after it serves alone."""

from __future__ import annotations

from typing import ClassVar

from shipit.core.deploy import Container, DeployEvent
from shipit.errors import DeployError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.compose.replicas import CONFIG_HASH, Replicas
from shipit.steps.compose.watch_replicas import watch_replicas
from shipit.steps.deploy import PublicCheck, add_event, read_record, verified_outputs
from shipit.world import World
from shipit.world.hosts import Host


class ConfirmReplicas(PublicCheck, frozen=True):
    """Watch the containers `replicas` for `bake` seconds while they serve alone, then record their image as verified.

    Args:
        replicas: the containers.
        app: the name of the app in the record.
        record: the path of the record on the host.
        bake: the time to watch, in seconds.
        by: the run.
    """

    kind: ClassVar[str] = "confirm-replicas"
    public: ClassVar[bool] = True
    replicas: Replicas
    app: str
    record: str
    bake: float = 0
    by: str = ""

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.replicas.host}:{self.app}"

    @property
    def summary(self) -> str:
        watch = f"watch {self.replicas.place} for {self.bake:g} s, then " if self.bake else ""
        return f"{watch}record {self.replicas.image} as verified for {self.replicas.place}"

    def check(self, world: World) -> Done | Todo:
        """Return whether these containers were verified, serve alone, and are healthy right now."""
        host = world.hosts.at(self.replicas.host)
        wanted, others = self.replicas.sorted(host, self.replicas.settings(host))
        if others or not self.replicas.recorded(read_record(host, self.record), wanted):
            return Todo()
        problem = self._problem(host, wanted, world)
        return Todo(problem) if problem else Done(self._outputs)

    @property
    def _outputs(self) -> Outputs:
        return verified_outputs(self.replicas.image, self.replicas.host, self.app)

    def _problem(self, host: Host, wanted: tuple[Container, ...], world: World) -> str:
        if len(wanted) < self.replicas.service.replicas:
            return f"{len(wanted)} of {self.replicas.service.replicas} containers of {self.replicas.place} exist"
        bad = next(filter(None, (self.replicas.problem(host, each) for each in wanted)), None)
        return bad or self.public_problem(world)

    def apply(self, world: World) -> Outputs:
        host = world.hosts.at(self.replicas.host)
        problem = watch_replicas(host, self.replicas, self.bake, world) or self.public_problem(world)
        wanted = self.replicas.wanted(host, self.replicas.settings(host))
        if problem:
            raise DeployError(
                f"service {self.replicas.place} failed while it served {self.replicas.image}: {problem}",
                hint=self.hint(problem, "`url`, the proxy, DNS and the firewall"),
                tail=self.replicas.logs(host, wanted),
            )
        record = read_record(host, self.record)
        if not self.replicas.recorded(record, wanted):
            settings, container = wanted[0].labels.get(CONFIG_HASH, ""), wanted[0].id
            event = DeployEvent("verified", self.replicas.image, by=self.by, settings=settings, container=container)
            add_event(host, self.record, record, event, world)
        return self._outputs
