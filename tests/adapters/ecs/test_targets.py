"""The health of tasks as the targets of load balancers, from answers of AWS."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shipit.adapters.ecs.targets import target_problems
from shipit.adapters.sites import Aws

BLUE, GREEN = (f"arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/{name}/6d0e" for name in ("blue", "green"))
TASK = {
    "taskArn": "task-1",
    "attachments": [{"type": "eni", "details": [{"name": "privateIPv4Address", "value": "10.0.0.1"}]}],
}
BALANCER = {"targetGroupArn": BLUE, "containerName": "web", "containerPort": 8080}
STAGED = {**BALANCER, "advancedConfiguration": {"alternateTargetGroupArn": GREEN}}


def problems(balancers: list[Any], health: Mapping[str, Any], task: Any = TASK) -> Mapping[str, str] | None:
    """Return the problems of a task, whose health in each target group is a state with its reason."""

    def describe(TargetGroupArn: str) -> Any:
        found = health.get(TargetGroupArn)
        target = {"Target": {"Id": "10.0.0.1", "Port": 8080}, "TargetHealth": found}
        return {"TargetHealthDescriptions": [target] if found else []}

    aws = SimpleNamespace(client=lambda name: SimpleNamespace(describe_target_health=describe))
    return target_problems(cast(Aws, aws), {"loadBalancers": balancers}, [task], "ECS service shop/web")


@pytest.mark.parametrize("state", ["healthy", "unavailable"])
def test_a_task_that_gets_requests_has_no_problem(state: str) -> None:
    assert problems([BALANCER], {BLUE: {"State": state}}) == {}


def test_a_task_that_the_load_balancer_still_checks_gets_no_requests() -> None:
    health = {"State": "initial", "Reason": "Elb.InitialHealthChecking", "Description": "Initial health checks"}
    found = problems([BALANCER], {BLUE: health})
    assert found == {"task-1": "it is `initial` in target group `blue`: Initial health checks"}


def test_a_task_that_is_not_registered_gets_no_requests() -> None:
    assert problems([BALANCER], {}) == {"task-1": "it is not registered in target group `blue`"}


def test_a_deployment_in_stages_uses_one_of_two_target_groups() -> None:
    assert problems([STAGED], {GREEN: {"State": "healthy"}}) == {}
    found = problems([STAGED], {GREEN: {"State": "unused", "Reason": "Target.NotInUse"}})
    assert found == {"task-1": "it is `unused` in target group `green`: Target.NotInUse"}


def test_a_task_needs_a_target_in_the_groups_of_each_load_balancer() -> None:
    other = {**BALANCER, "targetGroupArn": GREEN}
    found = problems([BALANCER, other], {BLUE: {"State": "healthy"}})
    assert found == {"task-1": "it is not registered in target group `green`"}


def test_nothing_is_known_of_a_task_without_an_address_of_its_own() -> None:
    assert problems([BALANCER], {}, {"taskArn": "task-1"}) == {}


def test_a_classic_load_balancer_is_not_asked() -> None:
    assert problems([{"loadBalancerName": "old", "containerName": "web"}], {}) == {}
