"""The state of a service of ECS that is deployed to."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from shipit.config.targets import EcsConfig
from shipit.core.deploy import (
    CONTENT,
    DeployedImage,
    DeployRecord,
    EcsAlarm,
    EcsState,
    TaskDefinition,
    content_hash,
    definition_name,
    deployment_state,
    targets_of,
)
from shipit.deploy.base import DeployTarget, HostState, Pause
from shipit.finding import Finding
from shipit.world.sites import CallerIdentity

EcsTarget = DeployTarget[EcsConfig]


class ObservedEcs(Struct, frozen=True):
    """The state of the service, and the problems that were found.

    Args:
        target: the target.
        service: the service; None if it cannot be read.
        definition: the task definition that the service shall run; None if it cannot be read.
        written: the task definition in the file of the configuration; None without one.
        container: the name of the container that gets the image; empty if it is not clear which one.
        serving: the image that most tasks run; None if no task runs.
        started: the digests of the images of the tasks that were started, as their task definitions name them.
        record: the record of deployments.
        locked_by: the run that holds the lock; empty if it is free.
        login: the account and the region of the credentials; None if they cannot be read.
        paused: the deployment that waits for a person; None if there is none.
        alarms: the alarms that are watched, with their states.
        findings: the problems.
        readable: False when the service cannot be read.
    """

    target: EcsTarget
    service: EcsState | None = None
    definition: TaskDefinition | None = None
    written: TaskDefinition | None = None
    container: str = ""
    serving: DeployedImage | None = None
    started: tuple[str, ...] = ()
    record: DeployRecord = DeployRecord()
    locked_by: str = ""
    login: CallerIdentity | None = None
    paused: Pause | None = None
    alarms: tuple[EcsAlarm, ...] = ()
    findings: tuple[Finding, ...] = ()
    readable: bool = True

    @property
    def arn(self) -> str:
        """The ARN of the task definition that the service shall run; empty if it cannot be read."""
        return self.service.definition if self.service else ""

    @property
    def wanted(self) -> str:
        """The image reference in that task definition."""
        return self.definition.images.get(self.container, "") if self.definition else ""

    def has(self, image: DeployedImage) -> bool:
        """Return whether the service was given the image, with the settings in the file if there is one."""
        if self.wanted != image.reference or self.written is None or self.definition is None:
            return self.wanted == image.reference
        content = self.written.with_image(self.container, image.reference)
        return self.definition.tags.get(CONTENT) == content_hash(content)

    @property
    def hosts(self) -> tuple[HostState, ...]:
        """The state of the service, in the form that all kinds share; empty if it cannot be read."""
        if not self.readable:
            return ()
        state = HostState(
            host=self.target.config.hosts[0],
            serving=self.serving,
            since=max((task.started for task in self.service.running), default="") if self.service else "",
            problem=self._problem,
            drift=tuple(self._drift()),
            record=self.record,
            locked_by=self.locked_by,
            paused=self.paused,
            login=f"AWS account {self.login.account}, region {self.login.region}" if self.login else "",
        )
        return (state,)

    @property
    def _problem(self) -> str:
        if self.service is None or self.definition is None:
            return ""  # a finding says it
        name, state = definition_name(self.arn), deployment_state(self.service, self.arn)
        running = self.service.running_of(self.arn)
        if not self.service.running:
            return f"no task runs; {state.failed or state.waiting}".removesuffix("; ")
        if state.failed or not running:
            return f"the deployment of {name} is not finished: {state.failed or state.waiting}"
        if len(running) < self.service.desired:
            return f"only {len(running)} of {self.service.desired} tasks run {name}"
        unhealthy = (f"task `{task.id}` is unhealthy" for task in running if task.unhealthy)
        return next(iter((*targets_of(self.service, self.arn), *unhealthy)), "")

    def _drift(self) -> Iterator[str]:
        """Yield a sentence if another image runs than was verified last."""
        last = self.record.current
        if self.serving and last and self.serving.digest != last.digest:
            yield f"{self.serving} runs, but {last} was verified last"
