"""The loop that applies the steps of a plan. Each step is checked first, and applied only when it is not done yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from shipit.errors import NOTHING_PUSHED, ShipitError
from shipit.steps import OPTIONAL_STEPS
from shipit.steps.base import Done, Outputs, Step
from shipit.world import World


class Observer(Protocol):
    """The methods that are called while a plan is applied, for example to show progress. The library prints nothing."""

    def started(self, step: Step) -> None:
        """Receive the step that is checked next."""

    def applying(self, step: Step) -> None:
        """Receive the same step when it is not done yet and is applied now."""

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
    def finished(self, step: Step, outputs: Outputs, *, already: bool) -> None: ...
    def optional_failed(self, step: Step, error: ShipitError) -> None: ...
    def planned_again(self, reason: ShipitError) -> None: ...


def apply_steps(steps: Sequence[Step], world: World, observer: Observer | None = None) -> dict[str, str]:
    """Check `steps` in order, apply those that are not done, and return the outputs of all of them together.

    Args:
        steps: the steps of a plan.
        world: the ports that the steps read and write through.
        observer: receives the progress; None for no observer.

    Raises the error of the first step that fails. Its `state` says which steps are done, and whether they are public.
    The failure of an optional step is only passed to `observer`.
    """
    observer = observer or Silent()
    outputs: dict[str, str] = {}
    for index, step in enumerate(steps):
        try:
            outputs |= _ensure(step, world, observer)
        except ShipitError as error:
            if isinstance(step, OPTIONAL_STEPS):
                observer.optional_failed(step, error)
                continue
            if error.state in (None, NOTHING_PUSHED):
                error.state = _state(steps[:index], step)
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
    outputs = step.apply(world)
    observer.finished(step, outputs, already=False)
    return outputs


def _state(done: Sequence[Step], failed: Step) -> str:
    """Return the state that a failure leaves: the steps that are public, or else those that are not public yet."""
    public = [step.summary for step in done if step.public]
    if public:
        return f"done and public: {'; '.join(public)}. Not done: {failed.summary}. Run the same command again to finish"
    private = "; ".join(step.summary for step in done)
    kept = f" Done, but not public: {private}. The next run needs no clean-up." if private else ""
    return f"nothing was pushed. Failed at: {failed.summary}.{kept}"
