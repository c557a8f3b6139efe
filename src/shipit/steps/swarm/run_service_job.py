"""The step that runs a command in the new image before the update of a service, such as a migration of the database."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core import limits
from shipit.core.deploy import JOB, DeployedImage, Service, ServiceJob, job_done, job_failure, job_state, machine
from shipit.errors import ConflictError, DeployError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.swarm.service import find_service, read_service, require_image
from shipit.world import World

_EVERY = 1.0  # seconds


class RunServiceJob(Struct, frozen=True):
    """Run a job of the swarm to its end, for at most `timeout` seconds.

    A job that runs already is waited for, and one that succeeded is not started again. So after an interrupted
    deployment the command runs a second time only if it failed.

    Args:
        host: the manager.
        image: the image, for messages.
        job: the job.
        timeout: the longest time to wait, in seconds; then the job is removed.
        health: True to refuse an image that would serve without a health check, before its command runs.
    """

    kind: ClassVar[str] = "run-service-job"
    public: ClassVar[bool] = False
    host: str
    image: DeployedImage
    job: ServiceJob
    timeout: float
    health: bool = True

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.job.name}"

    @property
    def summary(self) -> str:
        return f"run `{self._command}` in {self.image}, as job `{self.job.name}` of {machine(self.host)}"

    @property
    def _command(self) -> str:
        return " ".join(self.job.command)

    def check(self, world: World) -> Done | Todo:
        found = self._find(world)
        if found is None or not self.job.is_of(found):
            return Todo()
        return Done() if job_done(found) else Todo(job_state(found))

    def apply(self, world: World) -> Outputs:
        services, clock = world.hosts.at(self.host).services, world.clock
        earlier = self._find(world)
        if earlier is None or not self.job.is_of(earlier) or job_failure(earlier):
            read_service(self.host, self.job.service, world)
            require_image(self.host, self.job.service, self.image, self.health, world)
            services.start_job(self.job)
        end = clock.elapsed() + self.timeout
        while not job_done(found := self._running(world)):
            if reason := job_failure(found):
                raise self._failure(world, f"failed: {reason}")
            if clock.elapsed() >= end:
                error = self._failure(world, f"did not end within {self.timeout:g} seconds: {job_state(found)}")
                services.remove_job(self.job)
                raise error
            clock.sleep(_EVERY)
        return {}

    def _find(self, world: World) -> Service | None:
        """Return the service with the name of the job; raises `ConflictError` if it is not a job of shipit."""
        found = find_service(self.host, self.job.name, world)
        if found and found.labels.get(JOB) != self.job.service:
            what = f"the job of `migrate` has the name of your service `{self.job.name}`, on {machine(self.host)}"
            raise ConflictError(what, hint="give this service another name; shipit did not change it")
        return found

    def _running(self, world: World) -> Service:
        """Return the job; raises `DeployError` if another program removed or replaced it."""
        found = self._find(world)
        if found is None or not self.job.is_of(found):
            what = f"another program removed or replaced the job `{self.job.name}` of {machine(self.host)}"
            raise DeployError(what, hint="run the same command again")
        return found

    def _failure(self, world: World, problem: str) -> DeployError:
        return DeployError(
            f"`{self._command}` {problem} (job `{self.job.name}`, {self.image}, {machine(self.host)})",
            hint="fix the command or the image, then deploy again",
            tail=world.hosts.at(self.host).services.logs(self.job.name, limits.DEPLOY_LOG),
        )
