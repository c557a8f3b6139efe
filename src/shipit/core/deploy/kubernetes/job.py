"""A Job of Kubernetes, which runs one command in an image.

>>> Job("acme/shop@sha256:2", ("migrate",), failed="its limit was reached").state
'its limit was reached'
"""

from __future__ import annotations

from msgspec import Struct

from shipit.core.deploy.kubernetes.workload import Pod


class Job(Struct, frozen=True):
    """A Job with its pods.

    Args:
        image: the image that it runs.
        command: the words of the command.
        done: True when the command succeeded.
        failed: the reason why Kubernetes gave it up; empty if it did not.
        pods: its pods.
    """

    image: str
    command: tuple[str, ...]
    done: bool = False
    failed: str = ""
    pods: tuple[Pod, ...] = ()

    @property
    def failure(self) -> str:
        """The reason why it failed, or cannot succeed any more; empty if it still can."""
        ended = next((pod.problem for pod in self.pods if pod.reason), "")
        return (self.failed and (ended or self.failed)) or next((pod.failure for pod in self.pods if pod.failure), "")

    @property
    def state(self) -> str:
        """The reason why it is not done, in a few words."""
        return self.failure or next((pod.problem for pod in self.pods if pod.reason), "") or "it still runs"


class NewJob(Struct, frozen=True):
    """A Job to start, with the variables, volumes and service account of a Deployment.

    Args:
        name: its name.
        deployment: the name of the Deployment.
        container: the container of the Deployment that it is a copy of.
        image: the image that it runs.
        command: the words of the command.
        timeout: the seconds after which Kubernetes ends it.
    """

    name: str
    deployment: str
    container: str
    image: str
    command: tuple[str, ...]
    timeout: float

    def is_of(self, found: Job | None) -> bool:
        """Return whether a Job runs the same command in the same image."""
        return found is not None and (found.image, found.command) == (self.image, self.command)
