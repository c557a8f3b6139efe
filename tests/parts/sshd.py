"""Debian's sshd on 127.0.0.1 as the server that a deployment reaches, with the engine of the tests.

A proxy of the tests' own is before it, so that a test can cut the network silently: no side hears of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from parts.daemon import PATIENCE, as_root, daemon, free_port, new_room, program
from parts.engine import Engine

T = TypeVar("T")
PIECE = 1 << 16  # bytes
RUN = Path("/run/sshd")  # sshd does not start without it

CONFIGURATION = """\
ListenAddress 127.0.0.1:{port}
HostKey {room}/host_key
PidFile {room}/pid
AuthorizedKeysFile {room}/key.pub
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
UsePAM no
UseDNS no
PrintMotd no
MaxStartups 1000
Subsystem sftp internal-sftp
SetEnv {variables}
"""


@dataclass(frozen=True)
class SshServer:
    """A running sshd, and the network before it.

    with ssh_server(engine) as server:
        server.ssh("docker", "ps")
        server.cut()  # from now on no byte passes, and no connection ends
        server.restore()
    """

    port: int
    key: Path
    """The private key that may log in as root."""
    known_hosts: str
    """The line of a file known_hosts for this server."""
    network: Network
    home: Path
    """The home of all sessions; empty, so that no start-up file of a shell costs time."""
    log: Path

    @property
    def address(self) -> str:
        return f"ssh://root@127.0.0.1:{self.port}"

    @property
    def known_hosts_file(self) -> Path:
        return self.key.with_name("known_hosts")

    @property
    def options(self) -> list[str]:
        """The options of OpenSSH's client that make it know this server and log in, without the user's files."""
        files = ["-F", "none", "-i", str(self.key), "-o", f"UserKnownHostsFile={self.known_hosts_file}"]
        strict = ["-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes"]
        return [*files, *strict, "-p", str(self.port)]

    def ssh(self, *arguments: str, input: str = "") -> str:
        """Run a command on the server, and return its output.

        Raises:
            AssertionError: It failed; with its error output.
        """
        argv = [program("ssh"), *self.options, "root@127.0.0.1", *arguments]
        done = subprocess.run(argv, input=input, capture_output=True, encoding="utf-8", timeout=PATIENCE)
        assert done.returncode == 0, f"{' '.join(argv)}: {done.stderr}"
        return done.stdout

    def cut(self) -> None:
        """Let no byte pass any more. New connections are accepted and stay silent."""
        self.network.cut()

    def restore(self) -> None:
        """Deliver the bytes that were kept back, and let all others pass again."""
        self.network.restore()

    def close_connections(self) -> None:
        """End all connections, which both sides notice at once."""
        self.network.close_connections()


class Network:
    """The way between clients and a server on another port of 127.0.0.1: a free port, and a thread that passes bytes on."""

    def __init__(self, upstream: int) -> None:
        self.delay = 0.0
        """The seconds that each byte takes, in each direction; set it before a client connects."""
        self._upstream = upstream
        self._loop = asyncio.new_event_loop()
        self._open = asyncio.Event()
        self._open.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = listening.getsockname()[1]
        starting = asyncio.start_server(self._serve, sock=listening)
        self._server = asyncio.run_coroutine_threadsafe(starting, self._loop).result(PATIENCE)

    def cut(self) -> None:
        self._call(self._open.clear)

    def restore(self) -> None:
        self._call(self._open.set)

    def close_connections(self) -> None:
        self._call(self._abort)

    def close(self) -> None:
        self._call(self._server.close)
        self._call(self._abort)
        self._call(self._end_tasks)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def _call(self, act: Callable[[], T]) -> T:
        """Call `act` in the thread, and wait until it has returned."""

        async def call() -> T:
            return act()

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result(PATIENCE)

    def _abort(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def _end_tasks(self) -> None:
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        self._writers.add(to_client)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await self._open.wait()
            server, to_server = await asyncio.open_connection("127.0.0.1", self._upstream)
            self._writers.add(to_server)
            await asyncio.gather(self._pass_on(client, to_server), self._pass_on(server, to_client))
            await self._end(to_server)
        await self._end(to_client)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            with contextlib.suppress(OSError):
                piece = await reader.read(PIECE)
                await self._open.wait()
                if piece and self.delay:
                    self._loop.call_later(self.delay, writer.write, piece)
                    continue
                if piece:
                    writer.write(piece)
                    await writer.drain()
                    continue
                await asyncio.sleep(self.delay)
                if writer.can_write_eof():
                    writer.write_eof()
                return
            await self._open.wait()  # the other side hears of it when the network is whole
            writer.transport.abort()
            return

    async def _end(self, writer: asyncio.StreamWriter) -> None:
        self._writers.discard(writer)
        writer.close()


@contextmanager
def ssh_server(engine: Engine | None = None) -> Iterator[SshServer]:
    """Run sshd as root on 127.0.0.1, behind a `Network`.

    Args:
        engine: The engine that `docker` reaches in a session: sshd sets DOCKER_HOST and DOCKER_CONFIG.
    """
    sshd = program("sshd")
    subprocess.run([*as_root(), "mkdir", "-p", "-m", "0755", str(RUN)], check=True)
    room, port = new_room(), free_port()
    home = room / "home"
    home.mkdir()
    for name in ("host_key", "key"):
        options = ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(room / name)]
        subprocess.run([program("ssh-keygen"), *options], check=True, stdin=subprocess.DEVNULL)
    configuration = room / "sshd_config"
    configuration.write_text(CONFIGURATION.format(port=port, room=room, variables=_variables(home, engine)))
    argv = [sshd, "-D", "-e", "-f", str(configuration), *_without_penalties(sshd, configuration)]
    with daemon(argv, room, lambda: _greets(port), root=True), contextlib.closing(Network(port)) as network:
        host_key = " ".join((room / "host_key.pub").read_text().split()[:2])
        server = SshServer(
            network.port, room / "key", f"[127.0.0.1]:{network.port} {host_key}", network, home, room / "log"
        )
        server.known_hosts_file.write_text(f"{server.known_hosts}\n")
        yield server


def _variables(home: Path, engine: Engine | None) -> str:
    variables = {"HOME": str(home), "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"}
    if engine:
        variables |= engine.environment
    return " ".join(f'"{name}={value}"' for name, value in variables.items())


def _without_penalties(sshd: str, configuration: Path) -> Sequence[str]:
    """From OpenSSH 9.8 on, an address whose logins fail is refused for a while; tests of failures come from one address."""
    option = ["-o", "PerSourcePenalties=no"]
    checked = subprocess.run(
        [*as_root(), sshd, "-t", "-f", str(configuration), *option], capture_output=True, stdin=subprocess.DEVNULL
    )
    return option if checked.returncode == 0 else []


def _greets(port: int) -> bool | None:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        return connection.recv(4) == b"SSH-" or None
    return None
