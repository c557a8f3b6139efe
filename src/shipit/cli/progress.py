"""Progress on standard error while a plan is carried out."""

from __future__ import annotations

from shipit.cli.output import Output
from shipit.core.printable import printable
from shipit.steps.base import Outputs, Step


class Progress:
    """One line per step: what is being done, and when it turned out to be done already."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def started(self, step: Step) -> None:
        self._output.detail(f"  looking at {step.id}")

    def applying(self, step: Step) -> None:
        self._output.say(f"  {self._output.paint('▸', 'faint')} {printable(step.summary)}")

    def finished(self, step: Step, outputs: Outputs, *, already: bool) -> None:
        if already:
            self._output.say(f"  {self._output.paint('✓', 'faint')} {printable(step.summary)} (done already)")
