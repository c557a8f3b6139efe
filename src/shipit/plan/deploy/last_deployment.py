"""The last deployment of an environment with several targets or hosts, found out from the records on the hosts.

The event `started` on each host names all parts of its deployment. So a deployment or a rollback that reached only some
parts is seen, and a rollback takes back only the targets that the last deployment changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from msgspec import Struct

from shipit.core.deploy import DeployedImage, DeployRecord, Part
from shipit.deploy import AnyTarget, HostState
from shipit.errors import UsageError
from shipit.plan.deploy.image import rollback_image
from shipit.plan.deploy.observe import ObservedDeployment


class LastDeployment(Struct, frozen=True):
    """The parts of the last deployment, and the records of all parts, by host and app."""

    parts: tuple[Part, ...]
    records: dict[tuple[str, str], DeployRecord]

    @classmethod
    def of(cls, observed: ObservedDeployment) -> LastDeployment:
        """Return the deployment of the part that was verified last."""
        records = {
            (host.host, target.app): host.record
            for target, seen in zip(observed.targets, observed.observed, strict=True)
            for host in seen.hosts
        }
        times = {place: record.last.at for place, record in records.items() if record.last}
        newest = max(times.values(), default="")
        latest = [place for place, at in times.items() if at == newest]
        return cls(records[latest[-1]].together if latest else (), records)

    @property
    def finished(self) -> bool:
        """True when each part has the image of this deployment as its verified one. A new host has no record yet."""
        known = ((part, self.records.get((part.host, part.app), DeployRecord())) for part in self.parts)
        return all(record.current is None or record.current.digest == part.digest for part, record in known)

    @property
    def is_rollback(self) -> bool:
        """True when an image was held directly before this deployment was verified."""
        return any(self.changed(*place) and record.rejected for place, record in self.records.items())

    def changed(self, host: str, app: str) -> bool:
        """Return whether this deployment gave the app on a host the image that is verified there now."""
        return self.records[host, app].together == self.parts

    def unfinished(self, target: AnyTarget, hosts: Sequence[HostState], image: DeployedImage) -> tuple[str, ...]:
        """Return the hosts on which `image` was verified although the deployment did not reach all of its parts."""
        verified = [host for host in hosts if host.record.current and host.record.current.digest == image.digest]
        changed = tuple(host.host for host in verified if self.changed(host.host, target.app))
        return () if self.finished else changed

    def rollback_image(
        self, target: AnyTarget, host: HostState, *, interrupted: bool
    ) -> tuple[DeployedImage, DeployedImage | None]:
        """Return the image to go back to on a host, and the image to reject; see `shipit.plan.deploy.rollback_image`.

        A target that the last deployment did not change keeps its image. An interrupted rollback leads to the same
        images again.
        """
        current, serving = host.record.current, host.serving
        at = (host.host, target.app)
        digest = next((part.digest for part in self.parts if (part.host, part.app) == at), "")
        wanted = next((event.image for event in host.record.verified if event.image.digest == digest), None)
        if interrupted and wanted:
            return wanted, host.record.rejected if wanted == current else current
        if current and self.parts and not self.changed(*at):
            return current, serving if serving and serving.digest != current.digest else None
        return rollback_image(host, target.environment, interrupted=interrupted)

    def offered(self, target: AnyTarget, host: HostState) -> DeployedImage | None:
        """Return the image that a rollback would bring back on a host; None if it would keep the one that serves."""
        with suppress(UsageError):  # there is none
            image, _ = self.rollback_image(target, host, interrupted=self.is_rollback and not self.finished)
            if host.serving and image.digest not in ("", host.serving.digest):
                return image
        return None
