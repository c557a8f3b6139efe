"""Services of a Docker swarm and their tasks, as the engine of a manager describes them.

>>> old = SwarmTask("a", "sha256:1", "running")
>>> new = SwarmTask("b", "sha256:2", "failed", "shutdown", "non-zero exit (3)")
>>> service = Service("shop", "acme/shop@sha256:1", replicas=1, tasks=(old, new))
>>> service.unsettled("sha256:1"), service.unsettled("sha256:2")
('', '0 of 1 tasks run')
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from shipit.core.deploy.container import DIGEST, IMAGE, REVISION, VERSION, DeployedImage

UpdateOrder = Literal["start-first", "stop-first"]

_ENDED = ("complete", "shutdown", "failed", "rejected", "remove", "orphaned")
_FAILED = ("complete", "failed", "rejected")  # `complete`: its program ended with status 0
_STARTING = ("new", "allocated", "pending", "assigned", "accepted", "preparing", "ready", "starting")
_UPDATING = ("updating", "rollback_started")
PAUSED = ("paused", "rollback_paused")
LOST_TASK = "shipit.lost-task"  # the label with the id of the task on a lost node that an update no longer waits for


class SwarmTask(Struct, frozen=True):
    """A task of a service: a container on a node, or the attempt to run one.

    Args:
        id: the id that the swarm gave it.
        digest: the digest of its image; empty for an image that is named by its tag only.
        state: the state on its node, such as `pending`, `starting`, `running`, `shutdown`, `failed` or `rejected`.
        wanted: the state that the swarm wants it to have: `running`, or `ready` just before that, or `shutdown`.
        error: the reason of a failure; empty for none.
        began: True when its container was started.
        lost: True when its node is down, so that its state is the last one that was reported.
        since: the time of its last change of state, as ISO 8601.
    """

    id: str
    digest: str
    state: str = "running"
    wanted: str = "running"
    error: str = ""
    began: bool = True
    lost: bool = False
    since: str = ""

    @property
    def runs(self) -> bool:
        """True when it runs and shall run."""
        return self.state == "running" and self.is_wanted

    @property
    def is_wanted(self) -> bool:
        """True when the swarm wants it to run."""
        return self.wanted in ("running", "ready")

    @property
    def drains(self) -> bool:
        """True when it still runs, and shall end."""
        return not self.is_wanted and not self.lost and self.state not in _ENDED

    @property
    def never_ran(self) -> bool:
        """True when its node was lost while it started, and the swarm put another task into its place."""
        return self.lost and not self.is_wanted and self.state in _STARTING

    @property
    def failed(self) -> bool:
        """True when its program ended by itself, was unhealthy, or could not be started."""
        return self.state in _FAILED


class Service(Struct, frozen=True):
    """The state of a service.

    Args:
        name: its name.
        image: its image, as its specification names it.
        version: the number of its last change; an update names it, so that it never overwrites another change.
        labels: the labels of the service, which can change without a restart of its tasks.
        replicas: the number of tasks; None for one task on each node.
        nodes: the number of nodes of the swarm that can run tasks.
        update: the state of its last update, such as `updating`, `completed`, `paused` or `rollback_completed`; empty
            if there was none, or if the last one changed nothing.
        update_message: the reason for this state.
        order: the order of an update: `stop-first` ends an old task before it starts the new one.
        monitor: the seconds for which the swarm watches a new task.
        host_ports: the ports that its tasks publish on their own node, not through the mesh of the swarm.
        health_check: True when the service has a health check of its own; False when it switches that of the image off;
            None when it leaves it to the image.
        command: the words that it gives to the program of the image; empty to leave them to the image.
        tasks: its tasks, also the last ones that ended; the newest first.
    """

    name: str
    image: str
    version: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    replicas: int | None = None
    nodes: int = 1
    update: str = ""
    update_message: str = ""
    order: UpdateOrder = "stop-first"
    monitor: float = 5
    host_ports: tuple[int, ...] = ()
    health_check: bool | None = None
    command: tuple[str, ...] = ()
    tasks: tuple[SwarmTask, ...] = ()

    @property
    def digest(self) -> str:
        """The digest in its specification; empty for an image that is named by its tag only."""
        return self.image.partition("@")[2]

    @property
    def is_updating(self) -> bool:
        """True while the swarm replaces tasks."""
        return self.update in _UPDATING

    @property
    def rolled_back(self) -> bool:
        """True when the swarm goes back, or went back, to the specification before the last update."""
        return self.update.startswith("rollback")

    def gave_up(self, digest: str) -> bool:
        """Return whether the swarm ended the update to an image of which no task failed: a node was drained or lost."""
        ended = self.update in PAUSED or (self.rolled_back and self.digest != digest)
        return ended and self.failure(digest) is None

    @property
    def deployed(self) -> DeployedImage | None:
        """The image that shipit wrote into its labels; None if the specification has another one by now."""
        if not self.digest or self.labels.get(DIGEST) != self.digest:
            return None
        label = self.labels.get
        return DeployedImage(label(IMAGE, ""), self.digest, label(VERSION, ""), label(REVISION, ""))

    def of(self, digest: str) -> tuple[SwarmTask, ...]:
        """Return the tasks of an image, the newest first."""
        return tuple(task for task in self.tasks if task.digest == digest)

    def failed(self, digest: str) -> set[str]:
        """Return the ids of the tasks of an image that failed."""
        return {task.id for task in self.of(digest) if task.failed}

    def failure(self, digest: str) -> SwarmTask | None:
        """Return the newest task of an image that failed; None if none did."""
        return next((task for task in self.of(digest) if task.failed), None)

    def awaited(self, digest: str) -> str:
        """Return the id of a task of an image that an update waits for, although it can never run; empty for none.

        A swarm waits without a limit for a new task whose node was lost while it started, also when another task has
        its place, until the service is changed (swarmkit, `updateTask` in updater.go). Then it ends the old tasks at
        once, so there is no such task until all other new tasks run.
        """
        starting = any(task.is_wanted and not task.runs for task in self.of(digest))
        if not self.is_updating or starting:
            return ""
        lost = next((task.id for task in self.of(digest) if task.never_ran), "")
        return "" if lost == self.labels.get(LOST_TASK) else lost

    def unsettled(self, digest: str) -> str:
        """Return the reason why an image does not run in all tasks, and nothing else does; empty if it is so."""
        if self.replicas == 0:
            return "it is scaled to 0 tasks"
        wanted = [task for task in self.tasks if task.is_wanted]
        count, running = self.replicas or len(wanted), sum(task.runs for task in self.of(digest))
        if running != count or len(wanted) != count or not count:
            return f"{running} of {count} tasks run{self._why_not()}"
        if any(task.drains for task in self.tasks if task.digest != digest):
            return "a task of another version still finishes its requests"
        return f"its update is {self.update}" if self.is_updating or self.update in PAUSED else ""

    def _why_not(self) -> str:
        """Return the state of a task that shall run and does not, as the end of a sentence."""
        waiting = [task for task in self.tasks if task.is_wanted and not task.runs]
        for task in sorted(waiting, key=lambda task: not task.error):  # one with a reason, if there is one
            return f"; one is {task.state}: {task.error}" if task.error else f"; one is {task.state}"
        return ""


class ServiceChange(Struct, frozen=True):
    """A change of a service.

    Args:
        image: the image to run, by digest.
        labels: labels of the service to set; the others stay.
        order: the order of updates; empty to leave it.
        monitor: the seconds for which the swarm watches a new task; 0 to leave it.
    """

    image: str
    labels: dict[str, str] = field(default_factory=dict)
    order: UpdateOrder | Literal[""] = ""
    monitor: float = 0


def image_labels(image: DeployedImage) -> dict[str, str]:
    """Return the labels of a service that say which version its image is."""
    return {IMAGE: image.name, DIGEST: image.digest, VERSION: image.version, REVISION: image.revision}
