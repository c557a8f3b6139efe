"""The functions that plan and make releases. An interrupted release is finished first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, overload

from shipit.adapters.files.lock import clone_lock
from shipit.adapters.project import Project
from shipit.api.failures import failures_notified
from shipit.api.history import renderer, require_packages
from shipit.core import limits
from shipit.errors import NOTHING_PUSHED, BranchMoved, Overtaken, PreflightError, ShipitError
from shipit.finding import any_blocks
from shipit.plan.outcome import Images, Outcome

if TYPE_CHECKING:
    from shipit.core.notifications import Task
    from shipit.engine.apply import Observer
    from shipit.plan.images import ImagePlan
    from shipit.plan.model import Plan
    from shipit.plan.release import ReleasePlan

_EVERY = 5.0  # seconds between two looks at a release that another run makes


def plan_release(project: Project, *, version: str | None = None, packages: Sequence[str] = ()) -> ReleasePlan:
    """Return the plan of what `release` would do now. Fetches the commits that are missing, and changes nothing.

    >>> import shipit
    >>> plan = shipit.plan_release(shipit.open_project("chat-server"))
    >>> [step.summary for step in plan.steps][:3]
    ['write build.gradle', 'write CHANGELOG.md', 'commit chore(release): 0.4.0']

    Args:
        project: the repository, from `open_project`.
        version: release this version instead of the computed one.
        packages: release only the packages with these names; empty for all.

    Raises `UsageError` when `version` is not a version or there is no such package, `ConflictError` when the version
    exists already or is not higher than the last release, and `PreflightError` when there is no commit. All other
    problems are in the `findings` of the plan.
    """
    from shipit.plan.release import make_release_plan, observe_release

    require_packages(project, packages)
    observed = observe_release(project.world, project.config, project.ci.branch)
    return make_release_plan(project.config, observed, renderer(project), version, packages)


@overload
def apply(project: Project, plan: ReleasePlan, observer: Observer | None = None) -> Outcome: ...
@overload
def apply(project: Project, plan: ImagePlan, observer: Observer | None = None) -> Images: ...
def apply(project: Project, plan: Plan, observer: Observer | None = None) -> Outcome | Images:
    """Carry out exactly `plan`. Steps that are done already are not repeated.

    >>> import shipit
    >>> project = shipit.open_project("chat-server")
    >>> outcome = shipit.apply(project, shipit.plan_release(project))
    >>> outcome.released, outcome.names
    (True, 'v0.4.0')

    Args:
        project: the repository, from `open_project`.
        plan: a plan from `plan_release` or `plan_image`, which may have been saved.
        observer: receives the progress of each step.

    Raises `PreflightError` when findings of the plan block it, `ConflictError` when the repository or the configuration
    changed since the plan was made, and `AuthError`, `RemoteError` or `CommandError` when a step fails; `state` of the
    error says what is done and public.
    """
    from shipit.plan.images import ImagePlan, require_same_commit
    from shipit.plan.release import ReleasePlan, observe_clone, require_unchanged

    task: Task
    task, environment = ("images", plan.environment) if isinstance(plan, ImagePlan) else ("release", None)
    with failures_notified(project, observer, task, environment), clone_lock(project.git.directory):
        if isinstance(plan, ImagePlan):
            require_same_commit(plan, project.config, project.git)
            return Images(plan, carry_out(project, plan, observer))
        assert isinstance(plan, ReleasePlan)
        clone = observe_clone(project.git, project.config, project.ci.branch)
        require_unchanged(plan, project.config, clone, project.git)
        return Outcome(plan, carry_out(project, plan, observer))


def release(
    project: Project,
    *,
    version: str | None = None,
    packages: Sequence[str] = (),
    observer: Observer | None = None,
) -> Outcome:
    """Make the release of the current branch. An interrupted release is finished first.

    When another push changes the branch before this release is pushed, or another run makes the same release, the
    release is planned again.

    >>> import shipit
    >>> project = shipit.open_project("chat-server")
    >>> shipit.release(project).outputs["tag"]
    'v0.4.0'
    >>> shipit.release(project).released
    False

    Args:
        project: the repository, from `open_project`.
        version: release this version instead of the computed one.
        packages: release only the packages with these names; empty for all.
        observer: receives the progress of each step.

    Raises `BranchMoved` or `Overtaken` when this happened in all of 5 attempts, and the same errors as `plan_release`
    and `apply`.
    """
    with failures_notified(project, observer, "release"), clone_lock(project.git.directory):
        earlier = _release_of_earlier_attempt(project)
        made = [each.version for each in earlier.to_release if each.package in (packages or [""])] if earlier else []
        outcome = _release(project, None if version in made else version, packages, observer)
        if earlier and (outcome.plan.pull_request or not outcome.plan.to_release):
            return Outcome(earlier, carry_out(project, earlier, observer))
    return outcome


def _release_of_earlier_attempt(project: Project) -> ReleasePlan | None:
    """Return the release that an earlier attempt of this CI run made; None when it made none, or in a first attempt."""
    event = project.ci.event
    if not (event.is_rerun and event.commit):
        return None
    from shipit.plan.release import observe_clone, release_of_earlier_attempt

    clone = observe_clone(project.git, project.config, project.ci.branch)
    return release_of_earlier_attempt(project.git, project.config, clone, event.commit)


def _release(project: Project, version: str | None, packages: Sequence[str], observer: Observer | None) -> Outcome:
    """Finish all unfinished releases, then make the next one. Return its outcome, or else that of the last finished."""
    from shipit.engine.apply import Silent

    finished: Outcome | None = None
    earlier: str | None = None  # the state that the plans before this one left
    other_run = _OtherRun(project, observer or Silent())
    for attempt in range(1, limits.RELEASE_ATTEMPTS + 1):
        try:
            plan = plan_release(project, version=version, packages=packages)
            if other_run.ended(plan):
                plan = plan_release(project, version=version, packages=packages)
            outcome = Outcome(plan, carry_out(project, plan, observer))
        except (BranchMoved, Overtaken) as error:
            if attempt == limits.RELEASE_ATTEMPTS:
                raise
            earlier = error.state
            other_run.was_faster(plan, error)
            (observer or Silent()).planned_again(error)
            continue
        except ShipitError as error:
            error.state = _state_after(earlier, error)
            raise
        if not plan.finishes:
            break
        finished = outcome
        earlier = f"{', '.join(plan.finishes)} was finished; nothing else was pushed"
        if version in plan.versions:
            break
    if finished and not outcome:  # the last plan can still have proposed the next release
        return Outcome(finished.plan, {**outcome.outputs, **finished.outputs})
    return outcome


class _OtherRun:
    """The run that was faster than this one, if any, and the wait for it.

    All waits of one release end at the same time, `limits.OTHER_RUN` after the first began, or up to twice as late:
    two runs that each wait for the other wait for different times, and so do not disturb each other afterwards.
    """

    def __init__(self, project: Project, observer: Observer) -> None:
        self._clock, self._forge, self._observer = project.world.clock, project.world.forge, observer
        self._was_faster = False
        self._makes: Collection[str] = ()
        self._end: float | None = None

    def was_faster(self, plan: ReleasePlan, error: ShipitError) -> None:
        """Keep that another run ended `plan` with `error`, unless this run had pushed: then it finishes its own."""
        self._was_faster = not _pushed(plan, error)
        tags = plan.finishes or tuple(each.tag for each in plan.to_release if each.tag)
        self._makes = tags if isinstance(error, Overtaken) else ()

    def ended(self, plan: ReleasePlan) -> bool:
        """Wait until the other run has published its releases, or perhaps was killed.

        Return whether `plan`, made before the wait, must be made again: not if there was nothing to wait for.
        """
        tags = (plan.finishes or self._makes) if self._was_faster else ()
        if not (tags and self._forge.shared):  # a forge that is not shared never shows releases of another run
            return False
        if self._end is None:
            self._end = self._clock.elapsed() + limits.OTHER_RUN * (1 + self._clock.now().microsecond / 1e6)
        self._wait(tags, self._end)
        return True

    def _wait(self, tags: Collection[str], end: float) -> None:
        announced = False
        while (left := end - self._clock.elapsed()) > 0 and not all(map(self._forge.is_published, tags)):
            if not announced:
                self._observer.planned_again(_makes_now(tags, left))
                announced = True
            self._clock.sleep(min(_EVERY, left))


def _makes_now(tags: Collection[str], left: float) -> Overtaken:
    """Return the reason of a new plan after a wait of at most `left` seconds for the run that makes `tags`."""
    reason = Overtaken(
        f"another run makes {', '.join(tags)}: waiting up to {left:.0f} s until it is published", state=NOTHING_PUSHED
    )
    reason.nothing_pushed = True
    return reason


def _pushed(plan: ReleasePlan, error: ShipitError) -> bool:
    """Return whether this run pushed the release before `error`: then it is its own to finish, without a wait."""
    from shipit.steps.forge import ForgeCommit, ForgeTag
    from shipit.steps.repository import Push

    return any(isinstance(step, (Push, ForgeCommit, ForgeTag)) for step in plan.steps) and not error.nothing_pushed


def _state_after(earlier: str | None, error: ShipitError) -> str | None:
    """Return the state that `error` leaves, together with the state that earlier plans of the same run left."""
    from shipit.plan.release import ReleasePlan

    if earlier is None or error.state in (None, ReleasePlan.untouched, NOTHING_PUSHED):
        return earlier or error.state
    return f"{error.state} Before that, this run applied an earlier plan, which left: {earlier}"


def carry_out(project: Project, plan: Plan, observer: Observer | None) -> dict[str, str]:
    """Apply the steps of `plan` and return their outputs. Raises `PreflightError` when findings block it."""
    if plan.steps and any_blocks(plan.findings):
        raise PreflightError(plan.findings, state=plan.untouched, to=plan.purpose)
    from shipit.engine.apply import apply_steps

    return apply_steps(plan.steps, project.world, observer, plan.way_back)
