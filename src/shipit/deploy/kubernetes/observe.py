"""The reads that make up the state of a namespace."""

from __future__ import annotations

from collections import Counter

from msgspec.structs import replace

from shipit.core.deploy import DeployedImage, DeployRecord, Workload, digest_in
from shipit.core.images import REVISION, VERSION, Reference
from shipit.deploy.kubernetes.findings import container_findings, workload_findings
from shipit.deploy.kubernetes.observed import KubernetesTarget, ObservedKubernetes
from shipit.steps.deploy import read_record
from shipit.steps.kubernetes import pod_runs
from shipit.world import World

_SHOWN = 19  # characters of a digest


def observe_namespace(world: World, target: KubernetesTarget) -> ObservedKubernetes:
    """Return the state of the namespace of a target. Only reads."""
    (address,), config = target.config.hosts, target.config
    cluster = world.clusters.at(address)
    if problems := cluster.findings(jobs=bool(config.migrate)):
        return ObservedKubernetes(target, findings=problems, readable=False)
    workload = cluster.workload(config.deployment)
    seen = ObservedKubernetes(
        target,
        workload,
        container=_container(target, workload),
        record=read_record(cluster, target.record_path),
        locked_by=cluster.locked_by(target.state_path) or "",
        findings=tuple(container_findings(target, workload)),
    )
    if workload is None or not seen.container:
        return seen
    findings = (*seen.findings, *workload_findings(target, workload, seen.container))
    return replace(seen, serving=_serving(world, seen, workload), findings=findings)


def _container(target: KubernetesTarget, workload: Workload | None) -> str:
    """Return the container that gets the image; empty if it does not exist, or if it is not clear which one it is."""
    names = tuple(workload.images) if workload else ()
    if target.config.container:
        return target.config.container if target.config.container in names else ""
    return names[0] if len(names) == 1 else ""


def _serving(world: World, seen: ObservedKubernetes, workload: Workload) -> DeployedImage | None:
    """Return the image that most ready pods run; None if it is not known."""
    ids = Counter(pod.images.get(seen.container, "") for pod in workload.ready)
    found = next((each for each, _ in ids.most_common(1)), "")
    if not digest_in(found):
        return None
    name = Reference.parse(seen.wanted).name
    known = [event.image for event in seen.record.verified]
    if digest_in(seen.wanted):
        known.append(_image(world, name, digest_in(seen.wanted), seen.record))
    same = [image for image in known if image.digest == digest_in(found)]
    other = (image for image in known if not same and pod_runs(world, image, found))
    return next(iter(same), None) or next(other, None) or _image(world, name, digest_in(found), seen.record)


def _image(world: World, name: str, digest: str, record: DeployRecord) -> DeployedImage:
    """Return an image with the version and the commit that the record or the registry has for its digest."""
    recorded = next((event.image for event in record.events if event.image.digest == digest), None)
    if recorded:
        return recorded
    found = world.registry.find(f"{name}@{digest}")
    labels = found.labels if found else {}
    return DeployedImage(name, digest, labels.get(VERSION) or digest[:_SHOWN], labels.get(REVISION, ""))
