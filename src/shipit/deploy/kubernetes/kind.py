"""The kind `kubernetes`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from msgspec.structs import replace

from shipit.core.deploy import DeployedImage, DeployEvent, EventKind, NewJob, machine
from shipit.core.duration import seconds
from shipit.deploy.base import Goal, ObservedTarget
from shipit.deploy.kubernetes.observe import observe_namespace
from shipit.deploy.kubernetes.observed import KubernetesTarget, ObservedKubernetes
from shipit.finding import Finding
from shipit.steps.base import Step
from shipit.steps.deploy import RecordEvent, VerifyRollout
from shipit.steps.kubernetes import AwaitRollout, ConfirmRollout, PatchDeployment, RunJob
from shipit.world import World


class Kubernetes:
    """The kind `kubernetes`; `shipit.deploy.base.TargetKind` describes the methods."""

    def observe(self, world: World, target: KubernetesTarget) -> ObservedKubernetes:
        return observe_namespace(world, target)

    def plan(self, target: KubernetesTarget, observed: ObservedTarget, goal: Goal) -> Iterator[Step]:
        seen = cast(ObservedKubernetes, observed)
        if goal.rejected:
            yield _event(target, "held", goal.rejected, goal)
        if goal.image.digest in seen.record.held:
            yield _event(target, "freed", goal.image, goal)
        if seen.wanted != goal.image.reference:
            yield from _adopt(target, seen, goal)
            # Also shows that the record can be written, before anything is rolled out.
            yield _event(target, "started", goal.image, goal)
            yield from _migrate(target, seen, goal)
        yield from _roll_out(target, seen, goal.image, goal.by, seconds(target.config.bake), new=not goal.rejected)

    def way_back(
        self, target: KubernetesTarget, before: ObservedTarget, now: ObservedTarget, rejected: Goal
    ) -> Iterator[Step]:
        was, seen = cast(ObservedKubernetes, before), cast(ObservedKubernetes, now)
        image = _earlier(was, seen, rejected)
        if image is None or seen.wanted != rejected.image.reference:  # another program gave it another image
            return
        if seen.got_traffic(rejected.image):
            yield RecordEvent(target.config.hosts[0], target.record_path, rejected.rejection)
        yield from _roll_out(target, seen, image, rejected.by, bake=0)
        if image.digest in seen.record.held:  # by the rollback that failed
            yield _event(target, "freed", image, rejected)

    def test(self, world: World, target: KubernetesTarget) -> Iterator[Finding]:
        yield from ()  # a plan checks everything already

    def logs(self, world: World, target: KubernetesTarget, lines: int) -> list[tuple[str, str]]:
        seen, (address,) = observe_namespace(world, target), target.config.hosts
        found = []
        for pod in seen.workload.pods if seen.workload else ():
            state = "ready" if pod.ready else pod.problem
            text = world.clusters.at(address).logs(pod.name, seen.container, lines)
            found.append((f"{pod.name} on {machine(address)}: {state}", text))
        return found


def _adopt(target: KubernetesTarget, seen: ObservedKubernetes, goal: Goal) -> Iterator[Step]:
    """Yield the step that records the image that another program rolled out, so that there is a way back to it."""
    healthy = all(host.healthy for host in seen.hosts)
    if seen.serving and healthy and seen.serving != goal.image and seen.record.current is None:
        yield replace(_event(target, "verified", seen.serving, goal), first=True)


def _event(target: KubernetesTarget, kind: EventKind, image: DeployedImage, goal: Goal) -> RecordEvent:
    why, together = (goal.why if kind == "held" else ""), (goal.together if kind == "started" else ())
    event = DeployEvent(kind, image, by=goal.by, why=why, together=together)
    return RecordEvent(target.config.hosts[0], target.record_path, event)


def _migrate(target: KubernetesTarget, seen: ObservedKubernetes, goal: Goal) -> Iterator[Step]:
    """Yield the step that runs the command of the new image; none for a rollback, whose image ran it before."""
    (host,), config = target.config.hosts, target.config
    if config.migrate and not goal.rejected:
        words, image, limit = config.migrate, goal.image, seconds(config.timeout)
        job = NewJob(target.state_path, config.deployment, seen.container, image.reference, words, limit)
        yield RunJob(host, image, job)


def _roll_out(
    target: KubernetesTarget, seen: ObservedKubernetes, image: DeployedImage, by: str, bake: float, *, new: bool = False
) -> Iterator[Step]:
    """Yield the steps after which the pods run `image`, and it is recorded as verified.

    The `verify` commands are for an image that is `new` and was not verified yet.
    """
    (host,), config, container = target.config.hosts, target.config, seen.container
    yield PatchDeployment(host, config.deployment, container, image, seen.wanted, by)
    yield AwaitRollout(host, config.deployment, container, image, seconds(config.within))
    if new and (seen.record.current != image or seen.wanted != image.reference):
        limit = seconds(config.timeout)
        yield from (VerifyRollout(host, image, command, limit, target.url) for command in config.verify)
    yield ConfirmRollout(
        host=host,
        app=target.app,
        deployment=config.deployment,
        container=container,
        image=image,
        record=target.record_path,
        bake=bake,
        url=target.url,
        by=by,
        url_before=target.url_status,
        environment=target.environment,
    )


def _earlier(before: ObservedKubernetes, now: ObservedKubernetes, rejected: Goal) -> DeployedImage | None:
    """Return the image to go back to: the one that served, or else one that was verified.

    None if none is known, or if the image served and was verified before the run.
    """
    record = now.record
    if before.serving == rejected.image == before.record.current and not rejected.unfinished:
        return None
    verified = [event.image for event in record.verified if event.image.digest not in record.held]
    candidates = (before.serving, record.current, now.serving, *verified)
    return next((image for image in candidates if image and image.digest not in ("", rejected.image.digest)), None)
