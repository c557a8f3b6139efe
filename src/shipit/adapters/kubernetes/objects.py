"""The objects of the Kubernetes API, with the fields that shipit reads."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, TypeVar

from msgspec import Meta, MsgspecError, Struct, convert, field, json

from shipit.adapters.http.json_values import has_too_many_values
from shipit.core import limits
from shipit.errors import RemoteError

T = TypeVar("T")
_FIRST_USE = threading.Lock()


def read_as(kind: type[T], answer: bytes | Mapping[str, Any]) -> T:
    """Return an answer of the API as an object of a kind; raises `RemoteError` if it is something else."""
    if isinstance(answer, bytes) and has_too_many_values(answer):
        raise wrong_answer(f"it has more than {limits.ANSWER_VALUES.written} values")
    with _FIRST_USE:  # the process crashes if two threads decode a kind for the first time, such as that of the lock
        decoder = _decoder(kind)  # type: ignore[arg-type]  # a class can be hashed
    try:
        return decoder.decode(answer) if isinstance(answer, bytes) else convert(answer, kind)
    except (MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise wrong_answer(str(error)) from error


@cache
def _decoder(kind: type[T]) -> json.Decoder[T]:
    return json.Decoder(kind)


def wrong_answer(reason: str) -> RemoteError:
    """Return the error for an answer that is not one of the API of Kubernetes."""
    what = f"the cluster sent an answer that is not one of Kubernetes: {reason}"
    hint = "see whether a proxy answers instead of the cluster: kubectl get --raw /version"
    return RemoteError(what, hint=hint, retryable=True)


class Owner(Struct):
    uid: str = ""


class Metadata(Struct, rename="camel"):
    name: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    labels: Mapping[str, str] | None = None
    annotations: Mapping[str, str] | None = None
    owner_references: list[Owner] | None = None
    deletion_timestamp: str | None = None

    def belongs_to(self, uids: set[str]) -> bool:
        """Return whether one of these objects owns this one."""
        return any(owner.uid in uids for owner in self.owner_references or ())


class Lifecycle(Struct, rename="camel"):
    pre_stop: object = None


class PodContainer(Struct, rename="camel"):
    name: str
    image: str = ""
    readiness_probe: object = None
    lifecycle: Lifecycle | None = None


class PodSpec(Struct):
    containers: list[PodContainer]


class Template(Struct):
    spec: PodSpec


class Requirement(Struct):
    key: str
    operator: str
    values: list[str] | None = None


class Selector(Struct, rename="camel"):
    match_labels: Mapping[str, str] | None = None
    match_expressions: list[Requirement] | None = None

    @property
    def query(self) -> str:
        """The selector as the value of `labelSelector` in a request."""
        equal = [f"{key}={value}" for key, value in (self.match_labels or {}).items()]
        return ",".join((*equal, *map(_expression, self.match_expressions or ())))


def _expression(each: Requirement) -> str:
    if each.operator in ("In", "NotIn"):
        return f"{each.key} {each.operator.lower()} ({','.join(each.values or ())})"
    return each.key if each.operator == "Exists" else f"!{each.key}"


class Strategy(Struct):
    type: str = ""


class DeploymentSpec(Struct):
    template: Template
    selector: Selector
    replicas: int = 1
    paused: bool = False
    strategy: Strategy = field(default_factory=Strategy)


class Condition(Struct):
    type: str
    status: str
    reason: str = ""
    message: str = ""


class DeploymentStatus(Struct, rename="camel"):
    observed_generation: int = 0
    replicas: int = 0
    updated_replicas: int = 0
    available_replicas: int = 0
    conditions: list[Condition] | None = None


class DeploymentObject(Struct):
    metadata: Metadata
    spec: DeploymentSpec
    status: DeploymentStatus = field(default_factory=DeploymentStatus)


class ReplicaSet(Struct, tag_field="kind", tag="ReplicaSet"):
    metadata: Metadata

    @property
    def revision(self) -> int:
        """The number of the revision, which is the highest for the newest ReplicaSet."""
        text = (self.metadata.annotations or {}).get("deployment.kubernetes.io/revision", "")
        return int(text) if text.isdecimal() else 0


class Reason(Struct, rename="camel"):
    reason: str = ""
    message: str = ""
    exit_code: int = 0


class ContainerState(Struct):
    waiting: Reason | None = None
    terminated: Reason | None = None


class ContainerStatus(
    Struct, rename={"image_id": "imageID", "restart_count": "restartCount", "last_state": "lastState"}
):
    name: str
    image_id: str = ""
    restart_count: int = 0
    state: ContainerState = field(default_factory=ContainerState)
    last_state: ContainerState = field(default_factory=ContainerState)


class PodStatus(Struct, rename="camel"):
    phase: str = ""
    start_time: str | None = None
    conditions: list[Condition] | None = None
    container_statuses: list[ContainerStatus] | None = None
    init_container_statuses: list[ContainerStatus] | None = None


class PodObject(Struct, tag_field="kind", tag="Pod"):
    metadata: Metadata
    status: PodStatus = field(default_factory=PodStatus)


class Parts(Struct):
    """A list of the ReplicaSets and the pods of a Deployment."""

    items: list[ReplicaSet | PodObject]


class JobContainer(Struct):
    image: str = ""
    command: tuple[str, ...] | None = None


class JobPodSpec(Struct):
    containers: list[JobContainer]


class JobTemplate(Struct):
    spec: JobPodSpec


class JobSpec(Struct):
    template: JobTemplate


class JobStatus(Struct):
    conditions: list[Condition] | None = None


class JobObject(Struct):
    spec: JobSpec
    status: JobStatus = field(default_factory=JobStatus)


class Pods(Struct):
    items: list[PodObject]


class Lease(Struct, rename="camel"):
    """The fields of a Lease that are a lock."""

    holder_identity: str | None = None
    renew_time: Annotated[dt.datetime, Meta(tz=True)] | None = None


class LeaseObject(Struct):
    spec: Lease = field(default_factory=Lease)


class ConfigMap(Struct):
    data: Mapping[str, str] | None = None


class Allowed(Struct):
    allowed: bool = False


class Review(Struct):
    """A question about rights with its answer, or a list of them."""

    status: Allowed = field(default_factory=Allowed)
    items: list[Review] = field(default_factory=list)
