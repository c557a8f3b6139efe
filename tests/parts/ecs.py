"""ECS for tests: moto keeps task definitions, and this module plays the scheduler that moto lacks.

moto has no service deployments, and its tasks and rollouts never go on. Here they do, by the scheduler of
`shipit.testing`, with the clock and the images of a world in memory. Every request and every answer of ECS is held to
botocore's own model, so that no test passes on a shape that AWS does not have.

    def test_a_service(ecs: Ecs) -> None:
        ecs.create("acme/shop:1.0.0")
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pytest
from parts.aws import ACCOUNT, REGION, Aws, aws, moto
from parts.shapes import check_shape

from shipit.core.deploy import EcsTask
from shipit.testing import FakeScheduler, FakeWorld
from shipit.testing.ecs.rollout import FakeRollout

__all__ = ["aws", "moto"]  # fixtures
CLUSTER, SERVICE, BUCKET = "shop", "web", "shop-state"
ADDRESS = f"ecs://{CLUSTER}/{SERVICE}#{BUCKET}@{REGION}"
_ARN = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
_GROUP = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/web/73e2d6bc24d8a067"


def make_alarm(name: str) -> None:
    """Create an alarm of CloudWatch."""
    import boto3  # type: ignore[import-untyped]

    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        MetricName="HTTPCode_Target_5XX_Count",
        Namespace="AWS/ApplicationELB",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=3,
        Period=60,
        Threshold=5,
        Statistic="Sum",
    )


@dataclass
class Ecs:
    """A cluster, and a service in it as soon as a test creates it.

    `world` has the clock, the registry and the behaviour of the images. `called` are the actions that were requested,
    `denied` those of other services that are refused, and `jobs` the tasks that are not part of the service. With
    `over_http`, also the requests that this module answers go to the server of moto, which checks the rights.
    """

    world: FakeWorld
    scheduler: FakeScheduler
    called: list[str] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)
    over_http: bool = True
    jobs: list[dict[str, Any]] = field(default_factory=list)
    exit_status: int = 0

    @cached_property
    def client(self) -> Any:
        import boto3

        return boto3.client("ecs")

    def create(self, image: str) -> str:
        """Create the service with a first task definition, as another program does, and return its ARN."""
        import boto3

        boto3.client("ssm").put_parameter(Name="/shop/db", Value="hunter2", Type="SecureString")
        self.client.create_cluster(clusterName=CLUSTER)
        arn = self.register(image)
        self.client.create_service(cluster=CLUSTER, serviceName=SERVICE, taskDefinition=arn, desiredCount=2)
        self.scheduler.create(arn, {"web": image})
        return arn

    def register(self, image: str, **settings: Any) -> str:
        """Register a revision of a task definition, as another program does, and return its ARN."""
        log = {"awslogs-group": "/shop", "awslogs-region": REGION, "awslogs-stream-prefix": "ecs"}
        container = {
            "name": "web",
            "image": image,
            "memory": 512,
            "essential": True,
            "portMappings": [{"containerPort": 8080}],
            "environment": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}],
            "secrets": [{"name": "DB", "valueFrom": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop/db"}],
            "logConfiguration": {"logDriver": "awslogs", "options": log},
        }
        answer = self.client.register_task_definition(
            family="shop",
            containerDefinitions=[container],
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            executionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/shop-execution",
            cpu="256",
            memory="512",
            tags=[{"key": "team", "value": "shop"}],
            **settings,
        )
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    def definitions(self) -> list[str]:
        """Return the ARNs of all active task definitions."""
        return list(self.client.list_task_definitions(familyPrefix="shop")["taskDefinitionArns"])

    def describe_services(self, asked: Any) -> dict[str, Any]:
        found = self.scheduler
        if asked["services"] != [SERVICE] or not found.rollouts:
            arn = f"{_ARN}:service/{asked['cluster']}/{asked['services'][0]}"
            return {"services": [], "failures": [{"arn": arn, "reason": "MISSING"}]}
        found.advance()
        newest = found.rollouts[-1]
        begun = self.scheduler.clock.now()
        primary = {
            "id": f"ecs-svc/{len(found.rollouts)}",
            "status": "PRIMARY",
            "taskDefinition": found.definition,
            "rolloutState": newest.state,
            "rolloutStateReason": newest.reason or "ECS deployment in progress.",
            "createdAt": begun,
        }
        breaker = {"enable": found.breaker, "rollback": found.breaker and found.rollback}
        service = {
            "serviceName": SERVICE,
            "status": "ACTIVE",
            "taskDefinition": found.definition,
            "desiredCount": found.desired,
            "launchType": "FARGATE",
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
            "deploymentController": {"type": "ECS"},
            "loadBalancers": [{"targetGroupArn": _GROUP, "containerName": "web"}] if found.balanced else [],
            "deploymentConfiguration": {"deploymentCircuitBreaker": breaker, **self._strategy()},
            "deployments": [primary],
            "runningCount": sum(task.running for task in found.observed),
            "events": [{"id": "1", "createdAt": begun, "message": found.capacity}] if found.capacity else [],
        }
        return {"services": [service], "failures": []}

    def list_service_deployments(self, asked: Any) -> dict[str, Any]:
        """Answer in pages of one deployment, the oldest first: AWS promises no order."""
        self.scheduler.advance()
        number = int(asked.get("nextToken") or 0)
        rollout = self.scheduler.rollouts[number]
        brief = {
            "serviceDeploymentArn": f"{_ARN}:service-deployment/{CLUSTER}/{SERVICE}/{number}",
            "createdAt": self._time(rollout.since, number),
            "status": rollout.status,
            "targetServiceRevisionArn": self._revision(rollout.definition),
        }
        more = {"nextToken": str(number + 1)} if number + 1 < len(self.scheduler.rollouts) else {}
        return {"serviceDeployments": [brief], **more}

    def describe_service_deployments(self, asked: Any) -> dict[str, Any]:
        (arn,) = asked["serviceDeploymentArns"]
        number = int(arn.rpartition("/")[2])
        self.scheduler.advance()
        rollout = self.scheduler.rollouts[number]
        found: dict[str, Any] = {
            "serviceDeploymentArn": arn,
            "createdAt": self._time(rollout.since, number),
            "status": rollout.status,
            "targetServiceRevision": {"arn": self._revision(rollout.definition)},
        }
        if rollout.earlier:
            found["sourceServiceRevisions"] = [{"arn": self._revision(rollout.earlier)}]
        if rollout.staged:
            found["lifecycleStage"] = rollout.stage
            found["targetServiceRevision"]["requestedProductionTrafficWeight"] = float(rollout.traffic)
        if pause := rollout.pause:
            hook = {"hookId": pause.id, "targetType": "PAUSE", "status": "AWAITING_ACTION", "timeoutAction": pause.then}
            found["lifecycleHookDetails"] = [{**hook, "expiresAt": dt.datetime.fromisoformat(pause.until)}]
        if self.scheduler.alarms:
            status = "TRIGGERED" if rollout.alarms else "MONITORING"
            names = {"alarmNames": list(self.scheduler.alarms), "triggeredAlarmNames": list(rollout.alarms)}
            found["alarms"] = {"status": status, **names}
        if rollout.rolled_back:
            found["rollback"] = {"reason": rollout.reason, "serviceRevisionArn": self._revision(rollout.earlier)}
        elif rollout.reason:
            found["statusReason"] = rollout.reason
        return {"serviceDeployments": [found], "failures": []}

    def continue_service_deployment(self, asked: Any) -> dict[str, Any]:
        pause = self._newest(asked).pause
        assert pause and (asked["hookId"], asked["action"]) == (pause.id, "CONTINUE")
        self.scheduler.proceed()
        return {"serviceDeploymentArn": asked["serviceDeploymentArn"]}

    def stop_service_deployment(self, asked: Any) -> dict[str, Any]:
        from moto.ecs.exceptions import ECSException

        assert asked["stopType"] == "ROLLBACK"
        if self._newest(asked).status != "IN_PROGRESS":
            raise ECSException("ConflictException", "The service deployment has ended.")
        self.scheduler.take_back()
        return {"serviceDeploymentArn": asked["serviceDeploymentArn"]}

    def _newest(self, asked: Any) -> FakeRollout:
        """Return the newest deployment, which the request is about."""
        assert int(asked["serviceDeploymentArn"].rpartition("/")[2]) == len(self.scheduler.rollouts) - 1
        return self.scheduler.rollouts[-1]

    def _strategy(self) -> dict[str, Any]:
        """Return the settings of the strategy, with bake times in minutes."""
        found, minutes = self.scheduler, self.scheduler.bake // 60
        settings: dict[str, Any] = {"strategy": found.strategy}
        if found.strategy != "ROLLING":
            settings["bakeTimeInMinutes"] = minutes
        if found.strategy == "LINEAR":
            settings["linearConfiguration"] = {"stepPercent": 25.0, "stepBakeTimeInMinutes": minutes}
        if found.strategy == "CANARY":
            settings["canaryConfiguration"] = {"canaryPercent": 10.0, "canaryBakeTimeInMinutes": minutes}
        if found.alarms:
            settings["alarms"] = {"alarmNames": list(found.alarms), "enable": True, "rollback": True}
        return settings

    def describe_service_revisions(self, asked: Any) -> dict[str, Any]:
        (arn,) = asked["serviceRevisionArns"]
        definition = f"{_ARN}:task-definition/shop:{arn.rpartition('/')[2]}"
        return {"serviceRevisions": [{"serviceRevisionArn": arn, "taskDefinition": definition}], "failures": []}

    def list_tasks(self, asked: Any) -> dict[str, Any]:
        if key := asked.get("startedBy"):
            jobs = [each for each in self.jobs if each["startedBy"] == key]
            return {"taskArns": [each["taskArn"] for each in jobs if each["desiredStatus"] == asked["desiredStatus"]]}
        assert (asked["cluster"], asked["serviceName"]) == (CLUSTER, SERVICE)
        self.scheduler.advance()
        ended = asked["desiredStatus"] == "STOPPED"
        found = [task for task in self.scheduler.observed if task.ended == ended]
        return {"taskArns": [f"{_ARN}:task/{CLUSTER}/{task.id}" for task in found]}

    def describe_tasks(self, asked: Any) -> dict[str, Any]:
        ids = {arn.rpartition("/")[2] for arn in asked["tasks"]}
        jobs = [each for each in self.jobs if each["taskArn"].rpartition("/")[2] in ids]
        tasks = [self._task(task) for task in self.scheduler.observed if task.id in ids]
        return {"tasks": [*tasks, *jobs], "failures": []}

    def run_task(self, asked: Any) -> dict[str, Any]:
        """Run a command that ends at once, with the status in `exit_status`."""
        network = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}
        assert (asked["networkConfiguration"], asked["launchType"], asked["count"]) == (network, "FARGATE", 1)
        (override,) = asked["overrides"]["containerOverrides"]
        status = {"lastStatus": "STOPPED", "exitCode": self.exit_status}
        task: dict[str, Any] = {
            "taskArn": f"{_ARN}:task/{CLUSTER}/job{len(self.jobs) + 1}",
            "taskDefinitionArn": asked["taskDefinition"],
            "startedBy": asked["startedBy"],
            "createdAt": self._time(self.scheduler.now, len(self.jobs)),
            "desiredStatus": "STOPPED",
            "lastStatus": "STOPPED",
            "stopCode": "EssentialContainerExited",
            "stoppedReason": "Essential container in task exited",
            "containers": [{"name": override["name"], **status}],
            "overrides": asked["overrides"],
        }
        self.jobs.append(task)
        return {"tasks": [task], "failures": []}

    def stop_task(self, asked: Any) -> dict[str, Any]:
        return {"task": next(each for each in self.jobs if each["taskArn"].endswith(asked["task"]))}

    def update_service(self, asked: Any) -> dict[str, Any]:
        from moto.ecs.models import ecs_backends

        assert asked.keys() == {"cluster", "service", "taskDefinition"}
        definition: Any = ecs_backends[ACCOUNT][REGION].describe_task_definition(asked["taskDefinition"])
        images = {each["name"]: each["image"] for each in definition.container_definitions}
        self.scheduler.begin(definition.arn, images)
        return {"service": self.describe_services({"services": [SERVICE]})["services"][0]}

    def _task(self, task: EcsTask) -> dict[str, Any]:
        stopped = {"stopCode": "ServiceSchedulerInitiated", "stoppedReason": task.reason} if task.ended else {}
        status = "STOPPED" if task.ended else "RUNNING" if task.running else "PENDING"
        reason, _, code = task.reason.partition(": exit status ")
        container: dict[str, Any] = {"name": "web", "lastStatus": status}
        if task.images.get("web"):
            container["imageDigest"] = task.images["web"]
        if task.failed and "health checks" not in task.reason:
            stopped |= {"stopCode": "EssentialContainerExited" if code else "TaskFailedToStart"}
        if code:
            stopped, container = stopped | {"stoppedReason": reason}, container | {"exitCode": int(code)}
        since = next(each.since for each in self.scheduler.tasks if each.id == task.id)
        started = {"startedAt": self._time(since, 900)} if task.started else {}
        return {
            "taskArn": f"{_ARN}:task/{CLUSTER}/{task.id}",
            "taskDefinitionArn": task.definition,
            "createdAt": self._time(since, 900),
            "desiredStatus": "STOPPED" if task.ended else "RUNNING",
            "lastStatus": status,
            "healthStatus": "UNHEALTHY" if task.unhealthy else "UNKNOWN",
            "containers": [container],
            "attachments": [{"type": "ElasticNetworkInterface", "details": [self._address(task)]}],
            **started,
            **stopped,
        }

    def _address(self, task: EcsTask) -> dict[str, Any]:
        return {"name": "privateIPv4Address", "value": f"10.0.0.{int(task.id, 16)}"}

    def simulate_principal_policy(self, asked: Any) -> dict[str, Any]:
        """Answer that the execution role may read everything."""
        (action,) = asked["ActionNames"]
        allowed = {"EvalActionName": action, "EvalDecision": "allowed"}
        return {"EvaluationResults": [{**allowed, "EvalResourceName": arn} for arn in asked["ResourceArns"]]}

    def describe_target_health(self, asked: Any) -> dict[str, Any]:
        """Answer for the load balancer: `target` of a task ends with the state and the reason."""
        assert asked["TargetGroupArn"] == _GROUP
        targets = []
        for task in self.scheduler.observed:
            if task.running:
                why = task.target.partition(": ")[2]
                state = {"State": "unhealthy", "Reason": "Target.ResponseCodeMismatch", "Description": why}
                target = {"Id": self._address(task)["value"], "Port": 8080}
                targets.append({"Target": target, "TargetHealth": state if why else {"State": "healthy"}})
        return {"TargetHealthDescriptions": targets}

    def _time(self, second: int, number: int = 0) -> dt.datetime:
        """Return the time of a second of the scheduler; `number` tells two deployments in one second apart."""
        age = dt.timedelta(seconds=self.scheduler.clock.elapsed() - second)
        return self.scheduler.clock.now() - age + dt.timedelta(milliseconds=number)

    @staticmethod
    def _revision(definition: str) -> str:
        return f"{_ARN}:service-revision/{CLUSTER}/{SERVICE}/{definition.rpartition(':')[2]}"


_PLAYED = (
    *("describe_services", "list_service_deployments", "describe_service_deployments", "describe_service_revisions"),
    *("list_tasks", "describe_tasks", "update_service", "run_task", "stop_task"),
    *("continue_service_deployment", "stop_service_deployment"),
)


# The requests to other services that this module answers itself: moto lacks them, or takes seconds to load.
_ANSWERED = {
    "elbv2": {"DescribeTargetHealth": "describe_target_health"},
    "iam": {"SimulatePrincipalPolicy": "simulate_principal_policy"},
}


def _played(made: Ecs, action: str, name: str, model: Any) -> Any:
    """Return a method for moto that answers `action` by calling the method `name` of `made`."""
    from moto.core.responses import ActionResult

    operation = model.operation_model(action)

    def answer(response: Any) -> Any:
        asked = {key: value for key in operation.input_shape.members if (value := response._get_param(key))}
        result = getattr(made, name)(asked)
        check_shape(operation.output_shape, result, action)
        return ActionResult(result)

    return answer


def answer_processes(made: Ecs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer the requests to other services also when they come over HTTP from processes; this loads these services."""
    import boto3
    from moto.elbv2.responses import ELBV2Response
    from moto.iam.responses import IamResponse

    for service, response in (("elbv2", ELBV2Response), ("iam", IamResponse)):
        model = boto3.client(service).meta.service_model
        for action, name in _ANSWERED[service].items():
            monkeypatch.setattr(response, name, _played(made, action, name, model), raising=False)


