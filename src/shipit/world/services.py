"""The port to the services of a Docker swarm."""

from __future__ import annotations

from typing import Protocol

from shipit.core.deploy import Service, ServiceChange, ServiceJob
from shipit.finding import Finding


class Services(Protocol):
    """The services of the swarm that the engine of a host manages."""

    # reads
    def findings(self) -> tuple[Finding, ...]:
        """Return the reasons why the engine cannot change services, without writing."""

    def find(self, name: str) -> Service | None:
        """Return the service with this name; None if there is none."""

    def logs(self, name: str, lines: int, task: str = "") -> str:
        """Return the last lines of the output of each task of a service, or only of one task, without secrets."""

    # writes
    def update(self, service: Service, change: ServiceChange) -> bool:
        """Change a service; everything that `change` does not name stays as it is.

        Return False if the service was changed after `service` was read; then nothing is changed.
        """

    def start_job(self, job: ServiceJob) -> None:
        """Start a job in place of an earlier one of the same name. No request for its service reaches it.

        Raises an error if its service does not exist.
        """

    def remove_job(self, job: ServiceJob) -> None:
        """Remove a job, which ends its command; do nothing if there is none."""
