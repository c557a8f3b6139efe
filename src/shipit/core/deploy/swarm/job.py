"""A command that runs once in a swarm: a job, which is a service whose only task ends.

>>> from shipit.core.deploy.swarm.service import SwarmTask
>>> job = ServiceJob("shop_web", "acme/shop@sha256:2", ("migrate",))
>>> task = SwarmTask("a", "sha256:2", "failed", "complete", "task: non-zero exit (3)")
>>> found = Service(job.name, job.image, labels={JOB: "shop_web"}, command=("migrate",), tasks=(task,))
>>> job.is_of(found), job_failure(found)
(True, 'non-zero exit (3)')
"""

from __future__ import annotations

from msgspec import Struct

from shipit.core.deploy.swarm.service import Service

JOB = "shipit.job"  # the label of a job, with the name of the service that it belongs to


class ServiceJob(Struct, frozen=True):
    """A job to start, with the variables, secrets, networks and volumes of a service.

    Args:
        service: the name of the service.
        image: the image that it runs, by digest.
        command: the words that it gives to the program of the image.
    """

    service: str
    image: str
    command: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of the job among the services of the swarm."""
        return f"{self.service}-migrate"

    def is_of(self, found: Service) -> bool:
        """Return whether a service is a job that runs the same command in the same image."""
        same = (found.image, found.command) == (self.image, self.command)
        return same and found.labels.get(JOB) == self.service


def job_done(found: Service) -> bool:
    """Return whether the command of a job succeeded."""
    return any(task.state == "complete" for task in found.tasks)


def job_failure(found: Service) -> str:
    """Return the reason why the command of a job failed; empty if it did not."""
    task = found.failure(found.digest)
    return "" if task is None or job_done(found) else task.error.removeprefix("task: ") or task.state


def job_state(found: Service) -> str:
    """Return the reason why a job is not done, in a few words."""
    newest = next(iter(found.tasks), None)
    waiting = f"its task is {newest.state}{newest.error and f': {newest.error}'}" if newest else "it has no task yet"
    return job_failure(found) or waiting
