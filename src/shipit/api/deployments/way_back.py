"""The functions that apply the plan of a deployment and, if it fails, go back to the version that served before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal

from shipit.adapters.project import Project
from shipit.api.deployments.progress import DeploymentProgress
from shipit.api.releasing import carry_out
from shipit.errors import (
    AuthError,
    ConflictError,
    DeployError,
    NotVerifiedError,
    PreflightError,
    ShipitError,
    UnsafeError,
    as_shipit_error,
)
from shipit.finding import any_blocks
from shipit.plan.outcome import Deployment

if TYPE_CHECKING:
    from shipit.engine.apply import Observer
    from shipit.plan.deploy import DeployPlan, ObservedDeployment
    from shipit.steps.base import Step


def apply_or_go_back(
    project: Project, plan: DeployPlan, before: ObservedDeployment, observer: Observer | None
) -> Deployment:
    """Apply `plan`; if it fails, bring back what served when the run began, and raise the error.

    `KeyboardInterrupt` gets a note about the traffic, for the message of the command line.
    """
    progress = DeploymentProgress(observer)
    try:
        return _apply_or_go_back(project, plan, before, progress)
    except KeyboardInterrupt as interrupt:
        interrupt.__notes__ = ["; ".join(progress.notes(plan))]  # instead of the steps that are done
        raise


def _apply_or_go_back(
    project: Project, plan: DeployPlan, before: ObservedDeployment, progress: DeploymentProgress
) -> Deployment:
    """Apply `plan`, or go back; see `apply_or_go_back`."""
    if any_blocks(plan.findings):
        refused = PreflightError(plan.findings, state=plan.untouched, to=plan.purpose)
        raise _finish_way_back(project, plan, before, refused, progress)
    from shipit.engine.apply import apply_steps
    from shipit.plan.deploy import unverified_steps
    from shipit.steps.ecs import Paused

    url = project.config.environments[plan.environment].url or ""
    try:
        return Deployment(plan, carry_out(project, plan, progress), url)
    except Paused as paused:
        return Deployment(plan, _paused(project, plan, paused.what, progress), url)
    except NotVerifiedError as error:
        if error.required or progress.is_before_others(plan):
            raise _failed_and_reported(project, plan, before, error, progress) from error
        _report_end(project, plan, progress.observer, "inactive")
        apply_steps(unverified_steps(plan), project.world, progress.observer)
        return Deployment(plan, _unproven(plan, error.what) | progress.outputs, url)
    except ShipitError as error:
        if progress.confirmed(plan):  # the new version serves, and only steps that clean up are not done
            error.state = "the new version serves and was verified; run the same command again to finish"
            raise
        raise _failed_and_reported(project, plan, before, error, progress) from error


def _paused(project: Project, plan: DeployPlan, what: str, progress: DeploymentProgress) -> dict[str, str]:
    """Notify the team of a deployment that waits for a person, and return the outputs of this run."""
    from shipit.engine.apply import apply_steps
    from shipit.plan.deploy import paused_steps

    notice = paused_steps(project.config, plan, project.world.forge.links(), what, project.ci.run_name)
    apply_steps(notice, project.world, progress.observer)
    return _unproven(plan, what) | progress.outputs | {"paused": what}


def _unproven(plan: DeployPlan, why: str) -> dict[str, str]:
    """Return the outputs which say why it is not known that the new version serves."""
    from shipit.steps.deploy import verified_key

    return {verified_key(*place): why for place in plan.places}


def _failed_and_reported(
    project: Project, plan: DeployPlan, before: ObservedDeployment, error: ShipitError, progress: DeploymentProgress
) -> ShipitError:
    """Do the same as `_failed`, and report the failure to the forge."""
    failure = _failed(project, plan, before, error, progress)
    _report_end(project, plan, progress.observer, "failure")
    return failure


def _failed(
    project: Project, plan: DeployPlan, before: ObservedDeployment, error: ShipitError, progress: DeploymentProgress
) -> ShipitError:
    """Bring back what served when the run began, unless another run is running there, and return the error to raise."""
    if isinstance(error, ConflictError):  # another run works on the host, or there is something unknown
        error.state = "; ".join(progress.notes(plan))
        return error
    return _way_back(project, plan, before, error, progress)


def _report_end(project: Project, plan: DeployPlan, observer: Observer, state: Literal["failure", "inactive"]) -> None:
    """Report the end of the deployment to the forge; if this fails, only `observer` receives the error."""
    from shipit.engine.apply import apply_steps
    from shipit.plan.deploy import report_of_end

    apply_steps(report_of_end(plan, state), project.world, observer)


def _finish_way_back(
    project: Project,
    plan: DeployPlan,
    before: ObservedDeployment,
    refused: PreflightError,
    progress: DeploymentProgress,
) -> ShipitError:
    """Return the error to raise for a held version, after finishing the way back of the run that held it."""
    from shipit.plan.deploy import plan_way_back

    if {finding.code for finding in plan.findings if finding.blocks} != {"held"}:
        return refused
    steps = plan_way_back(plan, before, before, "", project.ci.run_name).steps
    return _way_back(project, plan, before, refused, progress) if any_undone(project, steps) else refused


def any_undone(project: Project, steps: Iterable[Step]) -> bool:
    """Return whether a step is not done. Old requests can last longer than a run waits, so they do not count."""
    from shipit.steps.base import Todo

    return any(step.kind != "drain" and isinstance(step.check(project.world), Todo) for step in steps)


def _way_back(
    project: Project, plan: DeployPlan, before: ObservedDeployment, error: ShipitError, progress: DeploymentProgress
) -> ShipitError:
    """Bring back what served before, verify it, and return the error to raise."""
    from shipit.core.deploy import machine
    from shipit.plan.deploy import plan_way_back

    try:
        now = _observe_all(project, before)
        back = plan_way_back(plan, before, now, error.what, project.ci.run_name, progress.verified(plan))
        unfinished = _problem_of(project, back, progress.observer)
        after = _observe_all(project, before)
    except (ShipitError, OSError) as second:
        return _unverified(plan, error, _reason(as_shipit_error(second)), moved=progress.moved)
    problems = [f"{machine(host.host)}: {host.problem}" for host in after.hosts if host.problem]
    served = dict.fromkeys(str(host.serving) for host in after.hosts if host.serving)
    if unfinished and [host.serving for host in after.hosts] != [host.serving for host in before.hosts]:
        problems.append(unfinished)
    if not all(host.known for host in after.hosts):
        error.state = "it is not known which version serves"
    elif not any(host.healthy or host.serving for host in before.hosts):
        error.state = "no version served when this deployment began, so there is no earlier version to go back to"
        now_served = dict.fromkeys(str(host.serving) for host in after.hosts if host.serving and not host.problem)
        error.state += f"; {', '.join(now_served)} serves now" if now_served else ""
        error.state += "".join(f". {sentence}" for sentence in _held(plan, after))
    elif _same_problems(before, after):
        error.state = f"{', '.join(served)} serves, as before, and still has its earlier problem: {problems[0]}"
    elif problems:
        return _unverified(plan, error, "; ".join(problems), moved=progress.moved)
    else:
        error.state = f"{', '.join(served) or 'the earlier container'} serves, as before; this was verified"
        error.state += f". The cleanup is not finished: {unfinished}" if unfinished else ""
        error.state += "".join(f". {sentence}" for sentence in _held(plan, after))
        if isinstance(error, DeployError):
            error.serving = ", ".join(served)
            error.rejected = ", ".join(dict.fromkeys(target.image.version for target in plan.targets))
    return error


def _held(plan: DeployPlan, after: ObservedDeployment) -> Iterator[str]:
    """Yield a sentence for each image of `plan` that is held now, with the command that deploys it all the same."""
    held = {digest for host in after.hosts for digest in host.record.held}
    for image in dict.fromkeys(target.image for target in plan.targets):
        if image.digest in held and image.version:
            again = f"shipit deploy {plan.environment} {image.version} --retry"
            yield f"{image.version} is held: if the problem was not in the image, deploy it again with `{again}`"


def _observe_all(project: Project, before: ObservedDeployment) -> ObservedDeployment:
    """Return the state of an environment; raise `PreflightError` if a host of `before` can no longer be used."""
    now = observe(project, before.environment)
    for target, was in zip(now.observed, before.observed, strict=True):
        if len(target.hosts) < len(was.hosts):
            raise PreflightError(target.findings, to="go back")
    return now


def _reason(error: ShipitError) -> str:
    """Return the sentence that says why something failed; for a preflight, that of each problem."""
    findings = error.findings if isinstance(error, PreflightError) else ()
    return "; ".join(finding.what for finding in findings if finding.blocks) or error.what


def _same_problems(before: ObservedDeployment, after: ObservedDeployment) -> bool:
    """Return whether the state is the same as before the run, when it was not healthy either."""
    states = [[(host.host, host.serving, host.problem) for host in each.hosts] for each in (before, after)]
    return states[0] == states[1] and any(host.problem for host in after.hosts)


def _problem_of(project: Project, plan: DeployPlan, observer: Observer) -> str:
    """Carry out the way back, and return the problem that ended it; empty if it is finished."""
    try:
        carry_out(project, plan, observer)
    except ShipitError as error:
        return error.what
    return ""


def _unverified(plan: DeployPlan, error: ShipitError, problem: str, *, moved: bool) -> ShipitError:
    """Return the error to raise when it could not be verified what serves after a failure."""
    if not moved:
        error.state = f"no traffic was moved, but what serves now could not be checked: {problem}"
        return error
    first = f"{error.hint}; then " if isinstance(error, AuthError) and error.hint else ""
    hint = f"{first}run `shipit status {plan.environment}`, then the same command again"
    state = f"no version could be verified to serve: {problem}. Nothing was removed"
    return UnsafeError(error.what, hint=hint, state=state, tail=getattr(error, "tail", ""))


def observe(project: Project, environment: str, *, for_plan: bool = True) -> ObservedDeployment:
    """Return the state of an environment; with `for_plan`, also the findings that stop a deployment."""
    from shipit.plan.deploy import observe_deployment

    branch = project.ci.branch
    return observe_deployment(project.world, project.config, environment, branch=branch, for_plan=for_plan)