@pytest.fixture
def ecs(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ecs]:
    from botocore.client import BaseClient  # type: ignore[import-untyped]
    from botocore.exceptions import ClientError  # type: ignore[import-untyped]
    from moto.ecs.responses import EC2ContainerServiceResponse

    aws.make_bucket(BUCKET)
    world = FakeWorld.new()
    made = Ecs(world, FakeScheduler(world.registry, world.clock, world.hosts.apps))

    own = {"".join(word.capitalize() for word in name.split("_")): name for name in _PLAYED}

    for action, name in own.items():
        answer = _played(made, action, name, made.client.meta.service_model)
        monkeypatch.setattr(EC2ContainerServiceResponse, name, answer, raising=False)
    call = BaseClient._make_api_call

    def checked(client: Any, action: str, arguments: Any) -> Any:
        service = client.meta.service_model.service_name
        operation = client.meta.service_model.operation_model(action)
        if service not in ("ecs", *_ANSWERED):
            return call(client, action, arguments)
        made.called.append(f"{service}:{action}")
        check_shape(operation.input_shape, arguments, action)
        answered = _ANSWERED.get(service, {}) if made.over_http or service != "ecs" else own
        if action not in answered:
            return call(client, action, arguments)
        if action in made.denied:
            refused = {"Code": "AccessDenied", "Message": f"User is not authorized to perform: {service}:{action}"}
            raise ClientError({"Error": refused, "ResponseMetadata": {"HTTPStatusCode": 403}}, action)
        result = getattr(made, answered[action])(arguments)
        check_shape(operation.output_shape, result, action)
        return result

    monkeypatch.setattr(BaseClient, "_make_api_call", checked)
    yield made
