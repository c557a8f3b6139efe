"""The ports and the socket of this machine that lead to the host, through the connection over SSH."""

from __future__ import annotations

import os
import socket
from threading import Lock

from shipit.adapters.hosts.ssh.failure import connection_lost
from shipit.adapters.hosts.ssh.master import Master
from shipit.adapters.processes.bounded import run_bounded
from shipit.adapters.processes.tokens import without_tokens
from shipit.core import limits


class Forwards:
    """The forwards of a connection. Each is made when it is first used; this takes no exchange with the host.

    Threads can use it together.
    """

    def __init__(self, master: Master) -> None:
        self._master = master
        self._ports: dict[tuple[str, int], int] = {}
        self._engine_socket = ""
        self._mutex = Lock()

    def local_port(self, host: str, port: int) -> int:
        """Return the port of this machine that leads to `port` of `host` as the remote host sees it."""
        with self._mutex:
            if (host, port) not in self._ports:
                self._ports[host, port] = self._forward_port(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
            return self._ports[host, port]

    def engine_socket(self) -> str:
        """Return the path of a socket of this machine that leads to the container engine of the host."""
        with self._mutex:
            if not self._engine_socket:
                path = os.path.join(self._master.directory, "engine")
                if problem := self._forward(f"{path}:{self._master.facts.socket}"):
                    raise connection_lost(self._master.address, problem)
                self._engine_socket = path
            return self._engine_socket

    def _forward_port(self, target: str) -> int:
        for _ in range(limits.SSH_PORTS):
            port = _free_port()
            problem = self._forward(f"127.0.0.1:{port}:{target}")
            if not problem:
                return port
            self._master.check()
        raise connection_lost(self._master.address, problem)

    def _forward(self, spec: str) -> str:
        """Let the master listen for a forward, and return the reason if it cannot, else an empty text."""
        argv = self._master.client(options=["-O", "forward", "-L", spec])
        bounds = limits.SSH_CONNECTION, limits.GIT_MESSAGES, limits.GIT_MESSAGES
        status, _, messages = run_bounded(argv, b"", without_tokens(os.environ), *bounds)
        if status is None:
            raise connection_lost(self._master.address, f"no forward within {limits.SSH_CONNECTION} seconds")
        return (messages.decode(errors="replace").strip() or "the forward failed") if status else ""


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
