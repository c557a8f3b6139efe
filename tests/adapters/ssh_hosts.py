"""Hosts for tests: this machine directly, and the same machine over SSH."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from parts.sshd import SshServer

from shipit.adapters.hosts import SshSettings
from shipit.adapters.hosts.local import LocalHost
from shipit.adapters.hosts.ssh.host import SshHost
from shipit.adapters.registry import Logins
from shipit.core.redact import Redactor

SECRET = "hunter2-hunter2"


def settings_of(server: SshServer) -> SshSettings:
    return SshSettings(key=server.key.read_text(), known_hosts=server.known_hosts)


@contextmanager
def ssh_host(server: SshServer, settings: SshSettings | None = None, *, lock_time: float = 30) -> Iterator[SshHost]:
    host = SshHost(server.address, settings or settings_of(server), Logins(), Redactor([SECRET]), lock_time=lock_time)
    try:
        yield host
    finally:
        host.close()


def local_host() -> LocalHost:
    return LocalHost(Logins(), Redactor([SECRET]))


_START = """
import sys, time
from pathlib import Path
from shipit.adapters.hosts import SshSettings
from shipit.adapters.hosts.ssh.host import SshHost
from shipit.adapters.registry import Logins
from shipit.core.redact import Redactor
address, key, known_hosts, path = sys.argv[1:]
host = SshHost(address, SshSettings(Path(key).read_text(), Path(known_hosts).read_text()), Logins(), Redactor())
"""


@contextmanager
def other_process(server: SshServer, path: Path, script: str) -> Iterator[subprocess.Popen[str]]:
    """Run `script` in another process, with the server as `host` and a `path`; wait for its first line of output."""
    argv = [sys.executable, "-c", _START + script, server.address, str(server.key), str(server.known_hosts_file)]
    with subprocess.Popen([*argv, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()
