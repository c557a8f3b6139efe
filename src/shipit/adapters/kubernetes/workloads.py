"""The conversion of the objects of a Deployment into a `Workload`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipit.adapters.kubernetes.objects import ContainerStatus, DeploymentObject, PodObject, ReplicaSet
from shipit.core.deploy import Pod, Workload

_STARTING = ("ContainerCreating", "PodInitializing")


def workload_of(deployment: DeploymentObject, parts: Sequence[ReplicaSet | PodObject]) -> Workload:
    """Return a Deployment with the pods of its ReplicaSets."""
    meta, spec, status = deployment.metadata, deployment.spec, deployment.status
    own = [each for each in parts if isinstance(each, ReplicaSet) and each.metadata.belongs_to({meta.uid})]
    pods = [each for each in parts if isinstance(each, PodObject)]
    newest = max(own, key=lambda each: each.revision, default=None)
    uids, newest_uid = {each.metadata.uid for each in own}, {newest.metadata.uid} if newest else set()
    containers = spec.template.spec.containers
    conditions = {each.type: each for each in status.conditions or ()}
    progress, failure = conditions.get("Progressing"), conditions.get("ReplicaFailure")
    return Workload(
        name=meta.name,
        version=meta.resource_version,
        images={each.name: each.image for each in containers},
        observed=status.observed_generation >= meta.generation,
        replicas=spec.replicas,
        total=status.replicas,
        updated=status.updated_replicas,
        available=status.available_replicas,
        paused=spec.paused,
        progress=progress.reason if progress else "",
        refused=failure.message if failure and failure.status == "True" else "",
        recreates=spec.strategy.type == "Recreate",
        labels={**(meta.annotations or {}), **(meta.labels or {})},
        probed=tuple(each.name for each in containers if each.readiness_probe),
        pre_stop=tuple(each.name for each in containers if each.lifecycle and each.lifecycle.pre_stop),
        pods=tuple(
            pod_of(pod, newest=pod.metadata.belongs_to(newest_uid)) for pod in pods if pod.metadata.belongs_to(uids)
        ),
    )


def pod_of(pod: PodObject, *, newest: bool = False) -> Pod:
    """Return a pod with the reason why it does not run."""
    status = pod.status
    containers = [*(status.init_container_statuses or ()), *(status.container_statuses or ())]
    reason, message = next(_reasons(pod, containers), ("", ""))
    return Pod(
        name=pod.metadata.name,
        newest=newest,
        images={each.name: each.image_id for each in containers if each.image_id},
        ready=any((each.type, each.status) == ("Ready", "True") for each in status.conditions or ()),
        restarts=sum(each.restart_count for each in containers),
        reason=reason,
        message=message,
        started=status.start_time or "",
        ending=pod.metadata.deletion_timestamp is not None or status.phase in ("Failed", "Succeeded"),
    )


def _reasons(pod: PodObject, containers: Sequence[ContainerStatus]) -> Iterator[tuple[str, str]]:
    """Yield the reasons why containers do not run, with details; those that will not pass by themselves come first."""
    waiting = [each for each in containers if each.state.waiting]
    for each in waiting:
        state, last = each.state.waiting, each.last_state.terminated
        if state and state.reason not in _STARTING:
            yield state.reason, f"exit status {last.exit_code}" if last else state.message
    for condition in pod.status.conditions or ():
        if (condition.type, condition.status) == ("PodScheduled", "False"):
            yield condition.reason, condition.message
    for each in containers:
        if (ended := each.state.terminated) and ended.exit_code:
            yield ended.reason or "Error", f"exit status {ended.exit_code}"
    yield from ((each.state.waiting.reason, "") for each in waiting if each.state.waiting)
