"""The functions that deploy the images of an environment, go back to an earlier version, and show what serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipit.adapters.project import Project
from shipit.api.deployments.attestation import unattested_findings
from shipit.api.deployments.locks import locked, locks
from shipit.api.deployments.promotion import unverified_findings
from shipit.api.deployments.way_back import any_undone, apply_or_go_back, observe
from shipit.api.failures import failures_notified
from shipit.errors import UsageError
from shipit.finding import any_blocks
from shipit.plan.outcome import Deployment

if TYPE_CHECKING:
    from shipit.core.deploy import DeployedImage
    from shipit.core.notifications import Task
    from shipit.deploy import AnyTarget, HostState, ObservedTarget
    from shipit.engine.apply import Observer
    from shipit.finding import Finding
    from shipit.plan.deploy import DeployPlan, ObservedDeployment
    from shipit.plan.model import Plan


def plan_deploy(
    project: Project,
    environment: str | None = None,
    version: str | None = None,
    *,
    retry: bool = False,
    after_push: bool = False,
) -> DeployPlan:
    """Return the plan that deploys to an environment. Changes nothing.

    Args:
        project: the repository, from `open_project`.
        environment: the name of the environment; None for the environment of the current branch.
        version: the version to deploy; None for the image of the current commit.
        retry: True to deploy an image that was rejected before.
        after_push: True to plan as if the image of the current commit were in the registry.

    Raises `UsageError` when there is no such environment, it has no target, or there is no such version. All other
    problems are in the `findings` of the plan.
    """
    name = environment_to_deploy(project, environment)
    return _plan(project, observe(project, name), version, retry, after_push)


def plan_deployments(project: Project, plan: Plan) -> tuple[DeployPlan, ...]:
    """Return the plans of the deployments that `shipit run` makes after `plan`, as if its images were pushed.

    Args:
        project: the repository, from `open_project`.
        plan: the plan of the images; after any other plan there is no deployment.
    """
    from shipit.plan.images import ImagePlan

    if not (isinstance(plan, ImagePlan) and project.config.environments[plan.environment].targets):
        return ()
    return (plan_deploy(project, plan.environment, after_push=True),)


def deployment_findings(project: Project, plan: Plan) -> tuple[Finding, ...]:
    """Return the problems of the deployments that `shipit run` makes after `plan`. Tests the hosts, too.

    Args:
        project: the repository, from `open_project`.
        plan: the plan of the images, or of a deployment; after any other plan there is no deployment.
    """
    from shipit.deploy import TARGETS
    from shipit.plan.deploy import DeployPlan, deploy_targets

    found: list[Finding] = []
    for planned in (plan,) if isinstance(plan, DeployPlan) else plan_deployments(project, plan):
        found += planned.findings if planned is not plan else ()
        if not any_blocks(planned.findings):  # else the hosts perhaps cannot be asked
            for target in deploy_targets(project.config, planned.environment):
                found += TARGETS[target.kind].test(project.world, target)
    return tuple(found)


def plan_rollback(project: Project, environment: str, version: str | None = None) -> DeployPlan:
    """Return the plan that goes back to an earlier version. Changes nothing.

    Args:
        project: the repository, from `open_project`.
        environment: the name of the environment.
        version: the version to go back to; None for the last verified one before the version that serves.

    Raises `UsageError` when there is no such environment or version.
    """
    return _plan_rollback(project, observe(project, environment_to_deploy(project, environment)), version)


def deploy(
    project: Project,
    environment: str | None = None,
    version: str | None = None,
    *,
    retry: bool = False,
    observer: Observer | None = None,
) -> Deployment:
    """Deploy to an environment. If the new version is not healthy, the earlier one serves again.

    Args:
        project: the repository, from `open_project`.
        environment: the name of the environment; None for the environment of the current branch.
        version: the version to deploy; None for the image of the current commit.
        retry: True to deploy an image that was rejected before.
        observer: receives the progress of each step.

    Raises the same errors as `plan_deploy`, `PreflightError` when findings block the plan, `ConflictError` when another
    deployment is running, `DeployError` when the new version is not healthy, and `UnsafeError` when no version could be
    verified to serve.
    """
    name = environment_to_deploy(project, environment)
    with failures_notified(project, observer, "deployment", name), locked(project, name):
        observed = observe(project, name)
        return apply_or_go_back(project, _plan(project, observed, version, retry), observed, observer)


def rollback(
    project: Project, environment: str, version: str | None = None, *, observer: Observer | None = None
) -> Deployment:
    """Go back to an earlier version. The version that is taken out of service is held: no later run brings it back.

    Args:
        project: the repository, from `open_project`.
        environment: the name of the environment.
        version: the version to go back to; None for the last verified one before the version that serves.
        observer: receives the progress of each step.

    Raises the same errors as `deploy`.
    """
    name = environment_to_deploy(project, environment)
    with failures_notified(project, observer, "rollback", name), locked(project, name):
        observed = observe(project, name)
        return apply_or_go_back(project, _plan_rollback(project, observed, version), observed, observer)


def plan_approval(project: Project, environment: str, *, reject: bool = False) -> DeployPlan:
    """Return the plan of `approve`. Changes nothing."""
    return _plan_approval(project, observe(project, environment_to_deploy(project, environment)), reject=reject)


def approve(
    project: Project, environment: str, *, reject: bool = False, observer: Observer | None = None
) -> Deployment:
    """Let a deployment go on that waits for an approval, and follow it to its end, or to its next pause.

    Args:
        project: the repository, from `open_project`.
        environment: the name of the environment.
        reject: True to go back to the earlier version instead; the other one is held, as after a rollback.
        observer: receives the progress of each step.

    Raises `UsageError` if no deployment is paused, and the same errors as `deploy`.
    """
    name = environment_to_deploy(project, environment)
    with failures_notified(project, observer, "rollback" if reject else "deployment", name), locked(project, name):
        observed = observe(project, name)
        return apply_or_go_back(project, _plan_approval(project, observed, reject=reject), observed, observer)


def apply_deployment(project: Project, plan: DeployPlan, observer: Observer | None = None) -> Deployment:
    """Carry out exactly `plan`; see `shipit.api.apply`."""
    from shipit.plan.deploy import require_same_state

    task: Task = "rollback" if plan.rollback else "deployment"
    with failures_notified(project, observer, task, plan.environment), locked(project, plan.environment):
        observed = observe(project, plan.environment)
        require_same_state(plan, project.config, observed)
        return apply_or_go_back(project, plan, observed, observer)


def status(project: Project, environment: str | None = None) -> tuple[ObservedDeployment, ...]:
    """Return what serves in an environment, or in all environments that have a target.

    Args:
        project: the repository, from `open_project`.
        environment: the name of the environment; None for all.

    Raises `UsageError` when there is no such environment, or it has no target.
    """
    names = [environment_to_deploy(project, environment)] if environment else _with_targets(project)
    if not names:
        raise UsageError("no environment has a target to deploy to", hint=_how_to_add_target("prod"))
    return tuple(observe(project, name, for_plan=False) for name in names)


def logs(project: Project, environment: str, lines: int = 100) -> tuple[tuple[str, str], ...]:
    """Return the end of the log of each container of an environment, with the container's name and host before it.

    Args:
        project: the repository, from `open_project`.
        environment: the name of the environment.
        lines: the number of lines of each container.

    Raises `UsageError` when there is no such environment, or it has no target.
    """
    from shipit.deploy import TARGETS
    from shipit.plan.deploy import deploy_targets

    name = environment_to_deploy(project, environment)
    found: list[tuple[str, str]] = []
    for target in deploy_targets(project.config, name):
        found += TARGETS[target.kind].logs(project.world, target, lines)
    return tuple(found)


def unlock(project: Project, environment: str) -> None:
    """Take the lock of an environment away from the run that holds it, which can then change nothing more.

    Raises `UsageError` when there is no such environment, or it has no target.
    """
    for host, path in locks(project, environment_to_deploy(project, environment)):
        project.world.place(host).unlock(path)


def environment_to_deploy(project: Project, wanted: str | None) -> str:
    """Return the name of the one environment with a target: `wanted` if it is given, else that of the branch.

    Raises `UsageError` when no environment matches, or more than one.
    """
    from shipit.api.environment_branch import require_environment
    from shipit.plan.dispatch import environments

    require_environment(project, wanted)
    branch = project.git.branch() or project.ci.branch
    names = environments(project.config, branch, wanted)
    matching = [name for name in names if project.config.environments[name].targets]
    if len(matching) == 1:
        return matching[0]
    if wanted:
        raise UsageError(f"environment `{wanted}` has no target to deploy to", hint=_how_to_add_target(wanted))
    known = " or ".join(f"`shipit deploy {name}`" for name in matching or _with_targets(project))
    if not known:
        raise UsageError("no environment has a target to deploy to", hint=_how_to_add_target("prod"))
    what = f"branch `{branch}` does not say which environment to deploy to" if branch else "HEAD is detached"
    raise UsageError(what, hint=known)


def _how_to_add_target(environment: str) -> str:
    return f"add `[environments.{environment}.deploy]` to shipit.toml; choose its `kind` in docs/guides/deploying.md"


def _with_targets(project: Project) -> list[str]:
    return [name for name, each in project.config.environments.items() if each.targets]


def _plan(
    project: Project, observed: ObservedDeployment, version: str | None, retry: bool, after_push: bool = False
) -> DeployPlan:
    from shipit.deploy import Goal
    from shipit.plan.deploy import (
        ask_public_address,
        image_of_commit,
        image_of_version,
        make_deploy_plan,
        older_findings,
    )

    if not all(seen.hosts for seen in observed.observed):  # nothing could be read
        return make_deploy_plan(project.config, observed, ())
    observed = ask_public_address(project.world, observed)
    goals: list[Goal] = []
    findings: list[Finding] = []
    for target, seen in zip(observed.targets, observed.observed, strict=True):
        if version:
            record = seen.hosts[0].record
            image = image_of_version(project.world, project.config, target, version, record)
        else:
            image, problems = image_of_commit(project.world, project.config, target, project.ci.branch)
            findings += () if after_push and target.config.deploys_image else problems
        goals.append(Goal(image, project.ci.run_name, retry=retry))
        findings += older_findings(project.git, target, seen.hosts, image)
    findings += unverified_findings(
        project,
        observed.environment,
        [
            (target.config.image or "", goal.image.digest, str(goal.image))
            for target, goal in zip(observed.targets, goals, strict=True)
            if goal.image.digest and target.config.deploys_image
        ],
    )
    findings += unattested_findings(project, observed, goals)
    return make_deploy_plan(project.config, observed, goals, tuple(dict.fromkeys(findings)))


def _plan_rollback(project: Project, observed: ObservedDeployment, version: str | None) -> DeployPlan:
    from shipit.deploy import Goal
    from shipit.plan.deploy import LastDeployment, ask_public_address, image_of_version, make_deploy_plan

    if not all(seen.hosts for seen in observed.observed):  # nothing could be read
        return make_deploy_plan(project.config, observed, (), rollback=True)
    observed = ask_public_address(project.world, observed)
    last, chosen = LastDeployment.of(observed), tuple(zip(observed.targets, observed.observed, strict=True))
    interrupted = (last.is_rollback and not last.finished) or any(_is_interrupted(project, *one) for one in chosen)
    goals = []
    for target, seen in chosen:
        host = seen.hosts[0]
        if version:
            image = image_of_version(project.world, project.config, target, version, host.record)
            rejected = host.serving if host.serving != image else None
        else:
            image, rejected = last.rollback_image(target, host, interrupted=interrupted)
        container = None if image.digest else host.replaced
        goals.append(Goal(image, project.ci.run_name, rejected=rejected, retry=True, container=container))
    findings = unattested_findings(project, observed, goals, rollback=True)
    return make_deploy_plan(project.config, observed, goals, findings, rollback=True)


def _plan_approval(project: Project, observed: ObservedDeployment, *, reject: bool) -> DeployPlan:
    from shipit.plan.deploy import (
        approved_goals,
        ask_public_address,
        image_of_version,
        make_deploy_plan,
        rejected_goals,
    )

    if not all(seen.hosts for seen in observed.observed):  # nothing could be read
        return make_deploy_plan(project.config, observed, (), rollback=reject)
    observed = ask_public_address(project.world, observed)

    def image_of(target: AnyTarget, host: HostState, version: str) -> DeployedImage:
        return image_of_version(project.world, project.config, target, version, host.record)

    run = project.ci.run_name
    goals = rejected_goals(observed, run) if reject else approved_goals(observed, run, image_of)
    return make_deploy_plan(project.config, observed, goals, rollback=reject)


def _is_interrupted(project: Project, target: AnyTarget, observed: ObservedTarget) -> bool:
    """Return whether the last rollback of a target is not finished on all hosts."""
    from shipit.deploy import TARGETS, Goal

    record = observed.hosts[0].record
    if record.current is None or record.rejected is None:
        return False
    goal = Goal(record.current, project.ci.run_name, rejected=record.rejected)
    return any_undone(project, TARGETS[target.kind].plan(target, observed, goal))
