"""The record of an app in a place, as a text there, and the step that adds an event to it."""

from __future__ import annotations

from typing import ClassVar

from msgspec import DecodeError, Struct, ValidationError, json
from msgspec.structs import replace

from shipit.core.deploy import (
    DeployEvent,
    DeployRecord,
    bucket_parts,
    is_bucket,
    is_cluster,
    is_service,
    kubectl,
    machine,
    service_parts,
)
from shipit.errors import ConflictError
from shipit.steps.base import Done, Outputs, Todo
from shipit.world import World
from shipit.world.places import Place


def read_record(host: Place, path: str) -> DeployRecord:
    """Return the record at `path` on a host or in a namespace; an empty one if there is none.

    Raises `ConflictError` if the text is not a record: it is never overwritten.
    """
    text = host.read(path)
    if not text:
        return DeployRecord()
    try:
        return json.decode(text, type=DeployRecord)
    except (DecodeError, ValidationError, RecursionError, ValueError) as error:
        what = f"`{path}` on {machine(host.address)} is not a record of deployments: {error}"
        raise ConflictError(
            what, hint=f"{_removal(host.address, path)}; without it, shipit knows no version to go back to"
        ) from error


def _removal(address: str, path: str) -> str:
    if is_cluster(address):
        saved = kubectl(address, f"get configmap {path} -o yaml > {path}.yaml")
        return f"save it, then delete it: {saved} && {kubectl(address, f'delete configmap {path}')}"
    if is_bucket(address) or is_service(address):
        bucket = bucket_parts(address if is_bucket(address) else service_parts(address)[2])[0]
        return f"move it away: aws s3 mv s3://{bucket}/{path} s3://{bucket}/{path}.old"
    return f"move it away on that machine: mv {path} {path}.old"


def add_event(host: Place, path: str, record: DeployRecord, event: DeployEvent, world: World) -> None:
    """Add `event` with the current time to `record`, and write it to `path` on a host or in a namespace."""
    whole = record.add(replace(event, at=world.clock.now().isoformat(timespec="seconds")))
    host.write(path, json.format(json.encode(whole), indent=2).decode() + "\n")


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
