"""The step that waits until Kubernetes has rolled out an image."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core import limits
from shipit.core.deploy import DeployedImage, Workload, kubectl, machine, rollout
from shipit.errors import DeployError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.kubernetes.patch_deployment import require_workload, superseded
from shipit.world import World

_EVERY = 1.0  # seconds


class AwaitRollout(Struct, frozen=True):
    """Wait until all pods of the Deployment run `image` and are ready, and the pods before them are gone.

    New pods that cannot start, that crash, or that Kubernetes refuses to create end the wait.

    Args:
        host: the address of the namespace.
        deployment: the name of the Deployment.
        container: the name of the container.
        image: the image.
        within: the longest time to wait, in seconds.
    """

    kind: ClassVar[str] = "await-rollout"
    public: ClassVar[bool] = True
    host: str
    deployment: str
    container: str
    image: DeployedImage
    within: float

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.deployment}:{self.image.digest}"

    @property
    def summary(self) -> str:
        return f"wait until all pods of deployment {self.deployment} run {self.image}, within {self.within:g} s"

    def check(self, world: World) -> Done | Todo:
        state = rollout(self._found(world))
        return Done() if state.done else Todo(state.failed or state.waiting)

    def apply(self, world: World) -> Outputs:
        clock = world.clock
        begin, end, refused = clock.elapsed(), clock.elapsed() + self.within, clock.elapsed() + limits.PODS_REFUSED
        in_time = False  # at first, Kubernetes can still report the deadline that the rollout before exceeded
        while True:
            found = self._found(world)
            in_time = in_time or not found.late or clock.elapsed() >= begin + limits.STALE_DEADLINE
            state = rollout(found, deadline=in_time)
            if state.done:
                return {}
            refused = refused if found.refused else clock.elapsed() + limits.PODS_REFUSED
            if problem := state.failed or self._blocked(found):
                raise self._failure(world, found, problem)
            if clock.elapsed() >= min(end, refused):
                raise self._failure(world, found, f"after {clock.elapsed() - begin:.0f} seconds {state.waiting}")
            clock.sleep(_EVERY)

    def _found(self, world: World) -> Workload:
        """Return the Deployment; raises `ConflictError` if another program changed its image."""
        found = require_workload(world, self.host, self.deployment, self.container)
        if found.images[self.container] != self.image.reference:
            raise superseded(self.host, self.deployment, found.images[self.container])
        return found

    def _blocked(self, found: Workload) -> str:
        """Return the reason why Kubernetes does not go on by itself; empty if it does."""
        resume = kubectl(self.host, f"rollout resume deployment {found.name}")
        return f"its rollout is paused; to go on: {resume}" if found.paused else ""

    def _failure(self, world: World, found: Workload, problem: str) -> DeployError:
        pod = next((pod for pod in found.newest if not pod.ready), None)
        log = world.clusters.at(self.host).logs(pod.name, self.container, limits.DEPLOY_LOG) if pod else ""
        events = kubectl(self.host, "get events")
        return DeployError(
            f"{self.image} was not rolled out on {machine(self.host)}: {problem}",
            hint=f"see what happened: {events}; fix the app or its settings, then deploy again",
            tail=log,
        )
