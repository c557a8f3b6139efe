"""A service of ECS with its tasks, and the state of its newest deployment.

>>> content = {"family": "shop", "containerDefinitions": [{"name": "web", "image": "acme/shop:1"}]}
>>> old = TaskDefinition("arn:aws:ecs:eu-west-1:1:task-definition/shop:7", content)
>>> old.images, old.name
({'web': 'acme/shop:1'}, 'shop:7')
>>> old.with_image("web", "acme/shop@sha256:2")["containerDefinitions"]
[{'name': 'web', 'image': 'acme/shop@sha256:2'}]
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, field, json

from shipit.core import limits
from shipit.core.deploy.container import DeployedImage
from shipit.core.deploy.ecs_deployment import STAGED, EcsDeployment
from shipit.core.deploy.task_secrets import secret_words
from shipit.core.deploy.workload import Rollout

CONTENT, VERSION_TAG = "shipit:content", "shipit:version"
"""The tags of a task definition that shipit registered: the hash of its content, and the version of its image."""

# The lists whose order AWS does not keep.
_UNORDERED = ("environment", "secrets")


class TaskDefinition(Struct, frozen=True):
    """One revision of a task definition.

    Args:
        arn: its ARN.
        content: everything that a new revision can be registered with.
        tags: its tags.
        active: False when it was deregistered, so that no service can be given it any more.
    """

    arn: str
    content: Mapping[str, Any]
    tags: Mapping[str, str] = field(default_factory=dict)
    active: bool = True

    @property
    def name(self) -> str:
        """Its family and its number, such as `shop:7`."""
        return definition_name(self.arn)

    @property
    def family(self) -> str:
        """The name that all its revisions share."""
        return str(self.content["family"])

    @property
    def images(self) -> Mapping[str, str]:
        """The image of each container by its name."""
        return {each["name"]: each["image"] for each in self.content["containerDefinitions"]}

    @property
    def checked(self) -> tuple[str, ...]:
        """The containers with a health check of their own."""
        return tuple(each["name"] for each in self.content["containerDefinitions"] if each.get("healthCheck"))

    def with_image(self, container: str, image: str) -> dict[str, Any]:
        """Return its content with another image of one container, and no other change."""
        found = self.content["containerDefinitions"]
        changed = [{**each, "image": image} if each["name"] == container else each for each in found]
        return {**self.content, "containerDefinitions": changed}

    def tags_for(self, content: Mapping[str, Any], image: DeployedImage) -> dict[str, str]:
        """Return the tags of the revision that is made from this one; tags of AWS itself cannot be copied."""
        own = {name: value for name, value in self.tags.items() if not name.startswith("aws:")}
        return {**own, CONTENT: content_hash(content), VERSION_TAG: image.version}


def content_hash(content: Mapping[str, Any]) -> str:
    """Return a hash of the content of a task definition, by which a revision that was registered is found again.

    >>> content_hash({"family": "shop", "environment": [{"name": "B"}, {"name": "A"}]}) == content_hash(
    ...     {"environment": [{"name": "A"}, {"name": "B"}], "family": "shop"}
    ... )
    True
    """
    return hashlib.sha256(json.encode(_ordered(content), order="sorted")).hexdigest()


def _ordered(value: Any, key: str = "") -> Any:
    """Return a value whose lists of variables have an order that does not depend on AWS."""
    if isinstance(value, Mapping):
        return {name: _ordered(each, name) for name, each in value.items()}
    if isinstance(value, list | tuple):
        each = [_ordered(one) for one in value]
        return sorted(each, key=lambda one: str(one.get("name"))) if key in _UNORDERED else each
    return value


def definition_name(arn: str) -> str:
    """Return the family and the number of a task definition.

    >>> definition_name("arn:aws:ecs:eu-west-1:123456789012:task-definition/shop:7")
    'shop:7'
    """
    return arn.rpartition("/")[2]


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


def deployment_state(service: EcsState, definition: str) -> Rollout:
    """Return the state of the deployment of a task definition to a service."""
    newest = service.deployment
    if newest is None:  # ECS forgets deployments after some time
        steady = service.definition == definition and service.rollout in ("COMPLETED", "")
        return Rollout(done=steady) if steady else _waiting(service, definition)
    if newest.definition != definition:
        return _after_rollback(service, newest, definition)
    if newest.rolled_back and service.definition == definition:
        return Rollout(waiting="ECS has not begun the deployment yet")  # this is the one before
    if newest.status == "SUCCESSFUL":
        return Rollout(done=True)
    if newest.status in ("ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"):
        what = "ECS rolled it back" if newest.status == "ROLLBACK_SUCCESSFUL" else "ECS could not roll it back"
        return Rollout(failed=_with_reasons(f"{what}: {newest.reason}", service, definition))
    if newest.status == "STOPPED" or (service.rollout == "FAILED" and service.definition == definition):
        reason = newest.reason or service.rollout_reason
        return Rollout(failed=_with_reasons(f"ECS ended its deployment: {reason}", service, definition))
    failed = service.failed_of(definition) if newest.running else ()
    if not service.breaker and len(failed) >= limits.ECS_FAILED_TASKS:
        return Rollout(failed=_with_reasons(f"{len(failed)} of its tasks failed", service, definition))
    return _waiting(service, definition)


def _after_rollback(service: EcsState, newest: EcsDeployment, definition: str) -> Rollout:
    """Return the state of a task definition that ECS itself goes back to."""
    known = newest.leads_to or service.definition  # ECS forgets old revisions
    if known != definition:
        return Rollout(waiting="ECS has not begun the deployment yet")
    if newest.status == "ROLLBACK_FAILED":
        return Rollout(failed=f"ECS could not go back to it: {newest.reason}")
    return Rollout(done=True) if newest.status == "ROLLBACK_SUCCESSFUL" else _waiting(service, definition)


def _waiting(service: EcsState, definition: str) -> Rollout:
    running, newest = len(service.running_of(definition)), service.deployment
    stage = newest.progress if newest and newest.running and newest.definition == definition else ""
    what = "; ".join(filter(None, (f"{running} of {service.desired} tasks run it", stage)))
    return Rollout(waiting=_with_reasons(what, service, definition))


def _with_reasons(what: str, service: EcsState, definition: str) -> str:
    return "; ".join((what.removesuffix(": ").removesuffix("."), *_reasons(service, definition)))


def _reasons(service: EcsState, definition: str) -> Iterator[str]:
    """Yield the reasons why tasks of a task definition do not run: those of stopped tasks, or the last event."""
    reasons = {task.reason: task for task in service.failed_of(definition)}
    for reason, task in list(reasons.items())[: limits.ECS_SHOWN_TASKS]:
        words = secret_words(reason)
        yield f"task `{task.id}` stopped: {reason}{f' ({words})' if words else ''}"
    yield from targets_of(service, definition)
    if not reasons and len(service.running_of(definition)) < service.desired and service.message:
        yield service.message


def targets_of(service: EcsState, definition: str) -> tuple[str, ...]:
    """Return the reasons why running tasks of a task definition get no requests, each once."""
    reasons = {task.target: task for task in service.running_of(definition) if task.target}
    shown = list(reasons.items())[: limits.ECS_SHOWN_TASKS]
    return tuple(f"task `{task.id}` gets no requests: {reason}" for reason, task in shown)
