"""A Deployment in memory, with the controller that rolls it out and the node that runs its pods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from shipit.core.deploy import Pod, Workload, digest_in
from shipit.testing.clock import FakeClock
from shipit.testing.hosts import FakeApp
from shipit.testing.registry import FakeRegistry

_BACK_OFF = 10  # seconds between two starts of a container that crashes


class _ReplicaSet(Struct):
    """The pods of one image: their number, and the time of their start."""

    number: int
    images: Mapping[str, str]
    since: float
    pods: int = 0


class FakeDeployment(Struct):
    """A Deployment whose rollout goes on with the clock: one new pod first, and all others as soon as it is ready.

    A test can change the attributes.

    Args:
        name: its name.
        images: the image of each container by its name.
        replicas: the number of pods that it wants.
        paused: True to start no new pods.
        quota: the reason why new pods are refused; empty if they are not.
        deadline: its progress deadline in seconds.
        labels: its labels and annotations.
        probed: the containers with a readiness probe.
        pre_stop: the containers with a `preStop` hook.
        recreates: True for the strategy `Recreate`.
        causes: the cause of each change of an image.
        reported: the image that the node reports for all containers; empty for that of the container.
        late_until: the time until which it reports the progress deadline that an earlier rollout exceeded.
        version: its `resourceVersion`.
        sets: the pods of each image, the newest last.
    """

    name: str
    images: dict[str, str]
    registry: FakeRegistry
    clock: FakeClock
    apps: Mapping[str, FakeApp]
    replicas: int = 2
    paused: bool = False
    quota: str = ""
    deadline: float = 600
    labels: dict[str, str] = field(default_factory=dict)
    probed: tuple[str, ...] = ("web",)
    pre_stop: tuple[str, ...] = ("web",)
    recreates: bool = False
    causes: list[str] = field(default_factory=list)
    reported: str = ""
    late_until: float = 0
    version: int = 1

    sets: list[_ReplicaSet] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._advance()

    def set_image(self, container: str, image: str) -> None:
        """Change the image of a container, as `kubectl set image` does."""
        self._advance()
        self.images[container], self.version = image, self.version + 1
        self._advance()

    @property
    def workload(self) -> Workload:
        """The Deployment as it is now."""
        self._advance()
        newest = self._newest
        pods = tuple(pod for each in self.sets for pod in self._pods(each))
        updated = newest.pods if newest else 0
        return Workload(
            self.name,
            str(self.version),
            dict(self.images),
            replicas=self.replicas,
            total=len(pods),
            updated=updated,
            available=sum(pod.ready for pod in pods),
            paused=self.paused,
            progress=self._progress,
            refused=self.quota if newest and updated < self.replicas else "",
            recreates=self.recreates,
            labels=self.labels,
            probed=self.probed,
            pre_stop=self.pre_stop,
            pods=pods,
        )

    @property
    def _newest(self) -> _ReplicaSet | None:
        """The pods of the image that the Deployment wants; None before the controller made them."""
        found = self.sets[-1] if self.sets else None
        return found if found and found.images == self.images else None

    @property
    def _progress(self) -> str:
        newest = self._newest
        late = newest and newest.pods < self.replicas and self.clock.elapsed() - newest.since >= self.deadline
        late = late or self.clock.elapsed() < self.late_until
        return "ProgressDeadlineExceeded" if late else "ReplicaSetUpdated"

    def _advance(self) -> None:
        """Let the controller do all it can do until now."""
        if self._newest is None and not self.paused:
            self.sets.append(_ReplicaSet(len(self.sets) + 1, dict(self.images), self.clock.elapsed()))
        newest = self._newest
        if newest is None or newest.pods == self.replicas or self.quota:
            return
        newest.pods = newest.pods or min(1, self.replicas)
        if self._pod(newest, 0).ready:
            newest.pods = self.replicas
            self.sets = [newest]

    def _pods(self, each: _ReplicaSet) -> Iterator[Pod]:
        yield from (self._pod(each, number) for number in range(each.pods))

    def _pod(self, each: _ReplicaSet, number: int) -> Pod:
        age = self.clock.elapsed() - each.since
        missing = next((image for image in each.images.values() if self.registry.find(image) is None), "")
        app = next((self.apps[digest] for digest in map(digest_in, each.images.values()) if digest in self.apps), None)
        app = app or FakeApp()
        reason, restarts = ("ImagePullBackOff", 0) if missing else ("RunContainerError" if app.start_error else "", 0)
        if not reason and app.exits is not None and age >= app.exits:
            reason, restarts = "CrashLoopBackOff", 1 + int((age - app.exits) // _BACK_OFF)
        return Pod(
            f"{self.name}-{each.number}-{number}",
            newest=each is self._newest,
            images={} if missing else {name: self.reported or image for name, image in each.images.items()},
            ready=not reason and app.answer("/health", age).status == 200,
            restarts=restarts,
            reason=reason,
            message=self._message(missing, app) if reason else "",
            started=(dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=each.since)).isoformat(),
        )

    def _message(self, missing: str, app: FakeApp) -> str:
        """Return the details of the reason why a container does not run."""
        return f"`{missing}` not found" if missing else app.start_error or f"exit status {app.exit_code}"
