"""The functions that deploy the images of an environment, go back to an earlier version, and show what serves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Literal

from shipit.adapters.project import Project
from shipit.api.releasing import carry_out
from shipit.errors import ConflictError, NotVerifiedError, PreflightError, ShipitError, UnsafeError, UsageError
from shipit.finding import any_blocks
from shipit.plan.outcome import Deployment

if TYPE_CHECKING:
    from shipit.deploy import AnyTarget, ObservedTarget
    from shipit.engine.apply import Observer
    from shipit.finding import Finding
    from shipit.plan.deploy import DeployPlan, ObservedDeployment
    from shipit.plan.model import Plan
    from shipit.steps.base import Outputs, Step


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
    return _plan(project, _observe(project, name), version, retry, after_push)


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


def plan_rollback(project: Project, environment: str, version: str | None = None) -> DeployPlan:
    """Return the plan that goes back to an earlier version. Changes nothing.

    Args:
        project: the repository, from `open_project`.
        environment: the name of the environment.
        version: the version to go back to; None for the last verified one before the version that serves.

    Raises `UsageError` when there is no such environment or version.
    """
    return _plan_rollback(project, _observe(project, environment_to_deploy(project, environment)), version)


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
    with _locked(project, name):
        observed = _observe(project, name)
        return _apply(project, _plan(project, observed, version, retry), observed, observer)


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
    with _locked(project, name):
        observed = _observe(project, name)
        return _apply(project, _plan_rollback(project, observed, version), observed, observer)


def apply_deployment(project: Project, plan: DeployPlan, observer: Observer | None = None) -> Deployment:
    """Carry out exactly `plan`; see `shipit.api.apply`."""
    from shipit.plan.deploy import require_same_state

    with _locked(project, plan.environment):
        observed = _observe(project, plan.environment)
        require_same_state(plan, project.config, observed)
        return _apply(project, plan, observed, observer)


def status(project: Project, environment: str | None = None) -> tuple[ObservedDeployment, ...]:
    """Return what serves in an environment, or in all environments that have a target.

    Args:
        project: the repository, from `open_project`.
        environment: the name of the environment; None for all.

    Raises `UsageError` when there is no such environment, or it has no target.
    """
    names = [environment_to_deploy(project, environment)] if environment else _with_targets(project)
    return tuple(_observe(project, name, for_plan=False) for name in names)


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
    for host, path in _locks(project, environment_to_deploy(project, environment)):
        project.world.hosts.at(host).unlock(path)


def environment_to_deploy(project: Project, wanted: str | None) -> str:
    """Return the name of the one environment with a target: `wanted` if it is given, else that of the branch.

    Raises `UsageError` when no environment matches, or more than one.
    """
    from shipit.plan.dispatch import environments

    branch = project.git.branch() or project.ci.branch
    names = environments(project.config, branch, wanted)
    matching = [name for name in names if project.config.environments[name].targets]
    if len(matching) == 1:
        return matching[0]
    if wanted:
        hint = f"add `[environments.{wanted}.deploy]` to shipit.toml"
        raise UsageError(f"environment `{wanted}` has no target to deploy to", hint=hint)
    known = " or ".join(f"`shipit deploy {name}`" for name in matching or _with_targets(project))
    what = f"branch `{branch}` does not say which environment to deploy to" if branch else "HEAD is detached"
    raise UsageError(what, hint=known or "add `[environments.prod.deploy]` to shipit.toml")


def _with_targets(project: Project) -> list[str]:
    return [name for name, each in project.config.environments.items() if each.targets]


def _observe(project: Project, environment: str, *, for_plan: bool = True) -> ObservedDeployment:
    from shipit.plan.deploy import observe_deployment

    branch = project.ci.branch
    return observe_deployment(project.world, project.config, environment, branch=branch, for_plan=for_plan)


def _plan(
    project: Project, observed: ObservedDeployment, version: str | None, retry: bool, after_push: bool = False
) -> DeployPlan:
    from shipit.deploy import Goal
    from shipit.plan.deploy import image_of_commit, image_of_version, make_deploy_plan, older_findings

    if not all(seen.hosts for seen in observed.observed):  # nothing could be read
        return make_deploy_plan(project.config, observed, ())
    goals: list[Goal] = []
    findings: list[Finding] = []
    for target, seen in zip(observed.targets, observed.observed, strict=True):
        if version:
            record = seen.hosts[0].record
            image = image_of_version(project.world, project.config, target, version, record)
        else:
            image, problems = image_of_commit(project.world, project.config, target, project.ci.branch)
            findings += () if after_push else problems
        goals.append(Goal(image, project.ci.run_name, retry=retry))
        findings += older_findings(project.git, target, seen.hosts, image)
    return make_deploy_plan(project.config, observed, goals, findings)


def _plan_rollback(project: Project, observed: ObservedDeployment, version: str | None) -> DeployPlan:
    from shipit.deploy import Goal
    from shipit.plan.deploy import image_of_version, make_deploy_plan, rollback_image

    if not all(seen.hosts for seen in observed.observed):  # nothing could be read
        return make_deploy_plan(project.config, observed, (), rollback=True)
    goals = []
    for target, seen in zip(observed.targets, observed.observed, strict=True):
        host = seen.hosts[0]
        if version:
            image = image_of_version(project.world, project.config, target, version, host.record)
            rejected = host.serving if host.serving != image else None
        else:
            image, rejected = rollback_image(host, interrupted=_is_interrupted(project, target, seen))
        goals.append(Goal(image, project.ci.run_name, rejected=rejected, retry=True))
    return make_deploy_plan(project.config, observed, goals, rollback=True)


def _is_interrupted(project: Project, target: AnyTarget, observed: ObservedTarget) -> bool:
    """Return whether the last rollback of a target is not finished on all hosts."""
    from shipit.deploy import TARGETS, Goal

    record = observed.hosts[0].record
    if record.current is None or record.rejected is None:
        return False
    goal = Goal(record.current, project.ci.run_name, rejected=record.rejected)
    return _any_undone(project, TARGETS[target.kind].plan(target, observed, goal))


def _apply(project: Project, plan: DeployPlan, before: ObservedDeployment, observer: Observer | None) -> Deployment:
    """Apply `plan`; if it fails, bring back what served when the run began, and raise the error."""
    watched = Watched(observer)
    if any_blocks(plan.findings):
        refused = PreflightError(plan.findings, state=plan.untouched, to=plan.purpose)
        raise _finish_way_back(project, plan, before, refused, watched)
    url = project.config.environments[plan.environment].url or ""
    try:
        return Deployment(plan, carry_out(project, plan, watched), url)
    except NotVerifiedError as error:
        if error.required:
            raise _failed_and_reported(project, plan, before, error, watched) from error
        _report_end(project, plan, watched.observer, "inactive")
        return Deployment(plan, _unproven(plan, error) | watched.outputs, url)
    except ShipitError as error:
        if watched.confirmed(plan):  # the new version serves, and only the rest is not tidy
            error.state = "the new version serves and was verified; run the same command again to finish"
            raise
        raise _failed_and_reported(project, plan, before, error, watched) from error


def _unproven(plan: DeployPlan, error: NotVerifiedError) -> dict[str, str]:
    """Return the outputs which say that it is not known what serves."""
    from shipit.steps.deploy import verified_key

    return {verified_key(*place): error.what for place in plan.places}


def _failed_and_reported(
    project: Project, plan: DeployPlan, before: ObservedDeployment, error: ShipitError, watched: Watched
) -> ShipitError:
    """Do the same as `_failed`, and report the failure to the forge."""
    failure = _failed(project, plan, before, error, watched)
    _report_end(project, plan, watched.observer, "failure")
    return failure


def _failed(
    project: Project, plan: DeployPlan, before: ObservedDeployment, error: ShipitError, watched: Watched
) -> ShipitError:
    """Bring back what served when the run began, unless another run works there, and return the error to raise."""
    if isinstance(error, ConflictError):  # another run works on the host, or there is something unknown
        error.state = error.state or f"run `shipit status {plan.environment}` to see what serves"
        return error
    return _way_back(project, plan, before, error, watched)


def _report_end(project: Project, plan: DeployPlan, observer: Observer, state: Literal["failure", "inactive"]) -> None:
    """Report to the forge how the deployment ended; a problem with that is only passed to `observer`."""
    from shipit.engine.apply import apply_steps
    from shipit.plan.deploy import report_of_end

    apply_steps(report_of_end(plan, state), project.world, observer)


def _finish_way_back(
    project: Project, plan: DeployPlan, before: ObservedDeployment, refused: PreflightError, watched: Watched
) -> ShipitError:
    """Return the error to raise for a held version, after finishing the way back of the run that held it."""
    from shipit.plan.deploy import plan_way_back

    if {finding.code for finding in plan.findings if finding.blocks} != {"held"}:
        return refused
    steps = plan_way_back(plan, before, before, "", project.ci.run_name).steps
    return _way_back(project, plan, before, refused, watched) if _any_undone(project, steps) else refused


def _any_undone(project: Project, steps: Iterable[Step]) -> bool:
    """Return whether a step is not done. Old requests can last longer than a run waits, so they do not count."""
    from shipit.steps.base import Todo

    return any(step.kind != "drain" and isinstance(step.check(project.world), Todo) for step in steps)


def _way_back(
    project: Project, plan: DeployPlan, before: ObservedDeployment, error: ShipitError, watched: Watched
) -> ShipitError:
    """Bring back what served before, verify it, and return the error to raise."""
    from shipit.core.deploy import machine
    from shipit.plan.deploy import plan_way_back

    try:
        now = _observe(project, plan.environment)
        back = plan_way_back(plan, before, now, error.what, project.ci.run_name)
        unfinished = _problem_of(project, back, watched.observer)
        after = _observe(project, plan.environment)
    except ShipitError as second:
        return _unverified(plan, error, second.what, moved=watched.moved)
    problems = [f"{machine(host.host)}: {host.problem}" for host in after.hosts if host.problem]
    served = dict.fromkeys(str(host.serving) for host in after.hosts if host.serving)
    if unfinished and [host.serving for host in after.hosts] != [host.serving for host in before.hosts]:
        problems.append(unfinished)
    if not all(host.known for host in after.hosts):
        error.state = "it is not known which version serves"
    elif not any(host.healthy for host in before.hosts):
        error.state = "no version served here before, so there is none to go back to"
    elif problems:
        return _unverified(plan, error, "; ".join(problems), moved=watched.moved)
    else:
        error.state = f"{', '.join(served) or 'the container of before'} serves, as before; this was verified"
        error.state += f". Not everything is tidy: {unfinished}" if unfinished else ""
    return error


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
    hint = f"run `shipit status {plan.environment}`, then the same command again"
    state = f"no version could be verified to serve: {problem}. Nothing was removed"
    return UnsafeError(error.what, hint=hint, state=state, tail=getattr(error, "tail", ""))


class Watched:
    """An observer that passes everything on, and remembers the outputs, and whether a step moved traffic.

    Args:
        observer: the observer to pass everything on to; None for none.
    """

    def __init__(self, observer: Observer | None) -> None:
        from shipit.engine.apply import Silent

        self.observer = observer or Silent()
        self.moved = False
        self.outputs: dict[str, str] = {}

    def confirmed(self, plan: DeployPlan) -> bool:
        """Return whether the new version was verified on all hosts."""
        from shipit.steps.deploy import verified_key

        return bool(plan.places) and all(self.outputs.get(verified_key(*place)) == "true" for place in plan.places)

    def started(self, step: Step) -> None:
        self.observer.started(step)

    def applying(self, step: Step) -> None:
        self.moved = self.moved or step.public
        self.observer.applying(step)

    def finished(self, step: Step, outputs: Outputs, *, already: bool) -> None:
        self.outputs |= outputs
        self.observer.finished(step, outputs, already=already)

    def optional_failed(self, step: Step, error: ShipitError) -> None:
        self.observer.optional_failed(step, error)


@contextmanager
def _locked(project: Project, environment: str) -> Iterator[None]:
    """Hold the lock of each target of an environment on each of its hosts."""
    with ExitStack() as held:
        for host, path in _locks(project, environment):
            held.enter_context(project.world.hosts.at(host).lock(path, project.ci.run_name))
        _ensure_keys(project, environment)
        yield


def _ensure_keys(project: Project, environment: str) -> None:
    """Create the key for the fingerprints of secrets on the host, where it is needed and missing."""
    import secrets

    from shipit.plan.deploy import key_path

    for target in project.config.environments[environment].targets:
        if target.secrets:
            host = project.world.hosts.at(target.hosts[0])
            if not host.read(key_path(target)):
                host.write(key_path(target), secrets.token_hex(32), mode=0o600)


def _locks(project: Project, environment: str) -> list[tuple[str, str]]:
    """Return the host and the path of each lock, in an order that is the same in every run."""
    from shipit.plan.deploy import deploy_targets

    targets = deploy_targets(project.config, environment)
    return sorted({(host, target.state_path) for target in targets for host in target.config.hosts})
