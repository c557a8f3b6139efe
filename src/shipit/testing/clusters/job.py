"""A Job in memory."""

from __future__ import annotations

from msgspec import Struct

from shipit.core.deploy import Job, NewJob, Pod
from shipit.testing.clock import FakeClock
from shipit.testing.hosts import FakeApp
from shipit.world.hosts import CommandResult


class FakeJob(Struct):
    """A Job whose command ends at the time `exits` of its app, or at once.

    The result is that of the command in `commands` of the app; a command without a result succeeds.

    Args:
        spec: the Job as it was started.
        app: the behaviour of its image.
        clock: the clock.
        since: the time of its start.
    """

    spec: NewJob
    app: FakeApp
    clock: FakeClock
    since: float

    @property
    def log(self) -> str:
        """The output of the command."""
        return self._result.output

    @property
    def job(self) -> Job:
        """The Job as it is now."""
        age, result = self.clock.elapsed() - self.since, self._result
        late = age >= self.spec.timeout
        if not late and age < (self.app.exits or 0):
            return Job(self.spec.image, self.spec.command, pods=(Pod(self.spec.name),))
        done = result.status == 0 and not late
        reason, message = ("", "") if done else ("Error", f"exit status {result.status}")
        pods = () if late else (Pod(self.spec.name, reason=reason, message=message, ending=True),)
        failed = "" if done else "its time limit was reached" if late else "its command failed"
        return Job(self.spec.image, self.spec.command, done, failed, pods)

    @property
    def _result(self) -> CommandResult:
        return self.app.commands.get(self.spec.command, CommandResult(0))
