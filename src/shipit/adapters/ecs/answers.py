"""The answers of ECS about a service and its tasks, as values of shipit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from shipit.core.deploy import EcsDeployment, EcsState, EcsTask

_FAILED = ("TaskFailedToStart", "EssentialContainerExited")


def primary_of(service: Any) -> Any:
    """Return the deployment that a service shall finish, from the answer to `DescribeServices`; empty if none."""
    return next((each for each in service.get("deployments", ()) if each.get("status") == "PRIMARY"), {})


def state_from(service: Any, deployment: EcsDeployment | None, tasks: Sequence[EcsTask]) -> EcsState:
    """Return a service from the answer to `DescribeServices`."""
    primary, settings = primary_of(service), service.get("deploymentConfiguration", {})
    breaker = settings.get("deploymentCircuitBreaker", {})
    return EcsState(
        service["serviceName"],
        primary.get("taskDefinition") or service.get("taskDefinition", ""),
        service["desiredCount"],
        primary.get("rolloutState", ""),
        primary.get("rolloutStateReason", ""),
        message=next((event["message"] for event in service.get("events", ())), ""),
        controller=service.get("deploymentController", {}).get("type", "ECS"),
        strategy=settings.get("strategy", "ROLLING"),
        breaker=breaker.get("enable", False),
        breaker_rollback=breaker.get("rollback", False),
        minimum=settings.get("minimumHealthyPercent", 100),
        deployment=deployment,
        tasks=tuple(tasks),
    )


def task_from(task: Any) -> EcsTask:
    """Return a task from the answer to `DescribeTasks`."""
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
