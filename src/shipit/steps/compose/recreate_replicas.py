"""The step that replaces the containers of a service in place, because two cannot run beside each other."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import DeployEvent
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.compose.project import compose_failure, start_containers
from shipit.steps.compose.replicas import ENDED, Replicas
from shipit.steps.deploy import Gate, add_event, read_record
from shipit.world import World
from shipit.world.hosts import Host


class RecreateReplicas(Struct, frozen=True):
    """Let compose stop the old containers of a service, and start the containers `replicas` with their ports or names.

    The service does not answer meanwhile. The time until the first good answer is recorded, for the plan of the next
    deployment.

    Args:
        replicas: the new containers.
        lock: the path of a file to lock on the host.
        seconds: the time between SIGTERM and SIGKILL for an old container.
        record: the path of the record on the host.
        by: the run.
        last: the time for which the service did not answer in the last deployment, such as `1.5 s`; empty if unknown.
    """

    kind: ClassVar[str] = "recreate-replicas"
    public: ClassVar[bool] = True
    replicas: Replicas
    lock: str
    seconds: int
    record: str
    by: str = ""
    last: str = ""

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.replicas.host}:{self.replicas.service.project}:{self.replicas.service.service}"

    @property
    def summary(self) -> str:
        gap = f"last time {self.last}" if self.last else "as long as the app takes to stop and to start"
        return f"replace {self.replicas.place} in place by {self.replicas.image}; it does not answer meanwhile ({gap})"

    def check(self, world: World) -> Done | Todo:
        host = world.hosts.at(self.replicas.host)
        wanted, others = self.replicas.sorted(host, self.replicas.settings(host))
        running = [each for each in wanted if each.status not in ENDED]
        return Todo() if others or len(running) < self.replicas.service.replicas else Done()

    def apply(self, world: World) -> Outputs:
        if isinstance(self.check(world), Done):
            return {}
        host, service, start = world.hosts.at(self.replicas.host), self.replicas.service, world.clock.elapsed()
        done = start_containers(host, service, ["--timeout", str(self.seconds)], self.lock)
        if done.status != 0:
            raise compose_failure(f"compose cannot replace {self.replicas.place}", done)
        settings = self.replicas.settings(host)
        for container in self.replicas.sorted(host, settings)[1]:  # what an interrupted run of compose left
            host.containers.remove(container.id)
        if self._answers(host, settings, world):
            self._record(host, world.clock.elapsed() - start, world)
        return {}

    def _answers(self, host: Host, settings: str | None, world: World) -> bool:
        """Wait until the service answers again, and return whether it does; the gate says why not."""
        end = world.clock.elapsed() + Gate.of(self.replicas.health).within
        while world.clock.elapsed() < end:
            wanted = self.replicas.wanted(host, settings)
            if not wanted or any(map(self.replicas.ended, wanted)):
                return False
            if not any(self.replicas.problem(host, each) for each in wanted):
                return True
            world.clock.sleep(0.2)
        return False

    def _record(self, host: Host, gap: float, world: World) -> None:
        event = DeployEvent("gap", self.replicas.image, by=self.by, why=f"{gap:.1f} s")
        add_event(host, self.record, read_record(host, self.record), event, world)
