"""The wait for good answers in a row: the gate that a new version must pass."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from shipit.core import limits
from shipit.core.deploy import HealthCheck
from shipit.steps.base import Done, Todo
from shipit.world import World

# Returns the reason to give up, and the reason to wait on; both None when all is good.
Look = Callable[[], tuple[str | None, str | None]]
_LOOKS = 4  # without a check over HTTP, so that a container that ends right after its start is noticed


class Gate(Struct, frozen=True):
    """The number of good answers in a row, the seconds between them, and the longest time until then."""

    times: int
    every: float
    within: float

    @classmethod
    def of(cls, health: HealthCheck | None) -> Gate:
        """Return the gate of a health check; without one, that of the health check of Docker."""
        if health is None:
            return cls(_LOOKS, 1.0, limits.DOCKER_HEALTH)
        return cls(health.times, health.every, health.within)

    def check(self, look: Look, world: World) -> Done | Todo:
        """Return whether all answers in a row are good right now; the first bad one ends the check."""
        for number in range(self.times):
            if number:
                world.clock.sleep(self.every)
            fatal, problem = look()
            if fatal or problem:
                return Todo(fatal or problem or "")
        return Done()

    def wait(self, look: Look, world: World) -> tuple[str, bool]:
        """Wait for the good answers. Return why they did not come (empty if they came), and if time was too short."""
        clock = world.clock
        end, good, problem = clock.elapsed() + self.within, 0, "it did not answer"
        while good < self.times:
            fatal, found = look()
            if fatal:
                return fatal, False
            good, problem = (0, found) if found else (good + 1, problem)
            if good < self.times:
                if clock.elapsed() >= end:
                    return problem, True
                clock.sleep(self.every if good else min(self.every, 0.5))
        return "", False
