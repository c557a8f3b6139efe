"""The step that runs a command of the user against a version that serves already, in a cluster or a swarm."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import DeployedImage, machine
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.deploy.verify import run_verification
from shipit.world import World


class VerifyRollout(Struct, frozen=True):
    """Run `command` in the repository.

    Its variables `SHIPIT_URL` and `SHIPIT_VERSION` are the public address and the version.
    """

    kind: ClassVar[str] = "verify-rollout"
    public: ClassVar[bool] = False
    host: str
    image: DeployedImage
    command: str
    timeout: float
    url: str

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.command}"

    @property
    def summary(self) -> str:
        return f"run `{self.command}` against {self.url or self.image.version} on {machine(self.host)}"

    @property
    def _key(self) -> str:
        return repr(self)

    def check(self, world: World) -> Done | Todo:
        return Done() if world.process.ran(self._key) else Todo()

    def apply(self, world: World) -> Outputs:
        where = f"on {machine(self.host)}"
        run_verification(self._key, self.command, self.image, where, self.url, self.timeout, world)
        return {}
