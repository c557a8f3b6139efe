"""The problems of a service of ECS that a plan shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipit.core.deploy import EcsAlarm, EcsState, TaskDefinition, definition_name, machine
from shipit.deploy.ecs.observed import EcsTarget
from shipit.finding import Finding


def container_findings(target: EcsTarget, definition: TaskDefinition | None, arn: str) -> Iterator[Finding]:
    """Yield a finding if the task definition is gone, or if it is not clear which container gets the image."""
    config, where = target.config, machine(target.config.hosts[0])
    if definition is None:
        what = f"the task definition `{definition_name(arn)}` of {where} was deleted"
        yield Finding("definition-missing", what, "give the service another one in the console of ECS")
        return
    name = f"task definition `{definition.name or config.task_definition}`"
    names = ", ".join(f"`{name}`" for name in definition.images)
    if config.container and config.container not in definition.images:
        what = f"{name} has no container `{config.container}`"
        yield Finding("container", what, f"set `container` of the target to one of {names}")
    elif not config.container and len(definition.images) > 1:
        what = f"{name} has several containers: {names}"
        yield Finding("container", what, "set `container` of the target to the one that gets the image")


def service_findings(target: EcsTarget, service: EcsState) -> Iterator[Finding]:
    """Yield a finding for each reason why a deployment could not be made, or could lose requests."""
    config, where = target.config, machine(target.config.hosts[0])
    update = f"aws ecs update-service --cluster {config.cluster} --service {config.service}"
    if service.controller != "ECS":
        what = f"{where} is deployed by `{service.controller}`, and not by ECS itself"
        yield Finding("controller", what, "create the service again with the deployment controller `ECS`")
    if not service.desired:
        what = f"{where} wants 0 tasks, so that no version would serve"
        yield Finding("no-tasks", what, f"{update} --desired-count 2")
    if not (service.breaker and service.breaker_rollback):
        what = f"{where} has no circuit breaker with rollback: ECS starts tasks that fail again and again"
        breaker = "'deploymentCircuitBreaker={enable=true,rollback=true}'"
        yield Finding("no-circuit-breaker", what, f"{update} --deployment-configuration {breaker}", "warning")
    if not service.targets_known:
        what = f"it is not checked whether the load balancer of {where} sends requests to the new tasks"
        right = "elasticloadbalancing:DescribeTargetHealth"
        yield Finding("targets-unchecked", what, f"allow `{right}` in the policy of the role or user", "warning")
    if not service.minimum and not service.staged:
        what = f"`minimumHealthyPercent` of {where} is 0, so that ECS can stop all old tasks before new ones run"
        percent = "minimumHealthyPercent=100,maximumPercent=200"
        yield Finding("stops-first", what, f"{update} --deployment-configuration {percent}", "warning")


def alarm_findings(target: EcsTarget, alarms: Sequence[EcsAlarm]) -> Iterator[Finding]:
    """Yield a finding for each configured alarm that does not exist, or that fires before a deployment begins."""
    for name in target.config.alarms:
        found = next((alarm for alarm in alarms if alarm.name == name), None)
        if found is None:
            what = f"CloudWatch has no alarm `{name}` in the region of {machine(target.config.hosts[0])}"
            yield Finding(
                "alarm-missing",
                what,
                "see their names: aws cloudwatch describe-alarms; then correct `alarms` of the target",
            )
        elif found.fires:
            what = f"{found}. It does not end a deployment that begins now"
            fix = "find out the reason; if this deployment solves the problem, deploy it"
            yield Finding("alarm-fires", what, fix, "warning")
