"""Releases: planned, applied, and finished where they were cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from shipit.adapters.lock import clone_lock
from shipit.adapters.project import Project
from shipit.api.history import renderer
from shipit.errors import BranchMoved, PreflightError
from shipit.finding import any_blocks
from shipit.plan.outcome import Images, Outcome

if TYPE_CHECKING:
    from shipit.engine.apply import Observer
    from shipit.plan.images import ImagePlan
    from shipit.plan.model import Plan
    from shipit.plan.release import ReleasePlan

# How often a release is planned afresh because somebody else pushed first.
ATTEMPTS = 5


def plan_release(project: Project, *, version: str | None = None) -> ReleasePlan:
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
    from shipit.plan.release import make_release_plan, observe_release

    observed = observe_release(project.world, project.config, project.ci.branch)
    return make_release_plan(project.config, observed, renderer(project), version)


@overload
def apply(project: Project, plan: ReleasePlan, observer: Observer | None = None) -> Outcome: ...
@overload
def apply(project: Project, plan: ImagePlan, observer: Observer | None = None) -> Images: ...
def apply(project: Project, plan: Plan, observer: Observer | None = None) -> Outcome | Images:
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
    from shipit.plan.images import ImagePlan, require_same_commit
    from shipit.plan.release import ReleasePlan, observe_clone, require_unchanged

    with clone_lock(project.git.directory):
        if isinstance(plan, ImagePlan):
            require_same_commit(plan, project.config, project.git)
            return Images(plan, carry_out(project, plan, observer))
        assert isinstance(plan, ReleasePlan)
        clone = observe_clone(project.git, project.config, project.ci.branch)
        require_unchanged(plan, project.config, clone, project.git)
        return Outcome(plan, carry_out(project, plan, observer))


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
    with clone_lock(project.git.directory):
        earlier = _earlier(project)
        made = version is not None and earlier is not None and earlier.to_release[0].version == version
        outcome = _release(project, None if made else version, observer)
        if earlier and not outcome.plan.to_release:
            return Outcome(earlier, carry_out(project, earlier, observer))
    return outcome


def _earlier(project: Project) -> ReleasePlan | None:
    """The release that an earlier attempt of this run made, where the CI says that there was one."""
    event = project.ci.event
    if not (event.is_rerun and event.commit):
        return None
    from shipit.plan.release import observe_clone, release_of_earlier_attempt

    clone = observe_clone(project.git, project.config, project.ci.branch)
    return release_of_earlier_attempt(project.git, project.config, clone, event.commit)


def _release(project: Project, version: str | None, observer: Observer | None) -> Outcome:
    """The release that is due, else the last one that was finished."""
    finished: Outcome | None = None
    for attempt in range(1, ATTEMPTS + 1):
        plan = plan_release(project, version=version)
        try:
            outcome = Outcome(plan, carry_out(project, plan, observer))
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


def carry_out(project: Project, plan: Plan, observer: Observer | None) -> dict[str, str]:
    """Apply the steps of `plan` and return their outputs; raises `PreflightError` when its findings block it."""
    if plan.steps and any_blocks(plan.findings):
        raise PreflightError(plan.findings, state=plan.untouched, to=plan.purpose)
    from shipit.engine.apply import apply_steps

    return apply_steps(plan.steps, project.world, observer)
