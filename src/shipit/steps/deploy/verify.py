"""The step that runs a command of the user against the new container before it gets traffic."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import ContainerSpec, DeployedImage, machine
from shipit.errors import CommandError, DeployError
from shipit.steps.base import Done, Outputs, Todo
from shipit.world import World


class Verify(Struct, frozen=True):
    """Run `command` in the repository.

    Its variables `SHIPIT_URL` and `SHIPIT_VERSION` are the address and the version of the new container.
    """

    kind: ClassVar[str] = "verify"
    public: ClassVar[bool] = False
    host: str
    spec: ContainerSpec
    command: str
    timeout: float

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.spec.name}:{self.command}"

    @property
    def summary(self) -> str:
        return f"run `{self.command}` against {self.spec.name} on {machine(self.host)}"

    @property
    def _key(self) -> str:
        return repr(self)

    def check(self, world: World) -> Done | Todo:
        return Done() if world.process.ran(self._key) else Todo()

    def apply(self, world: World) -> Outputs:
        url = world.hosts.at(self.host).reach(self.spec.host_port)
        where = f"on {machine(self.host)}"
        run_verification(self._key, self.command, self.spec.image, where, url, self.timeout, world)
        return {}


def run_verification(
    key: str, command: str, image: DeployedImage, where: str, url: str, timeout: float, world: World
) -> None:
    """Run a command of the user against the new container of `image` at `url`, and record its success under `key`.

    Raises `DeployError` if it fails; `where` are the words in it for the place, such as "on this machine".
    """
    try:
        world.process.run(key, command, timeout=timeout, env={"SHIPIT_URL": url, "SHIPIT_VERSION": image.version})
    except CommandError as error:
        raise DeployError(
            f"{image} did not pass `verify` {where}: {error.what}", hint=error.hint, tail=error.tail
        ) from error
