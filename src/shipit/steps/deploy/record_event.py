"""The step that adds an event to the record of deployments."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import DeployEvent, DeployRecord, machine
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.deploy.record import add_event, read_record
from shipit.world import World

_SUMMARIES = {
    "started": "record the start of the deployment of {}",
    "verified": "record {} as verified",
    "withdrawn": "record {} as no longer verified",
    "held": "hold {}",
    "freed": "no longer hold {}",
    "gap": "record how long {} did not answer",
}


class RecordEvent(Struct, frozen=True):
    """Add `event` to the record `path` on `host`.

    The event says that a run began to deploy an image, that an image is held or no longer held, or that it was verified
    again or no longer counts as verified. With `first`, the record is changed only if no image was verified before.
    """

    kind: ClassVar[str] = "record-event"
    public: ClassVar[bool] = False
    host: str
    path: str
    event: DeployEvent
    first: bool = False

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.event.kind}:{self.event.image.digest}"

    @property
    def summary(self) -> str:
        done = _SUMMARIES[self.event.kind].format(f"{self.event.image} on {machine(self.host)}")
        return f"{done}: {self.event.why}" if self.event.why else done

    def check(self, world: World) -> Done | Todo:
        return self._status(read_record(world.place(self.host), self.path))

    def _status(self, record: DeployRecord) -> Done | Todo:
        if self.event.kind == "verified":
            if self.first and record.current is not None:
                return Done()
            return Done() if record.current == self.event.image else Todo()
        if self.event.kind == "started":
            last = record.events[-1] if record.events else None
            return Done() if last and (last.kind, last.image) == ("started", self.event.image) else Todo()
        if self.event.kind == "withdrawn":
            return Done() if record.current != self.event.image else Todo()
        held = self.event.image.digest in record.held
        return Done() if held == (self.event.kind == "held") else Todo()

    def apply(self, world: World) -> Outputs:
        host = world.place(self.host)
        record = read_record(host, self.path)
        if isinstance(self._status(record), Todo):
            add_event(host, self.path, record, self.event, world)
        return {}
