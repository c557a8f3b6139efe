"""The result of a step in a run."""

from __future__ import annotations

from msgspec import Struct, field

from shipit.steps.base import Outputs, Step


class Result(Struct, frozen=True):
    """The result of a step. `status` is "done", "done already" or "failed"; empty for a step that was not reached."""

    step: Step
    status: str
    outputs: Outputs = field(default_factory=dict)
