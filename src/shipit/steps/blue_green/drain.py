"""The step that waits until the requests that began before the switch are finished."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import NginxSettings, machine
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.blue_green.nginx_workers import SHUTTING_DOWN, workers
from shipit.world import World

_POLL = 0.1  # seconds


class Drain(Struct, frozen=True):
    """Wait until nginx on `host` has finished the requests that began before the switch, for at most `within` seconds.

    These requests belong to workers that nginx shuts down; each ends with its last request.
    """

    kind: ClassVar[str] = "drain"
    public: ClassVar[bool] = True
    host: str
    nginx: NginxSettings
    within: float

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}"

    @property
    def summary(self) -> str:
        return f"wait until the old requests on {machine(self.host)} are finished, at most {self.within:g} s"

    def check(self, world: World) -> Done | Todo:
        left = [title for title in workers(world.hosts.at(self.host), self.nginx).values() if SHUTTING_DOWN in title]
        return Todo(f"{len(left)} nginx workers still answer old requests") if left else Done()

    def apply(self, world: World) -> Outputs:
        end = world.clock.elapsed() + self.within
        while isinstance(self.check(world), Todo) and world.clock.elapsed() < end:
            world.clock.sleep(_POLL)
        return {}
