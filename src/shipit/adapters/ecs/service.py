"""A service of ECS, with the bucket or the parameters of its record and its lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Any

from msgspec.structs import replace

from shipit.adapters.ecs.answers import alarms_from, state_from
from shipit.adapters.ecs.deployments import Deployments
from shipit.adapters.ecs.parameter_state import ParameterState
from shipit.adapters.ecs.preflight import service_findings
from shipit.adapters.ecs.secrets import SecretCheck
from shipit.adapters.ecs.tasks import Tasks
from shipit.adapters.sites import Aws, AwsSite, code_of, requesting
from shipit.core import limits
from shipit.core.deploy import (
    CONTENT,
    EcsAlarm,
    EcsState,
    EcsTask,
    TaskDefinition,
    content_hash,
    definition_name,
    is_bucket,
    machine,
    parameters_region,
    service_parts,
)
from shipit.core.redact import Redactor
from shipit.errors import ShipitError
from shipit.finding import Finding
from shipit.world.sites import CallerIdentity


class AwsEcsService:
    """A service; `shipit.world.ecs.EcsService` describes the methods.

    Args:
        address: its address.
        redact: removes the secrets from a log.
        duration: the seconds after which a lock that is not renewed is free.
    """

    def __init__(self, address: str, redact: Redactor, duration: float = limits.BUCKET_LOCK) -> None:
        self.address = address
        self._machine, self._redact = machine(address), redact
        self._cluster, self._name, store = service_parts(address)
        self._store: AwsSite | ParameterState = (
            AwsSite(store, duration)
            if is_bucket(store)
            else ParameterState(Aws(parameters_region(store)), self._machine, duration)
        )
        self._aws = self._store.aws
        self._deployments = Deployments(self._aws, self._cluster, self._name, self._machine)
        self._tasks = Tasks(self._aws, self._cluster, self._name, self._machine)
        self._secrets: dict[str, tuple[Finding, ...]] = {}  # by the hash of a content, because a run asks several times
        self._known: dict[str, TaskDefinition] = {}  # by ARN; the content of a revision never changes

    def findings(self, account: str | None) -> tuple[Finding, ...]:
        return tuple(service_findings(self._aws, self.address, account))

    def login(self) -> CallerIdentity:
        return self._aws.login

    def read(self, path: str) -> str | None:
        return self._store.read(path)

    def locked_by(self, path: str) -> str | None:
        return self._store.locked_by(path)

    def state(self) -> EcsState | None:
        found = self._found()
        if found is None:
            return None
        deployment, since = self._deployments.newest(found)
        tasks, targets_known = self._tasks.all(found, since)
        return replace(state_from(found, deployment, tasks), targets_known=targets_known)

    def definition(self, arn: str) -> TaskDefinition | None:
        from botocore.exceptions import ClientError  # type: ignore[import-untyped]

        if arn in self._known:
            return self._known[arn]
        with requesting(f"read task definition `{definition_name(arn)}`", "ecs:DescribeTaskDefinition"):
            try:
                answer = self._ecs.describe_task_definition(taskDefinition=arn, include=["TAGS"])
            except ClientError as error:
                if code_of(error) == "ClientException":
                    return None
                raise
        return self._kept(answer)

    def registered(self, family: str, content_hash: str) -> TaskDefinition | None:
        with requesting(f"list the task definitions `{family}`", "ecs:ListTaskDefinitions"):
            answer = self._ecs.list_task_definitions(
                familyPrefix=family, status="ACTIVE", sort="DESC", maxResults=int(limits.ECS_DEFINITIONS)
            )
        found = (self.definition(arn) for arn in answer["taskDefinitionArns"])
        return next((each for each in found if each and each.tags.get(CONTENT) == content_hash), None)

    def task(self, task: str) -> EcsTask | None:
        return self._tasks.find(task)

    def job(self, key: str) -> EcsTask | None:
        return self._tasks.newest_of(key)

    def logs(self, task: str, container: str, lines: int) -> str:
        definition = self.definition(self._tasks.definition_of(task) or "")
        with suppress(ShipitError):  # the reason of a failure is known without its log
            text = self._tasks.log(task, container, definition, lines) if definition else ""
            return self._redact(text)
        return ""

    def secret_findings(self, content: Mapping[str, Any]) -> tuple[Finding, ...]:
        found = content_hash(content)
        if found not in self._secrets:
            self._secrets[found] = tuple(SecretCheck(self._aws, content).findings())
        return self._secrets[found]

    def alarms(self, names: Sequence[str]) -> tuple[EcsAlarm, ...]:
        if not names:
            return ()
        with requesting(f"read the alarms of {self._machine}", "cloudwatch:DescribeAlarms"):
            pages = self._aws.client("cloudwatch").get_paginator("describe_alarms")
            found = pages.paginate(AlarmNames=list(names), AlarmTypes=["MetricAlarm", "CompositeAlarm"])
            return tuple(alarm for page in found for alarm in alarms_from(page))

    def write(self, path: str, text: str) -> None:
        self._store.write(path, text)

    def lock(self, path: str, owner: str) -> AbstractContextManager[None]:
        return self._store.lock(path, owner)

    def unlock(self, path: str) -> None:
        self._store.unlock(path)

    def register(self, content: Mapping[str, Any], tags: Mapping[str, str]) -> None:
        self._store.require_lock()
        with requesting(f"register a task definition `{content['family']}`", "ecs:RegisterTaskDefinition"):
            pairs = [{"key": key, "value": value} for key, value in tags.items()]
            self._ecs.register_task_definition(**content, tags=pairs)

    def update(self, arn: str) -> None:
        self._store.require_lock()
        with requesting(f"give {self._machine} the task definition `{definition_name(arn)}`", "ecs:UpdateService"):
            self._ecs.update_service(cluster=self._cluster, service=self._name, taskDefinition=arn)

    def run(self, arn: str, container: str, command: Sequence[str], key: str) -> str:
        self._store.require_lock()
        return self._tasks.run(self._found() or {}, arn, container, command, key)

    def stop(self, task: str) -> None:
        self._store.require_lock()
        self._tasks.stop(task)

    def proceed(self, deployment: str, pause: str) -> None:
        self._store.require_lock()
        self._deployments.proceed(deployment, pause)

    def take_back(self, deployment: str) -> None:
        self._store.require_lock()
        self._deployments.take_back(deployment)

    def _found(self) -> Any:
        """Return the service as ECS describes it; None if it does not exist."""
        with requesting(f"read {self._machine}", "ecs:DescribeServices"):
            answer = self._ecs.describe_services(cluster=self._cluster, services=[self._name])
        return next((each for each in answer["services"] if each["status"] != "INACTIVE"), None)

    @property
    def _ecs(self) -> Any:
        return self._aws.client("ecs")

    def _kept(self, answer: Any) -> TaskDefinition:
        """Return a task definition from an answer with everything that a new revision can be registered with."""
        found = answer["taskDefinition"]
        accepted = self._ecs.meta.service_model.operation_model("RegisterTaskDefinition").input_shape.members
        content = {name: value for name, value in found.items() if name in accepted}
        tags = {tag["key"]: tag["value"] for tag in answer.get("tags", ())}
        arn = found["taskDefinitionArn"]
        self._known[arn] = TaskDefinition(arn, content, tags, found.get("status", "ACTIVE") == "ACTIVE")
        return self._known[arn]
