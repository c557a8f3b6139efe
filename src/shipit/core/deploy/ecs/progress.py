"""The progress of a deployment of ECS: done, failed with the reasons, or the reason to wait.

>>> from shipit.core.deploy.ecs.service import EcsTask
>>> task = EcsTask("b", "shop:8", failed=True, reason="exit 1")
>>> deployment_state(EcsState("shop", "shop:8", rollout="IN_PROGRESS", tasks=(task,)), "shop:8").waiting
'0 of 1 tasks run shop:8; task `b` stopped: exit 1'
"""

from __future__ import annotations

from collections.abc import Iterator

from shipit.core import limits
from shipit.core.deploy.ecs.deployment import EcsDeployment
from shipit.core.deploy.ecs.secrets import secret_words
from shipit.core.deploy.ecs.service import EcsState
from shipit.core.deploy.ecs.task_definition import definition_name
from shipit.core.deploy.rollout_state import Rollout


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
        what = "ECS took it back" if newest.status == "ROLLBACK_SUCCESSFUL" else "ECS could not take it back"
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
    what = "; ".join(filter(None, (f"{running} of {service.desired} tasks run {definition_name(definition)}", stage)))
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
