"""A task of ECS in memory that runs one command, and is not part of a service."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from shipit.core.deploy import EcsTask, digest_in
from shipit.testing.clock import FakeClock
from shipit.testing.hosts import FakeApp
from shipit.world.hosts import CommandResult


class FakeJobTask(Struct, frozen=True):
    """A task whose command ends at the time `exits` of the app in its image, or at once.

    The result is that of the command in `commands` of the app; a command without a result succeeds.

    Args:
        id: its id.
        definition: the ARN of its task definition.
        key: the text by which it is found.
        container: the container that runs the command.
        image: the image of the container.
        command: the words of the command.
        since: the time of its start, in seconds.
        stopped: True when it was stopped before its end.
    """

    id: str
    definition: str
    key: str
    container: str
    image: str
    command: tuple[str, ...]
    since: float
    stopped: bool = False

    def result(self, apps: Mapping[str, FakeApp]) -> CommandResult:
        """Return the result that its command has at its end."""
        return apps.get(digest_in(self.image), FakeApp()).commands.get(self.command, CommandResult(0))

    def observed(self, clock: FakeClock, apps: Mapping[str, FakeApp]) -> EcsTask:
        """Return the task as ECS shows it now."""
        images = {self.container: digest_in(self.image)}
        if self.stopped:
            return EcsTask(self.id, self.definition, images, ended=True, reason="Task stopped by user")
        if clock.elapsed() - self.since < (apps.get(digest_in(self.image), FakeApp()).exits or 0):
            return EcsTask(self.id, self.definition, images, running=True)
        status = self.result(apps).status
        reason = f"Essential container in task exited; container `{self.container}`: exit status {status}"
        return EcsTask(self.id, self.definition, images, ended=True, reason=reason, exits={self.container: status})
