"""The loop that applies the steps of a plan. Each step is checked first, and applied only when it is not done yet."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from msgspec.structs import replace

from shipit.errors import NOTHING_PUSHED, ConfigError, ConflictError, ShipitError, as_shipit_error
from shipit.steps.base import Done, Outputs, Step, Todo
from shipit.steps.branches import BackMerge, MoveBranch
from shipit.steps.forge import OPTIONAL_STEPS
from shipit.steps.images import RemoveImages
from shipit.steps.notify import SendNotification
from shipit.steps.repository import CreateCommit, CreateTag, RestoreFile, Run, WriteFile
from shipit.world import World

_LEFT_BY_COMMANDS = ("index-lock", "unfinished-merge")  # the findings of git that commands of the user can cause


class Observer(Protocol):
    """The methods that are called while a plan is applied, for example to show progress. The library prints nothing."""

    def started(self, step: Step) -> None:
        """Receive the step that is checked next."""

    def applying(self, step: Step) -> None:
        """Receive the same step when it is not done yet and is applied now."""

    def waiting(self, step: Step, what: str) -> None:
        """Receive the thing that a step waits for, each time that it changes."""

    def finished(self, step: Step, outputs: Outputs, *, already: bool) -> None:
        """Receive the outputs of a step that is done; `already` is True when it did not have to be applied."""

    def optional_failed(self, step: Step, error: ShipitError) -> None:
        """Receive the error of an optional step that failed. The next step follows."""

    def planned_again(self, reason: ShipitError) -> None:
        """Receive the error that ended a plan, when a new plan is made and applied instead."""


class Silent:
    """An observer that ignores all calls."""

    def started(self, step: Step) -> None: ...
    def applying(self, step: Step) -> None: ...
    def waiting(self, step: Step, what: str) -> None: ...
    def finished(self, step: Step, outputs: Outputs, *, already: bool) -> None: ...
    def optional_failed(self, step: Step, error: ShipitError) -> None: ...
    def planned_again(self, reason: ShipitError) -> None: ...


def apply_steps(
    steps: Sequence[Step], world: World, observer: Observer | None = None, way_back: Sequence[RestoreFile] = ()
) -> dict[str, str]:
    """Check `steps` in order, apply those that are not done, and return the outputs of all of them together.

    Args:
        steps: the steps of a plan.
        world: the ports that the steps read and write through.
        observer: receives the progress; None for no observer.
        way_back: the steps that undo the changes of the working tree, if a step fails before anything is public.

    Raises the error of the first step that fails. Its `state` says which steps are done, and whether they are public.
    An interrupt gets the same text as a note. The failure of an optional step is only passed to `observer`.
    """
    observer = observer or Silent()
    outputs: dict[str, str] = {}
    for index, step in enumerate(steps):
        try:
            outputs |= _ensure(step, world, observer)
        except (ShipitError, OSError) as raised:
            error = as_shipit_error(raised)
            if isinstance(step, (*OPTIONAL_STEPS, RemoveImages, SendNotification, BackMerge, MoveBranch)):
                observer.optional_failed(step, error)
                continue
            # A command that fails is a `CommandError`; a `ConfigError` is about the files that it should have made.
            verb = "Failed after" if isinstance(step, Run) and isinstance(error, ConfigError) else "Failed at"
            state = _state(steps, index, verb, way_back, world, solved=not isinstance(error, ConflictError))
            if error.state in (None, NOTHING_PUSHED):
                error.state, error.nothing_pushed = state, not any(step.public for step in steps[:index])
            if error is raised:
                raise
            raise error from raised
        except KeyboardInterrupt as interrupt:
            interrupt.add_note(_state(steps, index, "Stopped at", way_back, world))
            raise
    return outputs


def _ensure(step: Step, world: World, observer: Observer) -> Outputs:
    """Apply `step` unless it is done already, and return its outputs."""
    observer.started(step)
    status = step.check(world)
    if isinstance(status, Done):
        observer.finished(step, status.outputs, already=True)
        return status.outputs
    observer.applying(step)
    outputs = step.apply(replace(world, say=lambda what: observer.waiting(step, what)))
    observer.finished(step, outputs, already=False)
    return outputs


def _state(
    steps: Sequence[Step], index: int, verb: str, way_back: Sequence[RestoreFile], world: World, *, solved: bool = True
) -> str:
    """Return the state that a run leaves: the steps that are public, or else those that are not public yet.

    If no step is public, the changes of the working tree are undone first.

    Args:
        steps: the steps of the plan.
        index: the index of the step that is not done; those before it are.
        verb: the relation of the run to that step, such as "Failed at".
        way_back: the steps that undo the changes of the working tree.
        world: the ports that the steps read and write through.
        solved: False if the error needs a change by the user before the next run.
    """
    done, last = steps[:index], steps[index]
    public = [step.summary for step in done if step.public]
    if public:
        return f"done and public: {'; '.join(public)}. Not done: {last.summary}. Run the same command again to finish"
    restored = [step.path for step in way_back if _restored(step, world)]
    private = [step for step in done if not (isinstance(step, WriteFile) and step.path in restored)]
    undo = [step.undo for step in reversed(private) if isinstance(step, CreateCommit | CreateTag)]
    undo += [_undo(step, world) for step in way_back]
    ran = any(isinstance(step, Run) for step in steps[: index + 1]) and any(step.public for step in steps)
    needed = _needed_first(way_back, world) if ran else ()
    sentences = (
        "nothing was pushed",
        f"{verb}: {last.summary}",
        f"Restored: {', '.join(restored)}" if restored else "",
        f"Done, but not public: {'; '.join(step.summary for step in private)}" if private else "",
        "The next run needs no clean-up" if private and needed == () and solved else "",
        f"Before the next run: {'; '.join(needed)}" if needed else "",
        f"To undo: {' && '.join(filter(None, undo))}" if any(undo) else "",
    )
    return ". ".join(filter(None, sentences)) + "."


def _restored(step: RestoreFile, world: World) -> bool:
    """Undo the change of a file, and return whether there was one. The error of the release is the one to show."""
    with suppress(ShipitError, OSError):
        if isinstance(step.check(world), Todo):
            step.apply(world)
            return True
    return False


def _needed_first(way_back: Sequence[RestoreFile], world: World) -> tuple[str, ...] | None:
    """Return the instructions without which the next run refuses what commands left; None if git cannot say."""
    with suppress(ShipitError, OSError):
        left = [finding.fix for finding in world.git.findings() if finding.code in _LEFT_BY_COMMANDS]
        ours = {step.path for step in way_back if isinstance(step.check(world), Todo)}
        changed = ", ".join(path for path in world.git.dirty() if path not in ours)
        ignored = ", ".join(step.path for step in way_back if world.git.ignores(step.path))
        return (
            *left,
            *([f"commit or undo what your commands changed: {changed}"] if changed else ()),
            *([f"let git no longer ignore {ignored}: git check-ignore -v {ignored}"] if ignored else ()),
        )
    return None


def _undo(step: RestoreFile, world: World) -> str | None:
    with suppress(ShipitError, OSError):
        return step.undo(world)
    return None
