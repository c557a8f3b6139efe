"""The step that runs a command in the new image before its rollout, such as a migration of the database."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core import limits
from shipit.core.deploy import DeployedImage, Job, NewJob, machine
from shipit.errors import DeployError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.kubernetes.patch_deployment import require_workload
from shipit.world import World

_EVERY = 1.0  # seconds


class RunJob(Struct, frozen=True):
    """Run a Job to its end.

    A Job that runs already is waited for, and one that succeeded is not started again. So after an interrupted
    deployment the command runs a second time only if it failed.

    Args:
        host: the address of the namespace.
        image: the image, for messages.
        job: the Job.
    """

    kind: ClassVar[str] = "run-job"
    public: ClassVar[bool] = False
    host: str
    image: DeployedImage
    job: NewJob

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.job.name}"

    @property
    def summary(self) -> str:
        return f"run `{self._command}` in {self.image} on {machine(self.host)}, as job {self.job.name}"

    @property
    def _command(self) -> str:
        return " ".join(self.job.command)

    def check(self, world: World) -> Done | Todo:
        found = world.clusters.at(self.host).job(self.job.name)
        if found is None or not self.job.is_of(found):
            return Todo()
        return Done() if found.done else Todo(found.state)

    def apply(self, world: World) -> Outputs:
        cluster, clock = world.clusters.at(self.host), world.clock
        found = cluster.job(self.job.name)
        if found is None or not self.job.is_of(found) or found.failure:
            require_workload(world, self.host, self.job.deployment, self.job.container, pods=False)
            cluster.start_job(self.job)
        end = clock.elapsed() + self.job.timeout
        while not (found := self._found(world)).done:
            if found.failure:
                raise self._failure(world, found, f"failed: {found.failure}")
            if clock.elapsed() >= end:
                raise self._failure(world, found, f"did not end within {self.job.timeout:g} seconds: {found.state}")
            clock.sleep(_EVERY)
        return {}

    def _found(self, world: World) -> Job:
        """Return the Job; raises `DeployError` if another program removed or replaced it."""
        found = world.clusters.at(self.host).job(self.job.name)
        if found is None or not self.job.is_of(found):
            what = f"another program removed or replaced the job `{self.job.name}` on {machine(self.host)}"
            raise DeployError(what, hint="run the same command again")
        return found

    def _failure(self, world: World, found: Job, problem: str) -> DeployError:
        pod = next(iter(found.pods), None)
        return DeployError(
            f"`{self._command}` {problem} (job `{self.job.name}`, {self.image}, {machine(self.host)})",
            hint="fix the command or the image, then deploy again",
            tail=world.clusters.at(self.host).logs(pod.name, self.job.container, limits.DEPLOY_LOG) if pod else "",
        )
