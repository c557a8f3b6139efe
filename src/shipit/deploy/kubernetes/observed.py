"""The state of a namespace that is deployed to."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from shipit.config.targets import KubernetesConfig
from shipit.core.deploy import DeployedImage, DeployRecord, Workload, digest_in, rollout
from shipit.deploy.base import DeployTarget, HostState
from shipit.finding import Finding

KubernetesTarget = DeployTarget[KubernetesConfig]


class ObservedKubernetes(Struct, frozen=True):
    """The state of the namespace, and the problems that were found.

    Args:
        target: the target.
        workload: the Deployment; None if there is none, or if the cluster cannot be read.
        container: the name of the container that gets the image; empty if it is not clear which one.
        serving: the image that most ready pods run; None if no pod is ready.
        record: the record of deployments.
        locked_by: the run that holds the lock; empty if it is free.
        findings: the problems.
        readable: False when the cluster cannot be read.
    """

    target: KubernetesTarget
    workload: Workload | None = None
    container: str = ""
    serving: DeployedImage | None = None
    record: DeployRecord = DeployRecord()
    locked_by: str = ""
    findings: tuple[Finding, ...] = ()
    readable: bool = True

    @property
    def wanted(self) -> str:
        """The image reference in the Deployment."""
        return self.workload.images.get(self.container, "") if self.workload else ""

    @property
    def hosts(self) -> tuple[HostState, ...]:
        """The state of the namespace, in the form that all kinds share; empty if it cannot be read."""
        if not self.readable:
            return ()
        ready = self.workload.ready if self.workload else ()
        state = HostState(
            host=self.target.config.hosts[0],
            serving=self.serving,
            since=max((pod.started for pod in ready), default=""),
            problem=self._problem,
            drift=tuple(self._drift()),
            record=self.record,
            locked_by=self.locked_by,
        )
        return (state,)

    def got_traffic(self, image: DeployedImage) -> bool:
        """Return whether users got answers of `image`: its pods are ready, or crashed, or replaced all others."""
        if self.workload is None or self.wanted != image.reference:
            return False
        alone = self.workload.updated == self.workload.total
        return alone or any(pod.ready or pod.restarts for pod in self.workload.newest)

    @property
    def _problem(self) -> str:
        name = self.target.config.deployment
        if self.workload is None:
            return f"there is no deployment `{name}`"
        if not self.workload.ready:
            return f"no pod of deployment `{name}` is ready: {self._reason}"
        if self.serving and digest_in(self.wanted) in ("", self.serving.digest):
            return ""
        return f"the rollout of `{self.wanted}` is not finished: {self._reason}"

    @property
    def _reason(self) -> str:
        if self.workload is None or not self.workload.replicas:
            return "it wants 0 pods"
        state = rollout(self.workload)
        return state.failed or state.waiting

    def _drift(self) -> Iterator[str]:
        """Yield a sentence if another image runs than was verified last, and if the rollout is paused."""
        last = self.record.current
        if self.serving and last and self.serving.digest != last.digest:
            yield f"{self.serving} runs, but {last} was verified last"
        if self.workload and self.workload.paused:
            yield f"the rollout of deployment `{self.workload.name}` is paused"
