"""The step that starts a stopped container again, to go back to its version."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import HealthCheck, machine
from shipit.errors import DeployError
from shipit.steps.base import Done, Outputs, Todo
from shipit.world import World
from shipit.world.hosts import Host


class ResumeContainer(Struct, frozen=True):
    """Start the stopped container `name` on `host` again, with the image and the settings that it has.

    If it was stopped, wait until it is healthy: `health` is its check at `port` of the host, None for no check.
    """

    kind: ClassVar[str] = "resume-container"
    public: ClassVar[bool] = False
    host: str
    name: str
    port: int
    health: HealthCheck | None = None

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.name}"

    @property
    def summary(self) -> str:
        return f"start {self.name} on {machine(self.host)} again"

    def check(self, world: World) -> Done | Todo:
        found = world.hosts.at(self.host).containers.find(self.name)
        return Done() if found and found.running else Todo()

    def apply(self, world: World) -> Outputs:
        host, clock = world.hosts.at(self.host), world.clock
        host.containers.restart(self.name)
        if self.health:
            end, problem = clock.elapsed() + self.health.within, self._problem(host, self.health)
            while problem and clock.elapsed() < end:
                clock.sleep(min(self.health.every, 0.5))
                problem = self._problem(host, self.health)
            if problem:
                raise DeployError(
                    f"{self.name} on {machine(self.host)} is not healthy after its start: {problem}",
                    hint=f"read its log on {machine(self.host)}: docker logs {self.name}",
                )
        return {}

    def _problem(self, host: Host, health: HealthCheck) -> str | None:
        return health.problem(host.get(f"http://127.0.0.1:{self.port}{health.path}"))
