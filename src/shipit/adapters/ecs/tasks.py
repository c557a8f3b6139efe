"""The tasks of a service, and their logs in CloudWatch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from shipit.adapters.ecs.answers import task_from
from shipit.adapters.ecs.targets import target_problems
from shipit.adapters.sites import Aws, code_of, requesting
from shipit.core import limits
from shipit.core.deploy import EcsTask, TaskDefinition
from shipit.errors import RemoteError

_AT_ONCE = 100  # the most that ECS describes in one request


class Tasks:
    """The tasks of a service.

    Args:
        aws: the clients of AWS.
        cluster: the name of the cluster.
        service: the name of the service.
        machine: the place in messages: the name of the service with its cluster.
    """

    def __init__(self, aws: Aws, cluster: str, service: str, machine: str) -> None:
        self._aws, self._cluster, self._service, self._machine = aws, cluster, service, machine
        self._seen: dict[str, str] = {}  # the task definition of each task that was read

    def all(self, service: Any, since: dt.datetime | None) -> tuple[tuple[EcsTask, ...], bool]:
        """Return the tasks that shall run, and those that were created after `since` and shall not run any more.

        The second value is False if the health of the targets of its load balancers cannot be read.

        Args:
            service: the answer to `DescribeServices`.
            since: tasks that were created earlier are left out; None for all.
        """
        found = self._described(self._listed("RUNNING", serviceName=self._service))
        targets = target_problems(self._aws, service, found, self._machine)
        stopped = self._described(self._listed("STOPPED", serviceName=self._service))
        found += [each for each in stopped if since is None or each.get("createdAt", since) >= since]
        return self._kept(found, targets or {}), targets is not None

    def find(self, task: str) -> EcsTask | None:
        """Return a task by its id; None if ECS does not know it."""
        return next(iter(self._kept(self._described([task]))), None)

    def newest_of(self, key: str) -> EcsTask | None:
        """Return the newest task that was started by `key`; None if there is none."""
        arns = [arn for status in ("RUNNING", "STOPPED") for arn in self._listed(status, startedBy=key)]
        found = sorted(self._described(arns), key=lambda each: each["createdAt"])
        return next(iter(self._kept(found[-1:])), None)

    def run(self, service: Any, arn: str, container: str, command: Sequence[str], key: str) -> str:
        """Start a task with the network and the capacity of the service `service`, and return its id.

        `key` is written into the task as the one who started it, so that `newest_of` finds the task.
        """
        same = ("networkConfiguration", "capacityProviderStrategy", "platformVersion")
        settings = {name: service[name] for name in same if service.get(name)}
        if service.get("launchType") and "capacityProviderStrategy" not in settings:
            settings["launchType"] = service["launchType"]
        overrides = {"containerOverrides": [{"name": container, "command": list(command)}]}
        with requesting(f"run a task with the settings of {self._machine}", "ecs:RunTask"):
            answer = self._aws.client("ecs").run_task(
                cluster=self._cluster, taskDefinition=arn, count=1, startedBy=key, overrides=overrides, **settings
            )
        if not answer["tasks"]:
            reason = next((each.get("reason", "") for each in answer["failures"]), "")
            what = f"AWS did not run a task with the settings of {self._machine}: {reason}"
            raise RemoteError(what, hint="run the same command again", retryable=True)
        return str(answer["tasks"][0]["taskArn"]).rpartition("/")[2]

    def stop(self, task: str) -> None:
        """Stop a task."""
        with requesting(f"stop a task of ECS cluster {self._cluster}", "ecs:StopTask"):
            self._aws.client("ecs").stop_task(cluster=self._cluster, task=task)

    def definition_of(self, task: str) -> str | None:
        """Return the ARN of the task definition of a task that was read before; None for any other task."""
        return self._seen.get(task)

    def log(self, task: str, container: str, definition: TaskDefinition, lines: int) -> str:
        """Return the end of the log of a container in CloudWatch; empty if it does not write there."""
        from botocore.exceptions import ClientError  # type: ignore[import-untyped]

        containers = (each for each in definition.content["containerDefinitions"] if each["name"] == container)
        found: Mapping[str, Any] = next(containers, {})
        options = found.get("logConfiguration", {}).get("options", {})
        group, prefix = options.get("awslogs-group"), options.get("awslogs-stream-prefix")
        if not (group and prefix and options.get("awslogs-region", self._aws.region) == self._aws.region):
            return ""
        with requesting(f"read the log of {self._machine}", "logs:GetLogEvents"):
            try:
                answer = self._aws.client("logs").get_log_events(
                    logGroupName=group, logStreamName=f"{prefix}/{container}/{task}", limit=lines
                )
            except ClientError as error:
                if code_of(error) == "ResourceNotFoundException":  # it ended before it wrote a line
                    return ""
                raise
        return "\n".join(event["message"] for event in answer["events"])[-limits.DEPLOY_LOG_SIZE :]

    def _kept(self, found: list[Any], targets: Mapping[str, str] = {}) -> tuple[EcsTask, ...]:
        """Return tasks, and remember their task definitions, which their logs need."""
        tasks = tuple(task_from(each, targets.get(each["taskArn"], "")) for each in found)
        self._seen |= {task.id: task.definition for task in tasks}
        return tasks

    def _listed(self, status: str, **which: str) -> list[str]:
        with requesting(f"list the tasks of {self._machine}", "ecs:ListTasks"):
            pages = self._aws.client("ecs").get_paginator("list_tasks")
            found = pages.paginate(cluster=self._cluster, desiredStatus=status, **which)
            return [arn for page in found for arn in page["taskArns"]]

    def _described(self, arns: list[str]) -> list[Any]:
        found: list[Any] = []
        for start in range(0, len(arns), _AT_ONCE):
            with requesting(f"read the tasks of {self._machine}", "ecs:DescribeTasks"):
                some = arns[start : start + _AT_ONCE]
                found += self._aws.client("ecs").describe_tasks(cluster=self._cluster, tasks=some)["tasks"]
        return found
