"""The problems of a Deployment that a plan shows."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.core.deploy import Workload, kubectl, machine
from shipit.deploy.kubernetes.observed import KubernetesTarget
from shipit.finding import Finding


def container_findings(target: KubernetesTarget, workload: Workload | None) -> Iterator[Finding]:
    """Yield a finding if the Deployment is missing, or if it is not clear which container gets the image."""
    config, where = target.config, machine(target.config.hosts[0])
    if workload is None:
        what = f"there is no deployment `{config.deployment}` on {where}, and shipit only changes its image"
        yield Finding(
            "deployment-missing", what, f"create it once: {kubectl(config.hosts[0], 'apply -f deployment.yaml')}"
        )
        return
    names = ", ".join(f"`{name}`" for name in workload.images)
    if config.container and config.container not in workload.images:
        what = f"deployment `{config.deployment}` has no container `{config.container}`"
        yield Finding("container", what, f"set `container` of the target to one of {names}")
    elif not config.container and len(workload.images) > 1:
        what = f"deployment `{config.deployment}` has several containers: {names}"
        yield Finding("container", what, "set `container` of the target to the one that gets the image")


def workload_findings(target: KubernetesTarget, workload: Workload, container: str) -> Iterator[Finding]:
    """Yield a finding for each reason why a rollout of the Deployment would fail, be reverted, or lose requests."""
    name, (address,) = f"deployment `{workload.name}`", target.config.hosts
    yield from _manager_findings(workload)
    if workload.paused:
        what = f"the rollout of {name} is paused, so that no new pod would start"
        yield Finding("rollout-paused", what, kubectl(address, f"rollout resume deployment {workload.name}"))
    if not workload.replicas:
        what = f"{name} wants 0 pods, so that no version would serve"
        yield Finding("no-replicas", what, kubectl(address, f"scale deployment {workload.name} --replicas=2"))
    if container not in workload.probed and target.config.health == "probe":
        what = f"container `{container}` of {name} has no readiness probe, so that a broken version would get traffic"
        yield Finding("no-readiness-probe", what, 'add a `readinessProbe`, or set `health = "none"` of the target')
    if workload.recreates:
        what = f"{name} has the strategy `Recreate`: no pod serves while the new ones start"
        yield Finding("recreate", what, "set `strategy.type` to `RollingUpdate`", "warning")
    if container not in workload.pre_stop:
        what = f"container `{container}` of {name} has no `preStop` hook, so that requests can be lost when it ends"
        yield Finding("no-pre-stop", what, "add `lifecycle: {preStop: {sleep: {seconds: 5}}}`", "warning")


def _manager_findings(workload: Workload) -> Iterator[Finding]:
    """Yield a finding if another program will write its own image into the Deployment again."""
    manager, label = workload.manager
    if manager == "Helm":
        what = (
            f"deployment `{workload.name}` belongs to Helm, so that the next `helm upgrade` brings back its own image"
        )
        yield Finding("managed", what, "set the digest in the values of the chart, too", "warning")
    elif manager:
        what = f"deployment `{workload.name}` is managed by {manager} (`{label}`), which reverts a change of its image"
        yield Finding("managed", what, f"change the image in the source that {manager} reads, instead of this target")
