"""The health of the tasks of a service as the targets of its load balancers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from shipit.adapters.sites import Aws, requesting
from shipit.errors import AuthError

DESCRIBE = "elasticloadbalancing:DescribeTargetHealth"
_SERVED = ("healthy", "unavailable")  # without health checks, a target has the second state


def target_problems(aws: Aws, service: Any, tasks: Iterable[Any], machine: str) -> Mapping[str, str] | None:
    """Return the reason why a task gets no requests, by the ARN of each such task; None without the right to ask.

    Only tasks with an address of their own are known as targets, as all on Fargate are.

    Args:
        aws: the clients of AWS.
        service: the answer to `DescribeServices`.
        tasks: the answers to `DescribeTasks` about tasks that run.
        machine: the name of the service for messages.
    """
    groups = [_groups(each) for each in service.get("loadBalancers", ()) if each.get("targetGroupArn")]
    addresses = {task["taskArn"]: address for task in tasks if (address := _address(task))}
    if not groups or not addresses:
        return {}
    try:
        health = {arn: _health(aws, arn, machine) for arn in {arn for each in groups for arn in each}}
    except AuthError:
        return None
    problems: dict[str, str] = {}
    for task, address in addresses.items():
        for each in groups:
            found = [health[arn][address] for arn in each if address in health[arn]]
            if not found:
                problems[task] = f"it is not registered in {_name(each[0])}"
            elif all(found):
                problems[task] = found[0]
    return problems


def _groups(balancer: Any) -> tuple[str, ...]:
    """Return the target group of a load balancer, and the other one that a deployment in stages uses."""
    other = balancer.get("advancedConfiguration", {}).get("alternateTargetGroupArn")
    return (balancer["targetGroupArn"], other) if other else (balancer["targetGroupArn"],)


def _address(task: Any) -> str:
    """Return the address of a task; empty if it has none of its own."""
    details = (each for found in task.get("attachments", ()) for each in found.get("details", ()))
    return next((each["value"] for each in details if each.get("name") == "privateIPv4Address"), "")


def _health(aws: Aws, group: str, machine: str) -> Mapping[str, str]:
    """Return the reason why each target of a group gets no requests, by its address; empty if it gets them."""
    with requesting(f"read the health of the targets of {machine}", DESCRIBE):
        answer = aws.client("elbv2").describe_target_health(TargetGroupArn=group)
    return {each["Target"]["Id"]: _problem(each["TargetHealth"], group) for each in answer["TargetHealthDescriptions"]}


def _problem(health: Any, group: str) -> str:
    if health["State"] in _SERVED:
        return ""
    why = health.get("Description") or health.get("Reason", "")
    state = f"it is `{health['State']}` in {_name(group)}"
    return f"{state}: {why}" if why else state


def _name(group: str) -> str:
    """Return a target group by its name: the part before the last one of its ARN."""
    return f"target group `{group.split('/')[-2] if '/' in group else group}`"
