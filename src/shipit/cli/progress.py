"""Progress on standard error while a plan is carried out."""

from __future__ import annotations

from shipit.cli.output import Output
from shipit.cli.transfers import Transfers
from shipit.core.printable import printable
from shipit.errors import ShipitError
from shipit.plan.views import Result
from shipit.steps import BuildImage, Run
from shipit.steps.base import Outputs, Step

# Steps in which another program writes as it likes.
OTHERS_TALK = (Run, BuildImage)


class Progress:
    """One line per step: what is being done, and when it turned out to be done already.

    `results` is what became of the steps so far, by id.
    """

    def __init__(self, output: Output, transfers: Transfers | None = None) -> None:
        self._output = output
        self._transfers = transfers or Transfers(output)
        self.results: dict[str, Result] = {}

    def started(self, step: Step) -> None:
        self.results[step.id] = Result(step, "failed")
        self._output.detail(f"  looking at {printable(step.id)}")

    def applying(self, step: Step) -> None:
        self._output.say(f"  {self._output.paint('▸', 'faint')} {printable(step.summary)}")
        if isinstance(step, OTHERS_TALK):
            self._output.begin_foreign(step.summary)

    def finished(self, step: Step, outputs: Outputs, *, already: bool) -> None:
        self._transfers.end()
        self._output.end_foreign()
        self.results[step.id] = Result(step, "done already" if already else "done", outputs)
        if already:
            self._output.say(f"  {self._output.paint('✓', 'faint')} {printable(step.summary)} (done already)")

    def missed(self, step: Step, error: ShipitError) -> None:
        mark = self._output.paint("!", "warn")
        self._output.say(f"  {mark} {printable(step.summary)} failed; the release is made all the same")
        self._output.warning(error)
