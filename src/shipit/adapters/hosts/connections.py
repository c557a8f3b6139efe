"""All hosts of a run, each connected once."""

from __future__ import annotations

from shipit.adapters.hosts.local import LocalHost
from shipit.adapters.hosts.ssh import SshSettings
from shipit.adapters.registry import Logins
from shipit.core.redact import Redactor
from shipit.world.hosts import LOCAL, Host


class Connections:
    """The hosts by address; `shipit.world.hosts.Hosts` describes the method."""

    def __init__(self, logins: Logins, redact: Redactor, ssh: SshSettings | None = None) -> None:
        self._logins = logins
        self._redact = redact
        self._ssh = ssh or SshSettings()
        self._hosts: dict[str, Host] = {}

    def at(self, address: str) -> Host:
        if address not in self._hosts:
            self._hosts[address] = self._connect(address)
        return self._hosts[address]

    def _connect(self, address: str) -> Host:
        if address == LOCAL:
            return LocalHost(self._logins, self._redact)
        from shipit.adapters.hosts.ssh.host import SshHost  # imported late: only some hosts need it

        return SshHost(address, self._ssh, self._logins, self._redact)
