"""The step that watches the tasks of a service of a swarm, and records their image as verified."""

from __future__ import annotations

from typing import ClassVar

from shipit.core.deploy import DeployedImage, DeployEvent
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.deploy import PublicCheck, add_event, read_record, verified_outputs
from shipit.steps.swarm.service import image_failure, read_service, require_own
from shipit.world import World

_EVERY = 1.0  # seconds


class ConfirmService(PublicCheck, frozen=True):
    """Watch the tasks of `service` for `bake` seconds, then record `image` as verified.

    A task that fails in this time is a failure, also if the swarm replaces it. A task that the swarm moves, because its
    node is lost or drained, is not; its successor must run at the end.

    Args:
        host: the manager.
        service: the name of the service.
        app: the name of the app.
        image: the image.
        record: the path of the record on the host.
        bake: the time to watch, in seconds.
        within: the longest time for a moved task to run again, in seconds.
        by: the run.
    """

    kind: ClassVar[str] = "confirm-service"
    public: ClassVar[bool] = True
    host: str
    service: str
    app: str
    image: DeployedImage
    record: str
    bake: float
    within: float
    by: str = ""

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.service}"

    @property
    def summary(self) -> str:
        watch = f"watch the tasks of `{self.service}` for {self.bake:g} s, then " if self.bake else ""
        return f"{watch}record {self.image} in `{self.service}` as verified"

    def check(self, world: World) -> Done | Todo:
        if read_record(world.hosts.at(self.host), self.record).current != self.image:
            return Todo()
        problem = read_service(self.host, self.service, world).unsettled(self.image.digest)
        return Todo(problem) if problem else Done(self._outputs)

    @property
    def _outputs(self) -> Outputs:
        return verified_outputs(self.image, self.host, self.app)

    def apply(self, world: World) -> Outputs:
        self._watch(world)
        host = world.hosts.at(self.host)
        record = read_record(host, self.record)
        if record.current != self.image:
            add_event(host, self.record, record, DeployEvent("verified", self.image, by=self.by), world)
        return self._outputs

    def _watch(self, world: World) -> None:
        """Return at the end of the bake time, as soon as all tasks run; raise `DeployError` if a task fails before."""
        clock = world.clock
        end, before = clock.elapsed() + self.bake, None
        while True:
            service = read_service(self.host, self.service, world)
            failed = service.failed(self.image.digest)
            before = failed if before is None else before  # by an earlier run
            require_own(service, self.image)
            if failed - before:
                raise image_failure(service, self.image, "a task failed after the update", self.host, world)
            outside = self.public_problem(world, change="update")
            problem, left = service.unsettled(self.image.digest), end - clock.elapsed()
            if not problem and not outside and left <= 0:
                return
            if outside:
                hint = self.hint(outside, "`url`, DNS and the proxy")
                raise image_failure(service, self.image, outside, self.host, world, hint)
            if left <= -self.within:
                raise image_failure(service, self.image, problem, self.host, world)
            clock.sleep(_EVERY if problem else min(_EVERY, max(left, 0.01)))
