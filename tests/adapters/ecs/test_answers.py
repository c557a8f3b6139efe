"""The answers of ECS as values: parts that AWS shows differently for the strategies of deployments."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from parts.shapes import check_shape

from shipit.adapters.ecs.answers import deployment_from, state_from
from shipit.core.deploy import EcsDeployment, EcsPause

OLD, NEW = "arn:aws:ecs:eu-west-1:1:task-definition/shop:7", "arn:aws:ecs:eu-west-1:1:task-definition/shop:8"
BEGUN = dt.datetime(2024, 1, 1, 12, tzinfo=dt.UTC)
ENDED = BEGUN + dt.timedelta(minutes=5)


@pytest.fixture(scope="module")
def model() -> Any:
    import boto3  # type: ignore[import-untyped]

    return boto3.client("ecs", region_name="eu-west-1").meta.service_model


def service(shown: str, created: dt.datetime = BEGUN, **settings: Any) -> dict[str, Any]:
    primary = {"id": "ecs-svc/2", "status": "PRIMARY", "taskDefinition": shown, "createdAt": created}
    return {
        "serviceName": "web",
        "desiredCount": 2,
        "taskDefinition": shown,
        "deployments": [primary],
        "deploymentConfiguration": settings,
    }


def rolled_back() -> EcsDeployment:
    return EcsDeployment(NEW, OLD, "ROLLBACK_SUCCESSFUL", changed=ENDED.isoformat())


def test_a_service_that_still_shows_the_task_definition_that_ecs_took_back_shall_run_the_one_before() -> None:
    assert state_from(service(NEW), rolled_back(), ()).definition == OLD
    assert state_from(service(OLD, ENDED), rolled_back(), ()).definition == OLD


def test_a_service_that_still_shows_the_earlier_task_definition_in_a_stage_shall_run_the_new_one() -> None:
    running = EcsDeployment(NEW, OLD, "IN_PROGRESS", stage="SCALE_UP", changed=ENDED.isoformat())
    assert state_from(service(OLD), running, ()).definition == NEW
    assert state_from(service(NEW, ENDED), running, ()).definition == NEW
    by_another_program = service(OLD, ENDED + dt.timedelta(seconds=9))
    assert state_from(by_another_program, running, ()).definition == OLD


def test_a_service_that_was_given_the_same_task_definition_again_shall_run_it() -> None:
    assert state_from(service(NEW, ENDED + dt.timedelta(seconds=9)), rolled_back(), ()).definition == NEW


@pytest.mark.parametrize(
    ("settings", "seconds"),
    [
        ({"strategy": "ROLLING", "bakeTimeInMinutes": 5}, 0),
        ({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5}, 300),
        ({"strategy": "CANARY", "bakeTimeInMinutes": 5, "canaryConfiguration": {"canaryBakeTimeInMinutes": 3}}, 480),
        ({"strategy": "CANARY", "bakeTimeInMinutes": 5, "canaryConfiguration": {"canaryPercent": 5.0}}, 900),
        ({"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 30.0, "stepBakeTimeInMinutes": 2}}, 360),
    ],
)
def test_the_bake_times_of_a_service_are_added_up(settings: dict[str, Any], seconds: int, model: Any) -> None:
    found = service(OLD, **settings)
    check_shape(model.shape_for("Service"), found, "service")
    assert state_from(found, None, ()).baking == seconds


def test_a_deployment_has_its_stage_its_traffic_its_pauses_and_its_alarms(model: Any) -> None:
    pause = {"hookId": "ecs-pause-1", "targetType": "PAUSE", "status": "AWAITING_ACTION", "expiresAt": ENDED}
    found = {
        "serviceDeploymentArn": "arn:1",
        "status": "IN_PROGRESS",
        "lifecycleStage": "POST_TEST_TRAFFIC_SHIFT",
        "targetServiceRevision": {"arn": "arn:2", "requestedProductionTrafficWeight": 25.0},
        "lifecycleHookDetails": [
            {**pause, "timeoutAction": "CONTINUE"},
            {**pause, "hookId": "ecs-pause-0", "status": "SUCCEEDED"},
            {"hookId": "lambda-1", "targetType": "AWS_LAMBDA", "status": "IN_PROGRESS"},
        ],
        "alarms": {"status": "TRIGGERED", "alarmNames": ["a", "b"], "triggeredAlarmNames": ["b"]},
    }
    check_shape(model.shape_for("ServiceDeployment"), found, "deployment")
    assert deployment_from(found, NEW, OLD) == EcsDeployment(
        NEW,
        OLD,
        "IN_PROGRESS",
        arn="arn:1",
        stage="POST_TEST_TRAFFIC_SHIFT",
        traffic=25.0,
        pauses=(EcsPause("ecs-pause-1", ENDED.isoformat(), "CONTINUE"),),
        alarms=("b",),
    )
