"""Carry out a plan: look whether a step is done, and only if not, do it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from shipit.errors import NOTHING_PUSHED, ShipitError
from shipit.steps import OPTIONAL_STEPS
from shipit.steps.base import Done, Outputs, Step
from shipit.world import World


class Observer(Protocol):
    """A receiver of progress, because the library itself prints nothing. Each method is called for one step."""

    def started(self, step: Step) -> None: ...
    def applying(self, step: Step) -> None: ...
    def finished(self, step: Step, outputs: Outputs, *, already: bool) -> None: ...
    def optional_failed(self, step: Step, error: ShipitError) -> None:
        """Receive the `error` of an optional step; the release continues without this step."""


class Silent:
    """An observer that says nothing."""

    def started(self, step: Step) -> None: ...
    def applying(self, step: Step) -> None: ...
    def finished(self, step: Step, outputs: Outputs, *, already: bool) -> None: ...
    def optional_failed(self, step: Step, error: ShipitError) -> None: ...


def apply_steps(steps: Sequence[Step], world: World, observer: Observer | None = None) -> dict[str, str]:
    """Apply each of `steps` that is not done already, in order, and return the outputs of all steps together.

    The error of an optional step (`OPTIONAL_STEPS`) is passed to `observer`, and the next step is applied. The error of
    any other step is raised; its `state` says which steps are done, and which of them are public.
    """
    observer = observer or Silent()
    outputs: dict[str, str] = {}
    for at, step in enumerate(steps):
        try:
            outputs |= _ensure(step, world, observer)
        except ShipitError as error:
            if isinstance(step, OPTIONAL_STEPS):
                observer.optional_failed(step, error)
                continue
            if error.state in (None, NOTHING_PUSHED):
                error.state = _state(steps[:at], step)
            raise
    return outputs


def _ensure(step: Step, world: World, observer: Observer) -> Outputs:
    observer.started(step)
    found = step.check(world)
    if isinstance(found, Done):
        observer.finished(step, found.outputs, already=True)
        return found.outputs
    observer.applying(step)
    outputs = step.apply(world)
    observer.finished(step, outputs, already=False)
    return outputs


def _state(done: Sequence[Step], failed: Step) -> str:
    """What others can see, and what is kept for the next run."""
    public = [step.summary for step in done if step.public]
    if public:
        return f"done and public: {'; '.join(public)}. Not done: {failed.summary}. Run the same command again to finish"
    private = "; ".join(step.summary for step in done)
    kept = f" Done so far, seen by nobody else and not in the way of the next run: {private}." if private else ""
    return f"nothing was pushed. Stopped at: {failed.summary}.{kept}"
