"""The step that runs a command in the new image before it gets traffic, such as a migration of the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import ContainerSpec, DeployedImage, machine
from shipit.errors import DeployError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.deploy.environment import container_environment
from shipit.world import World
from shipit.world.hosts import CommandResult


class Migrate(Struct, frozen=True):
    """Run the command of `spec` in a container of its own on `host`, for at most `timeout` seconds.

    shipit cannot see in the world whether a command has run. So it is done only if this process has run it, or if the
    new container was started after it; an interrupted deployment can run it twice, so it must be repeatable.
    """

    kind: ClassVar[str] = "migrate"
    public: ClassVar[bool] = False
    host: str
    spec: ContainerSpec
    timeout: float

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.spec.app}"

    @property
    def summary(self) -> str:
        return f"run `{' '.join(self.spec.command)}` in {self.spec.image} on {machine(self.host)}"

    def check(self, world: World) -> Done | Todo:
        return Done() if world.process.ran(self._key) else Todo()

    @property
    def _key(self) -> str:
        return repr(self)

    def apply(self, world: World) -> Outputs:
        env = container_environment(self.spec, world)
        done = world.hosts.at(self.host).containers.run(self.spec, env, timeout=self.timeout)
        record_migration(self._key, self.spec.command, self.spec.image, self.host, done, world)
        return {}


def record_migration(
    key: str, command: Sequence[str], image: DeployedImage, host: str, done: CommandResult, world: World
) -> None:
    """Record under `key` that a command succeeded in a container of `image` on `host`.

    Raises `DeployError` if it failed.
    """
    if done.status != 0:
        what = f"`{' '.join(command)}` failed with status {done.status} in {image} on {machine(host)}"
        raise DeployError(what, hint="fix the command or the image, then deploy again", tail=done.output)
    world.process.record(key)
