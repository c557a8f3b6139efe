"""Releases: planned, applied, and finished where they were cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipit.adapters.lock import exclusive
from shipit.adapters.project import Project
from shipit.api.history import renderer
from shipit.errors import BranchMoved, PreflightError
from shipit.plan.model import Plan
from shipit.plan.outcome import Outcome

if TYPE_CHECKING:
    from shipit.engine.apply import Observer

# How often a release is planned afresh because somebody else pushed first.
ATTEMPTS = 5
_UNTOUCHED = "nothing was changed: the repository and its remote are as they were"


def plan_release(project: Project, *, version: str | None = None) -> Plan:
    """Everything `release` would do now, and why. Fetches what is missing and changes nothing.

    >>> import shipit
    >>> plan = shipit.plan_release(shipit.open_project("chat-server"))
    >>> [step.summary for step in plan.steps][:3]
    ['write build.gradle', 'write CHANGELOG.md', 'commit chore(release): 0.4.0']

    Args:
        project: the repository, from `open_project`.
        version: release this version instead of the computed one.

    Raises `UsageError` when `version` is none, `ConflictError` when it does not rise or exists already,
    `PreflightError` when there is no commit; what else stands in the way are the plan's `findings`.
    """
    from shipit.plan.observe import observe
    from shipit.plan.release import plan_release as plan

    observed = observe(project.world, project.config, project.environment.branch)
    return plan(project.config, observed, renderer(project), version)


def apply(project: Project, plan: Plan, observer: Observer | None = None) -> Outcome:
    """Carry out exactly `plan`; what is done already is left alone.

    >>> import shipit
    >>> project = shipit.open_project("chat-server")
    >>> outcome = shipit.apply(project, shipit.plan_release(project))
    >>> outcome.released, outcome.names
    (True, 'v0.4.0')

    Args:
        project: the repository, from `open_project`.
        plan: from `plan_release`, now or earlier.
        observer: is told of each step, while it happens.

    Raises `PreflightError` for the plan's findings, `ConflictError` when what it was made from changed, and
    `AuthError`, `RemoteError` or `CommandError` when a step fails; `state` tells what others can see by then.
    """
    from shipit.plan.standing import observe_standing
    from shipit.plan.unchanged import require_same_commit, require_unchanged

    with exclusive(project.git.directory):
        if plan.building:
            require_same_commit(plan, project.config, project.git)
            return carry_out(project, plan, observer)
        standing = observe_standing(project.git, project.config, project.environment.branch)
        require_unchanged(plan, project.config, standing, project.git)
        return carry_out(project, plan, observer)


def release(project: Project, *, version: str | None = None, observer: Observer | None = None) -> Outcome:
    """Plan and apply, afresh whenever somebody else pushed first; finishes first what a killed run began.

    >>> import shipit
    >>> project = shipit.open_project("chat-server")
    >>> shipit.release(project).outputs["tag"]
    'v0.4.0'
    >>> shipit.release(project).released
    False

    Args:
        project: the repository, from `open_project`.
        version: release this version instead of the computed one.
        observer: is told of each step, while it happens.

    Raises `ConflictError` when the branch kept moving, and whatever `plan_release` and `apply` raise.
    """
    with exclusive(project.git.directory):
        earlier = _earlier(project)
        made = version is not None and earlier is not None and earlier.due[0].version == version
        outcome = _release(project, None if made else version, observer)
        if earlier and not outcome.plan.due:
            return carry_out(project, earlier, observer)
    return outcome


def _earlier(project: Project) -> Plan | None:
    """The release that an earlier attempt of this run made, where the CI says that there was one."""
    occasion = project.environment.occasion
    if not (occasion.again and occasion.commit):
        return None
    from shipit.plan.earlier import earlier_release
    from shipit.plan.standing import observe_standing

    standing = observe_standing(project.git, project.config, project.environment.branch)
    return earlier_release(project.git, project.config, standing, occasion.commit)


def _release(project: Project, version: str | None, observer: Observer | None) -> Outcome:
    """The release that is due, else the last one that was finished."""
    finished: Outcome | None = None
    for attempt in range(1, ATTEMPTS + 1):
        plan = plan_release(project, version=version)
        try:
            outcome = carry_out(project, plan, observer)
        except BranchMoved:
            if attempt == ATTEMPTS:
                raise
            continue
        if not plan.finishes:
            break
        finished = outcome
        if version in plan.versions:
            break
    return finished if finished and not outcome.released else outcome


def carry_out(project: Project, plan: Plan, observer: Observer | None) -> Outcome:
    """Apply the steps of `plan`; raises `PreflightError` where its findings do not allow it."""
    if plan.steps and any(finding.severity == "error" for finding in plan.findings):
        if plan.building:
            raise PreflightError(plan.findings, state="nothing was built and nothing pushed", to="build images")
        raise PreflightError(plan.findings, state=_UNTOUCHED)
    from shipit.engine.apply import apply as apply_steps

    return Outcome(plan, apply_steps(plan.steps, project.world, observer))
