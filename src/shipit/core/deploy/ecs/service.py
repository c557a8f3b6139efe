"""A service of ECS with its tasks and its alarms.

>>> tasks = (EcsTask("a", "shop:7", running=True), EcsTask("b", "shop:8", failed=True))
>>> service = EcsState("shop", "shop:8", tasks=tasks)
>>> [task.id for task in service.running], [task.id for task in service.failed_of("shop:8")]
(['a'], ['b'])
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from shipit.core.deploy.ecs.deployment import STAGED, EcsDeployment


class EcsTask(Struct, frozen=True):
    """A task of a service.

    Args:
        id: its id.
        definition: the ARN of its task definition.
        images: the digest that each container runs, by the container's name; empty if ECS does not report it.
        running: True when all its containers run, and it shall go on running.
        unhealthy: True when a health check of its containers failed.
        started: the time when it began to run, as ISO 8601; empty if it did not.
        ended: True when it was stopped.
        reason: the reason why it was stopped, with the exit status of its containers; empty if it runs.
        failed: True when it did not stop because ECS or a person asked for it.
        exits: the exit status of each container that ended, by the container's name.
        target: the reason why a load balancer sends it no requests; empty if it does, or if this is not known.
    """

    id: str
    definition: str
    images: Mapping[str, str] = field(default_factory=dict)
    running: bool = False
    unhealthy: bool = False
    started: str = ""
    ended: bool = False
    reason: str = ""
    failed: bool = False
    exits: Mapping[str, int] = field(default_factory=dict)
    target: str = ""

    def succeeded(self, container: str) -> bool:
        """Return whether the command of a container ended with status 0."""
        return self.ended and self.exits.get(container) == 0


class EcsAlarm(Struct, frozen=True):
    """An alarm of CloudWatch: its name, whether it fires now, and the reason of its state."""

    name: str
    fires: bool = False
    reason: str = ""

    def __str__(self) -> str:
        return f"alarm `{self.name}` fires: {self.reason}" if self.reason else f"alarm `{self.name}` fires"


class EcsState(Struct, frozen=True):
    """A service of ECS with its tasks.

    Args:
        name: its name.
        definition: the ARN of the task definition that it shall run.
        desired: the number of tasks that it wants.
        rollout: the state of the rollout of `definition`: `IN_PROGRESS`, `COMPLETED` or `FAILED`; empty if unknown.
        rollout_reason: the reason of that state, in the words of ECS.
        message: its newest event.
        controller: the program that deploys it: `ECS`, `CODE_DEPLOY` or `EXTERNAL`.
        strategy: `ROLLING`, `BLUE_GREEN`, `LINEAR` or `CANARY`.
        breaker: True when the circuit breaker of ECS ends a deployment whose tasks fail.
        breaker_rollback: True when the circuit breaker also takes such a deployment back.
        baking: the sum of the bake times of a deployment in stages, in seconds; 0 for a rolling deployment.
        alarms: the names of the alarms that make ECS end a deployment.
        minimum: the least percentage of tasks that run during a deployment.
        targets_known: False when the credentials have no right to read the health of the targets of its load balancer.
        deployment: its newest deployment; None if ECS has none on record.
        tasks: its tasks, also those that were stopped since its newest deployment began.
    """

    name: str
    definition: str
    desired: int = 1
    rollout: str = ""
    rollout_reason: str = ""
    message: str = ""
    controller: str = "ECS"
    strategy: str = "ROLLING"
    breaker: bool = False
    breaker_rollback: bool = False
    baking: int = 0
    alarms: tuple[str, ...] = ()
    minimum: int = 100
    targets_known: bool = True
    deployment: EcsDeployment | None = None
    tasks: tuple[EcsTask, ...] = ()

    @property
    def staged(self) -> bool:
        """True when a deployment moves the requests of users in stages, from the old tasks to the new ones."""
        return self.strategy in STAGED

    @property
    def running(self) -> tuple[EcsTask, ...]:
        """The tasks that run."""
        return tuple(task for task in self.tasks if task.running)

    @property
    def serving(self) -> tuple[EcsTask, ...]:
        """The running tasks that get most requests of users, if ECS reports it; else all that run."""
        definition = self.deployment.serves if self.deployment else ""
        return self.running_of(definition) or self.running if definition else self.running

    def running_of(self, definition: str) -> tuple[EcsTask, ...]:
        """Return the tasks of a task definition that run."""
        return tuple(task for task in self.running if task.definition == definition)

    def failed_of(self, definition: str) -> tuple[EcsTask, ...]:
        """Return the tasks of a task definition that failed since the newest deployment began."""
        return tuple(task for task in self.tasks if task.failed and task.definition == definition)

    def replaced(self, definition: str) -> bool:
        """Return whether the service was given another task definition by somebody else than a rollback of ECS.

        Args:
            definition: the ARN of the task definition that it was given last by this run.
        """
        newest = self.deployment
        taken_back = newest is not None and newest.definition == definition and newest.rolled_back
        own = {definition, newest.earlier or self.definition} if newest and taken_back else {definition}
        return self.definition not in own
