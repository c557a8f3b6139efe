"""The port to the services of ECS. A place there is one service, with its record and its lock.

They are objects in a bucket of S3 or, without a bucket, parameters of SSM Parameter Store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from shipit.core.deploy import EcsAlarm, EcsState, EcsTask, TaskDefinition
from shipit.finding import Finding
from shipit.world.sites import CallerIdentity


class EcsService(Protocol):
    """A service of ECS. The lock, and a text that is read and written, are kept in its bucket or in Parameter Store."""

    address: str

    # reads
    def findings(self, account: str | None) -> tuple[Finding, ...]:
        """Return the reasons why nothing can be deployed, without writing: no login, no bucket, no service, no right.

        Args:
            account: the account that the credentials must belong to; None for any.
        """

    def login(self) -> CallerIdentity:
        """Return the account and the region of the credentials. Raises `AuthError` if AWS refuses them."""

    def read(self, path: str) -> str | None:
        """Return a text; None if there is none."""

    def locked_by(self, path: str) -> str | None:
        """Return the owner of the lock `path`; None if it is free."""

    def state(self) -> EcsState | None:
        """Return the service with its tasks and its newest deployment; None if it does not exist."""

    def definition(self, arn: str) -> TaskDefinition | None:
        """Return one revision of a task definition; None if it does not exist."""

    def registered(self, family: str, content_hash: str) -> TaskDefinition | None:
        """Return the newest active revision of `family` that shipit registered with this hash; None if there is none.

        Only the newest `shipit.core.limits.ECS_DEFINITIONS` are searched.
        """

    def logs(self, task: str, container: str, lines: int) -> str:
        """Return the last `lines` lines of a container's output in CloudWatch, without secrets.

        It is empty if the container does not write there, or if the credentials do not have the right to read it.
        """

    def task(self, task: str) -> EcsTask | None:
        """Return a task by its id; None if ECS does not know it, or has forgotten it some time after its end."""

    def job(self, key: str) -> EcsTask | None:
        """Return the newest task that `run` started with `key`; None if there is none, or if ECS has forgotten it."""

    def secret_findings(self, content: Mapping[str, Any]) -> tuple[Finding, ...]:
        """Return the reasons why tasks could not read the secrets that a task definition names. Reads no value.

        Args:
            content: the content of the task definition.
        """

    def alarms(self, names: Sequence[str]) -> tuple[EcsAlarm, ...]:
        """Return those of the alarms of CloudWatch with these names that exist, with their states."""

    # writes
    def write(self, path: str, text: str) -> None:
        """Replace a text, or create it.

        Raises `ConflictError` if this run no longer holds its lock.
        """

    def lock(self, path: str, owner: str) -> AbstractContextManager[None]:
        """Hold the lock `path` while the block runs; see `shipit.world.hosts.Host.lock`.

        After a run was killed, another one waits until the lock is free, at most 30 seconds.
        """

    def unlock(self, path: str) -> None:
        """Take the lock `path` away from the run that holds it, which can then write nothing more."""

    def register(self, content: Mapping[str, Any], tags: Mapping[str, str]) -> None:
        """Register a new revision of a task definition.

        Raises `RemoteError` if ECS refuses it, and `ConflictError` if this run no longer holds its lock.
        """

    def update(self, arn: str) -> None:
        """Give the service another task definition, and change nothing else; ECS begins a deployment.

        Raises `RemoteError` if ECS refuses it, and `ConflictError` if this run no longer holds its lock.
        """

    def run(self, arn: str, container: str, command: Sequence[str], key: str) -> str:
        """Start a task that is not part of the service, with its network and its capacity, and return the task's id.

        Args:
            arn: the ARN of the task definition.
            container: the container that runs another command.
            command: the words of the command.
            key: the text by which `job` finds the task, at most 36 characters.

        Raises `RemoteError` if ECS refuses it, and `ConflictError` if this run no longer holds its lock.
        """

    def stop(self, task: str) -> None:
        """Stop a task that `run` started; one that has ended is no error."""

    def proceed(self, deployment: str, pause: str) -> None:
        """End a pause of a deployment, so that it goes on.

        Args:
            deployment: the ARN of the deployment.
            pause: the id of the pause.

        Raises `RemoteError` if ECS refuses it, and `ConflictError` if this run no longer holds its lock.
        """

    def take_back(self, deployment: str) -> None:
        """Let ECS roll a deployment back that has not ended; one that has ended is no error.

        Raises `RemoteError` if ECS refuses it, and `ConflictError` if this run no longer holds its lock.
        """


class EcsServices(Protocol):
    """All services."""

    def at(self, address: str) -> EcsService:
        """Return the service with this address; see `shipit.core.deploy.service_address`."""
