"""The answers of ECS about a service and its tasks, as values of shipit."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from typing import Any

from shipit.core.deploy import STAGED, EcsAlarm, EcsDeployment, EcsPause, EcsState, EcsTask

_MINUTE, _ALL = 60, 100.0
_FAILED = ("TaskFailedToStart", "EssentialContainerExited")


def primary_of(service: Any) -> Any:
    """Return the deployment that a service shall finish, from the answer to `DescribeServices`; empty if none."""
    return next((each for each in service.get("deployments", ()) if each.get("status") == "PRIMARY"), {})


def state_from(service: Any, deployment: EcsDeployment | None, tasks: Sequence[EcsTask]) -> EcsState:
    """Return a service from the answer to `DescribeServices`."""
    primary, settings = primary_of(service), service.get("deploymentConfiguration", {})
    breaker, alarms = settings.get("deploymentCircuitBreaker", {}), settings.get("alarms", {})
    return EcsState(
        service["serviceName"],
        _definition(service, primary, deployment),
        service["desiredCount"],
        primary.get("rolloutState", ""),
        primary.get("rolloutStateReason", ""),
        message=next((event["message"] for event in service.get("events", ())), ""),
        controller=service.get("deploymentController", {}).get("type", "ECS"),
        strategy=settings.get("strategy", "ROLLING"),
        breaker=breaker.get("enable", False),
        breaker_rollback=breaker.get("rollback", False),
        baking=_baking(settings),
        alarms=tuple(alarms.get("alarmNames", ())) if alarms.get("enable") else (),
        minimum=settings.get("minimumHealthyPercent", 100),
        deployment=deployment,
        tasks=tuple(tasks),
    )


def _definition(service: Any, primary: Any, newest: EcsDeployment | None) -> str:
    """Return the ARN of the task definition that a service shall run.

    The service itself can show the other one of a deployment in stages: the earlier one while requests still move to
    the new tasks, and the new one while ECS takes it back.
    """
    shown = str(primary.get("taskDefinition") or service.get("taskDefinition", ""))
    if newest is None or _time(primary.get("createdAt")) > newest.changed:  # a newer deployment is not listed yet
        return shown
    other = newest.definition if newest.rolled_back else newest.earlier if newest.running else ""
    return newest.leads_to or shown if shown == other else shown


def _baking(settings: Any) -> int:
    """Return the sum of the bake times of a deployment, in seconds, from the settings of the service."""
    if settings.get("strategy") not in STAGED:
        return 0
    minutes = settings.get("bakeTimeInMinutes", 0)
    if linear := settings.get("linearConfiguration"):
        steps = math.ceil(_ALL / linear.get("stepPercent", 10.0)) - 1
        minutes += steps * linear.get("stepBakeTimeInMinutes", 6)
    if canary := settings.get("canaryConfiguration"):
        minutes += canary.get("canaryBakeTimeInMinutes", 10)
    return int(minutes) * _MINUTE


def deployment_from(found: Any, definition: str, earlier: str) -> EcsDeployment:
    """Return a deployment from the answer to `DescribeServiceDeployments`.

    Args:
        found: the answer.
        definition: the ARN of the task definition that it deploys.
        earlier: the ARN of the task definition that a rollback leads to; empty if it is not known.
    """
    rollback = found.get("rollback", {})
    return EcsDeployment(
        definition,
        earlier,
        found["status"],
        rollback.get("reason") or found.get("statusReason", ""),
        found["serviceDeploymentArn"],
        found.get("lifecycleStage", ""),
        found["targetServiceRevision"].get("requestedProductionTrafficWeight"),
        tuple(_pause(each) for each in found.get("lifecycleHookDetails", ()) if _waits(each)),
        tuple(found.get("alarms", {}).get("triggeredAlarmNames", ())),
        _time(found.get("finishedAt") or rollback.get("startedAt") or found.get("createdAt")),
    )


def _time(time: dt.datetime | None) -> str:
    """Return a time as ISO 8601; empty if it is not known."""
    return time.astimezone(dt.UTC).isoformat() if time else ""


def _waits(hook: Any) -> bool:
    return bool(hook.get("targetType") == "PAUSE" and hook.get("status") == "AWAITING_ACTION")


def _pause(hook: Any) -> EcsPause:
    return EcsPause(hook["hookId"], _time(hook.get("expiresAt")), hook.get("timeoutAction", "ROLLBACK"))


def task_from(task: Any, target: str = "") -> EcsTask:
    """Return a task from the answer to `DescribeTasks`.

    Args:
        task: the answer.
        target: the reason why a load balancer sends it no requests; empty if it does, or if this is not known.
    """
    last, wanted, reason = task.get("lastStatus"), task.get("desiredStatus"), "; ".join(_reasons(task))
    failed = task.get("stopCode") in _FAILED or " failed " in f" {task.get('stoppedReason', '')} "
    return EcsTask(
        task["taskArn"].rpartition("/")[2],
        task["taskDefinitionArn"],
        {each["name"]: each.get("imageDigest", "") for each in task.get("containers", ())},
        running=last == wanted == "RUNNING",
        unhealthy=task.get("healthStatus") == "UNHEALTHY",
        started=task["startedAt"].isoformat() if task.get("startedAt") else "",
        ended=last == "STOPPED",
        reason=reason,
        failed=wanted == "STOPPED" and failed,
        exits={each["name"]: each["exitCode"] for each in task.get("containers", ()) if "exitCode" in each},
        target=target,
    )


def _reasons(task: Any) -> Iterator[str]:
    """Yield the reason why a task was stopped, and the exit status of each container that failed."""
    if task.get("stoppedReason"):
        yield task["stoppedReason"]
    for each in task.get("containers", ()):
        status, reason = each.get("exitCode"), each.get("reason", "")
        if status or reason:
            exited = f"exit status {status}" if status is not None else ""
            yield f"container `{each['name']}`: {', '.join(part for part in (exited, reason) if part)}"


def alarms_from(answer: Any) -> Iterator[EcsAlarm]:
    """Yield the alarms in an answer to `DescribeAlarms`."""
    for found in (*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ())):
        yield EcsAlarm(found["AlarmName"], found["StateValue"] == "ALARM", found.get("StateReason", ""))
