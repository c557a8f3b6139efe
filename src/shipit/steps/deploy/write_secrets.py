"""The step that writes the secrets of an app into a file on a host."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import machine
from shipit.core.deploy.env_file import EnvFormat, env_file
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.deploy.environment import secret_values
from shipit.world import World


class WriteSecrets(Struct, frozen=True):
    """Write the secrets of `sources` into the file `path` on `host`, in `format`; only its owner can read it."""

    kind: ClassVar[str] = "write-secrets"
    public: ClassVar[bool] = False
    host: str
    sources: tuple[str, ...]
    path: str
    format: EnvFormat

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.path}"

    @property
    def summary(self) -> str:
        return f"write the secrets of {', '.join(self.sources)} to {self.path} on {machine(self.host)}"

    def check(self, world: World) -> Done | Todo:
        return Done() if world.hosts.at(self.host).read(self.path) == self._text(world) else Todo()

    def apply(self, world: World) -> Outputs:
        world.hosts.at(self.host).write(self.path, self._text(world), mode=0o600)
        return {}

    def _text(self, world: World) -> str:
        return env_file(secret_values(self.sources, world), self.format)
