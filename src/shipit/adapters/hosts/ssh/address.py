"""The address of a host over SSH, and the settings of the login."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from shipit.core.deploy import machine

_ADDRESS = re.compile(
    r"ssh://(?:(?P<user>[^@/]+)@)?(?:\[(?P<ipv6>[^\]]+)\]|(?P<name>[^:/@\[\]]+))(?::(?P<port>\d+))?/?"
)


class SshAddress(Struct, frozen=True):
    """The parts of `ssh://user@name:port`. `user` and `port` are None where OpenSSH's configuration decides.

    >>> SshAddress.parse("ssh://deploy@[::1]:2222")
    SshAddress(text='ssh://deploy@[::1]:2222', user='deploy', name='::1', port=2222)
    """

    text: str
    user: str | None
    name: str
    port: int | None

    @classmethod
    def parse(cls, text: str) -> SshAddress:
        """Return the parts of an address, which the configuration has checked."""
        found = _ADDRESS.fullmatch(text)
        assert found, text
        port = found["port"]
        return cls(text, found["user"], found["ipv6"] or found["name"], int(port) if port else None)

    @property
    def machine(self) -> str:
        """The name of the host, as messages write it."""
        return machine(self.text)

    @property
    def options(self) -> list[str]:
        """The user and the port as options of `ssh`."""
        return [*(["-l", self.user] if self.user else []), *(["-p", str(self.port)] if self.port else [])]


class SshSettings(Struct, frozen=True):
    """The settings of the login on all hosts.

    Args:
        key: the private key in `SHIPIT_SSH_KEY`; None to use the agent and the keys of the user.
        known_hosts: the lines in `SHIPIT_SSH_KNOWN_HOSTS`; None to use the known_hosts file of the user.
        configured: the lines of `known-hosts` in the configuration, by the address of the host. They come before
            `known_hosts`.
    """

    key: str | None = None
    known_hosts: str | None = None
    configured: Mapping[str, tuple[str, ...]] = {}

    def known_hosts_for(self, address: str) -> str | None:
        """Return the lines of known_hosts for a host; None to use the file of the user."""
        lines = self.configured.get(address)
        return "\n".join(lines) if lines else self.known_hosts

    def __repr__(self) -> str:
        return "SshSettings()"
