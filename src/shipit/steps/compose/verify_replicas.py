"""The step that runs a command of the user against the new container of a service while the old one still runs."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.errors import DeployError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.compose.replicas import Replicas
from shipit.steps.deploy import read_record, run_verification
from shipit.world import World


class VerifyReplicas(Struct, frozen=True):
    """Run `command` in the repository against the first of the containers `replicas`.

    Its variables `SHIPIT_URL` and `SHIPIT_VERSION` are the address of the container and its version. `record` is the
    path of the record on the host, which shows that these containers were verified before.
    """

    kind: ClassVar[str] = "verify-replicas"
    public: ClassVar[bool] = False
    replicas: Replicas
    command: str
    timeout: float
    record: str

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.replicas.host}:{self.replicas.service.service}:{self.command}"

    @property
    def summary(self) -> str:
        return f"run `{self.command}` against the new {self.replicas.place}"

    @property
    def _key(self) -> str:
        return repr(self)

    def check(self, world: World) -> Done | Todo:
        if world.process.ran(self._key):
            return Done()
        host = world.hosts.at(self.replicas.host)
        wanted = self.replicas.wanted(host, self.replicas.settings(host))
        return Done() if self.replicas.recorded(read_record(host, self.record), wanted) else Todo()

    def apply(self, world: World) -> Outputs:
        host, replicas = world.hosts.at(self.replicas.host), self.replicas
        wanted = replicas.wanted(host, replicas.settings(host))
        if not wanted:
            what = f"the new container of {replicas.place} is gone: another program removed it"
            raise DeployError(what, hint="run the same command again")
        url = host.reach(replicas.service.port, wanted[0].address)
        where = f"for service {replicas.place}"
        run_verification(self._key, self.command, replicas.image, where, url, self.timeout, world)
        return {}
