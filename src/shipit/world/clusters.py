"""The port to Kubernetes clusters. A place there is one namespace of a cluster."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from shipit.core.deploy import Job, NewJob, Workload
from shipit.finding import Finding


class Cluster(Protocol):
    """A namespace of a cluster. The lock is a Lease, and a text that is read and written is a ConfigMap."""

    address: str

    # reads
    def read(self, path: str) -> str | None:
        """Return the text with the name `path`; None if there is none."""

    def locked_by(self, path: str) -> str | None:
        """Return the owner of the lock `path`; None if it is free."""

    def findings(self, *, jobs: bool = False) -> tuple[Finding, ...]:
        """Return the reasons why nothing can be deployed, without writing: no context, no right.

        Args:
            jobs: True to ask for the rights to run Jobs, too.
        """

    def workload(self, name: str, *, pods: bool = True) -> Workload | None:
        """Return a Deployment, with its pods unless `pods` is False; None if there is none."""

    def logs(self, pod: str, container: str, lines: int) -> str:
        """Return the last `lines` lines of a container's output without secrets; if it crashed, those before it."""

    def job(self, name: str) -> Job | None:
        """Return a Job with its pods; None if there is none."""

    # writes
    def write(self, path: str, text: str) -> None:
        """Replace the text with the name `path`, or create it.

        Raises `ConflictError` if this run no longer holds its lock.
        """

    def lock(self, path: str, owner: str) -> AbstractContextManager[None]:
        """Hold the lock `path` of the namespace while the block runs; see `shipit.world.hosts.Host.lock`.

        After a run was killed, another one waits until the lock is free, at most 15 seconds.
        """

    def unlock(self, path: str) -> None:
        """Take the lock `path` away from the run that holds it, which can then write nothing more."""

    def set_image(self, workload: Workload, container: str, image: str, cause: str) -> bool:
        """Change the image of one container of a Deployment, and nothing else that others can have changed.

        Args:
            workload: the Deployment as it was read.
            container: the name of the container.
            image: the reference of the image.
            cause: the cause of the change, which `kubectl rollout history` shows.

        Returns False, without a change, if the Deployment was changed after `workload` was read.
        Raises `RemoteError` if the cluster refuses it.
        """

    def start_job(self, job: NewJob) -> None:
        """Start a Job, and remove the earlier one with its name.

        Raises `ConflictError` if another program created it meanwhile, and `RemoteError` if the cluster refuses it.
        """


class Clusters(Protocol):
    """All clusters."""

    def at(self, address: str) -> Cluster:
        """Return the namespace with this address; see `shipit.core.deploy.cluster_address`."""
