"""Progress on standard error while a plan is applied."""

from __future__ import annotations

import threading

from shipit.cli.output import Output
from shipit.cli.progress.transfers import Transfers
from shipit.core.printable import printable
from shipit.errors import ShipitError
from shipit.plan.views import Result
from shipit.steps.base import Outputs, Step
from shipit.steps.forge import VERIFIED
from shipit.steps.images import BuildImage
from shipit.steps.repository import Run

# The steps that run another program, which writes its own output.
PROGRAM_STEPS = (Run, BuildImage)
# The kinds of steps that wait for something on a host or for a registry. A line every few seconds shows that they wait.
WAITING_STEPS = {
    **dict.fromkeys(("await-healthy", "drain", "confirm", "await-digest", "await-deployment"), ""),
    **dict.fromkeys(("push-image", "promote-image", "tag-image"), " for the registry"),
}
_REMINDER = 10  # seconds


class Progress:
    """The observer that prints one line for each step: that it is being applied, or that it was done already.

    `results` holds the results of the steps so far by the id of the step.
    """

    def __init__(self, output: Output, transfers: Transfers | None = None) -> None:
        self._output = output
        self._transfers = transfers or Transfers(output)
        self._reminder: threading.Timer | None = None
        self.results: dict[str, Result] = {}

    def started(self, step: Step) -> None:
        self._end_reminder()
        self.results[step.id] = Result(step, "failed")
        self._output.detail(f"  checking {printable(step.id)}")

    def applying(self, step: Step) -> None:
        self._output.say(f"  {self._output.paint('▸', 'faint')} {printable(step.summary)}")
        if isinstance(step, PROGRAM_STEPS):
            self._output.begin_program_output(step.summary)
        elif step.kind in WAITING_STEPS:
            self._remind(f"still waiting{WAITING_STEPS[step.kind]}", _REMINDER)

    def _remind(self, what: str, seconds: int) -> None:
        """Print a line after each `_REMINDER` seconds until the step ends, unless a progress bar moves."""

        def say() -> None:
            if not self._transfers.moved():
                self._output.say(f"    {what} after {seconds} s")
            self._remind(what, seconds + _REMINDER)

        self._reminder = threading.Timer(_REMINDER, say)
        self._reminder.daemon = True
        self._reminder.start()

    def _end_reminder(self) -> None:
        if self._reminder:
            self._reminder.cancel()

    def waiting(self, step: Step, what: str) -> None:
        self._output.say(f"    {printable(what)}")

    def finished(self, step: Step, outputs: Outputs, *, already: bool) -> None:
        self._end_reminder()
        self._transfers.end()
        self._output.end_program_output()
        self.results[step.id] = Result(step, "done already" if already else "done", outputs)
        if already:
            self._output.say(f"  {self._output.paint('✓', 'faint')} {printable(step.summary)} (done already)")
        elif outputs.get(VERIFIED) == "false":
            self._output.say("    GitHub did not sign the commit: it is not Verified")
        elif VERIFIED in outputs:
            self._output.say("    GitHub signed the commit: it is Verified")

    def planned_again(self, reason: ShipitError) -> None:
        self._end_reminder()
        mark = self._output.paint("!", "warn")
        pushed = " Nothing was pushed yet." if reason.nothing_pushed else ""
        self._output.say(f"  {mark} {printable(reason.what)}.{pushed} Making and applying a new plan")

    def optional_failed(self, step: Step, error: ShipitError) -> None:
        mark = self._output.paint("!", "warn")
        self._output.say(
            f"  {mark} {printable(step.summary)} failed; the step is optional, so the result stays the same"
        )
        self._output.warning(error)
