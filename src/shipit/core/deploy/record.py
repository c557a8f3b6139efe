"""The record of the deployments of an app on a host, which is kept as a file there.

It says which images were verified there, and which are held: rejected, so that no later run deploys them by itself. It
is used to find the version to go back to. It is never used to find out which version serves now.

>>> one, two = DeployedImage("acme/app", "sha256:1", "1.0.0"), DeployedImage("acme/app", "sha256:2", "1.1.0")
>>> record = DeployRecord().add(DeployEvent("verified", one)).add(DeployEvent("verified", two))
>>> record.current.version, record.before("sha256:2").version
('1.1.0', '1.0.0')
>>> record.add(DeployEvent("held", two)).held
('sha256:2',)
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from shipit.core import limits
from shipit.core.deploy.container import DeployedImage

EventKind = Literal["started", "verified", "withdrawn", "held", "freed", "gap"]


class Replaced(Struct, frozen=True):
    """The name of a container that shipit did not start, and the slot whose port it has."""

    container: str
    slot: str


class Part(Struct, frozen=True):
    """The image that an app on a host gets in a deployment to several targets or hosts."""

    host: str
    app: str
    digest: str


class DeployEvent(Struct, frozen=True):
    """One event in the record of an app on a host.

    Args:
        kind: `started`: a run began to deploy the image. `verified`: the image served and was healthy. `withdrawn`: it
            no longer counts as verified, because another target of the same deployment failed. `held`: it was
            rejected. `freed`: it is no longer held. `gap`: it replaced another image in place, and nothing answered
            for the time in `why`.
        image: the image.
        at: the time, as ISO 8601 in UTC.
        by: the run: an address of the CI, or user and host.
        why: the reason of a rejection; for `gap`, the time.
        settings: the fingerprint of the settings of the container that was verified.
        container: the id of that container.
        replaces: for `started`, the container of another program that had the traffic; None if it was shipit's own.
        together: for `started`, all parts of the deployment, also this one; empty if there is only one.
        definition: the ARN of the task definition of ECS that was verified.
    """

    kind: EventKind
    image: DeployedImage
    at: str = ""
    by: str = ""
    why: str = ""
    settings: str = ""
    container: str = ""
    replaces: Replaced | None = None
    together: tuple[Part, ...] = ()
    definition: str = ""


class DeployRecord(Struct, frozen=True):
    """The events of an app on a host, the oldest first."""

    events: tuple[DeployEvent, ...] = ()

    def add(self, event: DeployEvent) -> DeployRecord:
        """Return the record with one more event."""
        old, recent = (*self.events, event)[: -limits.DEPLOY_EVENTS], (*self.events, event)[-limits.DEPLOY_EVENTS :]
        held = DeployRecord((*self.events, event)).held
        return DeployRecord((*(each for each in old if each.kind == "held" and each.image.digest in held), *recent))

    @property
    def _verified(self) -> list[DeployEvent]:
        """The events of verified images that were not withdrawn, the oldest first."""
        found: list[DeployEvent] = []
        for event in self.events:
            if event.kind == "verified":
                found.append(event)
            while event.kind == "withdrawn" and found and found[-1].image.digest == event.image.digest:
                found.pop()
        return found

    @property
    def verified(self) -> tuple[DeployEvent, ...]:
        """The events of verified images, the newest first; each image once."""
        found: dict[str, DeployEvent] = {}
        for event in reversed(self._verified):
            found.setdefault(event.image.digest, event)
        return tuple(found.values())

    @property
    def last(self) -> DeployEvent | None:
        """The event of the image that was verified last; None if none was."""
        return self._verified[-1] if self._verified else None

    @property
    def together(self) -> tuple[Part, ...]:
        """All parts of the deployment in which the current image was verified; empty if there was only one."""
        digest = self.current.digest if self.current else ""
        started = (event for event in reversed(self.events) if event.kind == "started")
        return next((event.together for event in started if event.image.digest == digest), ())

    @property
    def gap(self) -> str:
        """The time for which nothing answered when containers were last replaced in place; empty if never."""
        return next((event.why for event in reversed(self.events) if event.kind == "gap"), "")

    @property
    def replaced(self) -> Replaced | None:
        """The container of another program that shipit took the traffic from last; None if it never did."""
        return next((event.replaces for event in reversed(self.events) if event.replaces), None)

    @property
    def current(self) -> DeployedImage | None:
        """The image that was verified last; None if none was."""
        return self.last.image if self.last else None

    def before(self, digest: str) -> DeployedImage | None:
        """Return the last image that was verified before the image `digest` and is not held; None if there is none.

        If the image `digest` was never verified, all verified images count as earlier.
        """
        verified, held = [event.image for event in self._verified], {digest, *self.held}
        if digest in {image.digest for image in verified}:
            while verified.pop().digest != digest:
                pass
        return next((image for image in reversed(verified) if image.digest not in held), None)

    @property
    def rejected(self) -> DeployedImage | None:
        """The image that the last rollback took out of service; None if the last verified image came by a deployment.

        It was held directly before another image was verified.
        """
        kept = {id(event) for event in self._verified}
        events = [event for event in self.events if event.kind == "held" or id(event) in kept]
        while events and events[-1].kind != "verified":
            events.pop()
        image = events[-2].image if events[-2:-1] and events[-2].kind == "held" else None
        return image if image and image.digest in self.held else None

    @property
    def held(self) -> tuple[str, ...]:
        """The digests of the held images."""
        state = {event.image.digest: event.kind for event in self.events if event.kind in ("held", "freed")}
        return tuple(digest for digest, kind in state.items() if kind == "held")

    def why_held(self, digest: str) -> DeployEvent | None:
        """Return the event that holds the image `digest`; None if it is not held."""
        found = (event for event in reversed(self.events) if event.image.digest == digest and event.kind == "held")
        return next(found, None) if digest in self.held else None
