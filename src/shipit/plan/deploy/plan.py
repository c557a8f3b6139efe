"""The plan of a deployment: a pure function of the observed facts, the configuration and the wanted images."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Literal

from msgspec.structs import replace

from shipit.config.load import fingerprint
from shipit.config.model import Config
from shipit.core.deploy import Part, machine
from shipit.deploy import TARGETS, AnyTarget, Goal, ObservedTarget
from shipit.finding import Finding, any_blocks, blocking_first
from shipit.plan.deploy.last_deployment import LastDeployment
from shipit.plan.deploy.model import DeployPlan, PlannedHost, PlannedTarget
from shipit.plan.deploy.notify import deployed_steps
from shipit.plan.deploy.observe import ObservedDeployment
from shipit.plan.model import Inputs
from shipit.steps.base import Step
from shipit.steps.forge import ReportDeployment
from shipit.steps.repository import Run
from shipit.steps.static_site import UploadFiles
from shipit.world import ForgeDeployment

# The findings about the secrets of the task definition that runs now.
_OF_SECRETS = ("execution-role", "secret-missing", "secret-key", "secret-denied")


def make_deploy_plan(
    config: Config,
    observed: ObservedDeployment,
    goals: Sequence[Goal],
    findings: Sequence[Finding] = (),
    *,
    rollback: bool = False,
) -> DeployPlan:
    """Return the plan of a deployment.

    Args:
        config: the configuration.
        observed: the state of the environment.
        goals: the image that shall serve, for each target.
        findings: further problems, for example that an image is missing; `goals` can then be empty.
        rollback: True when the plan goes back to an earlier version.
    """
    chosen = tuple(zip(observed.targets, observed.observed, _together(observed, goals), strict=False))
    all_findings = (*findings, *observed.findings, *(each for one in chosen for each in (*_held(*one), *_paused(*one))))
    containers = any(goal.container for goal in goals)
    if containers:  # an interrupted rollback to such a container already started it on the port of its slot
        all_findings = tuple(finding for finding in all_findings if finding.code != "slot-port")
    if rollback:  # the earlier version comes back with the secrets that it had
        all_findings = tuple(finding for finding in all_findings if finding.code not in _OF_SECRETS)
    blocked = any_blocks(all_findings)
    steps = () if blocked else _files_first(step for one in chosen for step in TARGETS[one[0].kind].plan(*one))
    return DeployPlan(
        inputs=Inputs(observed.commit, observed.branch, fingerprint(config)),
        steps=(
            *(_reported(observed, goals, steps) if observed.reported and steps and not containers else steps),
            *(deployed_steps(config, observed, goals, rollback=rollback) if steps else ()),
        ),
        findings=blocking_first(all_findings),
        environment=observed.environment,
        targets=tuple(_planned(*one) for one in chosen),
        rollback=rollback,
    )


def _files_first(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return the steps with those first that build and upload the files of a site, which users do not see yet.

    So a build that fails ends the deployment before another target has changed.
    """
    return tuple(sorted(steps, key=lambda step: not isinstance(step, Run | UploadFiles)))


def report_of_end(plan: DeployPlan, state: Literal["failure", "inactive"]) -> tuple[Step, ...]:
    """Return the step that reports the end of the deployment of `plan`; empty if the forge shows no deployments."""
    begins = (step for step in plan.steps if isinstance(step, ReportDeployment))
    return tuple(ReportDeployment(step.deployment, state) for step in begins if step.state == "in_progress")


def plan_way_back(
    failed: DeployPlan,
    before: ObservedDeployment,
    now: ObservedDeployment,
    why: str,
    by: str,
    verified: Collection[tuple[str, str]] = (),
) -> DeployPlan:
    """Return the plan that brings back what served before a deployment that failed, the last target first.

    Args:
        failed: the plan of that deployment.
        before: the state of the environment when the run began.
        now: its state after the failure.
        why: the reason of the failure.
        by: the run.
        verified: the hosts and apps on which the new version was verified.
    """
    steps: list[Step] = []
    last = LastDeployment.of(before)
    for number, planned in reversed(list(enumerate(failed.targets))):
        target, was = before.targets[number], before.observed[number]
        fails = any(
            (host.host, target.app) not in verified and host.record.current != planned.image for host in was.hosts
        )
        rejected = Goal(
            planned.image,
            by,
            why=why.removeprefix(f"{planned.image} "),
            unfinished=last.unfinished(target, was.hosts, planned.image),
            innocent=not fails,
        )
        steps += TARGETS[target.kind].way_back(target, was, now.observed[number], rejected)
    return replace(failed, steps=tuple(steps), findings=(), rollback=True)


def _together(observed: ObservedDeployment, goals: Sequence[Goal]) -> list[Goal]:
    """Return the goals with all parts of the deployment, if it has several."""
    chosen = zip(observed.targets, observed.observed, goals, strict=False)
    parts = tuple(
        Part(host.host, target.app, goal.image.digest) for target, seen, goal in chosen for host in seen.hosts
    )
    return [replace(goal, together=parts if len(parts) > 1 else ()) for goal in goals]


def _reported(observed: ObservedDeployment, goals: Sequence[Goal], steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return `steps` between the reports to the forge that the deployment begins and that it succeeded."""
    images = dict.fromkeys(goal.image for goal in goals)
    deployment = ForgeDeployment(
        environment=observed.environment,
        commit=goals[0].image.revision or observed.commit,
        digest=" ".join(image.digest for image in images),
        version=" ".join(dict.fromkeys(image.version for image in images)),
        url=observed.targets[0].url,
        log_url=goals[0].by if goals[0].by.startswith("http") else "",
    )
    begin, end = ReportDeployment(deployment, "in_progress"), ReportDeployment(deployment, "success")
    return (begin, *steps, end)


def _planned(target: AnyTarget, observed: ObservedTarget, goal: Goal) -> PlannedTarget:
    hosts = (PlannedHost(host.host, host.serving, host.problem, host.drift, host.login) for host in observed.hosts)
    return PlannedTarget(target.app, target.kind, goal.image, tuple(hosts))


def _paused(target: AnyTarget, observed: ObservedTarget, goal: Goal) -> Iterator[Finding]:
    """Yield a finding for each deployment of another image that is paused: a person has to decide about it first."""
    for host in observed.hosts:
        decided = {image.digest for image in (goal.image, goal.rejected) if image}
        if host.paused and host.paused.image.digest not in decided:
            what = f"the deployment of {host.paused.image} to {machine(host.host)} waits for an approval"
            fix = f"shipit approve {target.environment}, or to go back: shipit approve {target.environment} --reject"
            yield Finding("paused", f"{what}: {host.paused.what}", fix)


def _held(target: AnyTarget, observed: ObservedTarget, goal: Goal) -> Iterator[Finding]:
    """Yield a finding for each host on which the wanted image is held."""
    for host in observed.hosts:
        event = host.record.why_held(goal.image.digest)
        if event and not goal.retry:
            since = f" since {event.at}" if event.at else ""
            what = f"{goal.image} is held on {machine(host.host)}{since}: {event.why or 'it was rejected'}"
            yield Finding(
                "held", what, f"deploy it although it was rejected: shipit deploy {target.environment} --retry"
            )
