"""The connection to a host over SSH: one master process of OpenSSH's client, which all commands and forwards share.

The master runs a shell on the host whose input is a pipe of this process. So the master and everything on the host end
when this process ends, also when it is killed.
"""

from __future__ import annotations

import os
import re
import secrets
import shlex
import socket
import subprocess
import weakref
from collections.abc import Sequence
from contextlib import ExitStack, suppress

from msgspec import Struct

from shipit.adapters.files.private_directory import SSH, private_directory
from shipit.adapters.hosts.ssh_address import SshAddress, SshSettings
from shipit.adapters.hosts.ssh_failure import connection_lost, login_failure
from shipit.adapters.hosts.ssh_shell import LOOP, Shell
from shipit.adapters.processes.tokens import without_tokens
from shipit.core import limits
from shipit.errors import PreflightError, RemoteError, ShipitError
from shipit.finding import Finding

_PATH = "PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; export PATH; "  # sshd gives users a PATH without these
_MASTER_OPTIONS = (
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    "UpdateHostKeys=no",
    "ConnectTimeout=10",
    "ConnectionAttempts=1",
    "ServerAliveInterval=5",
    "ServerAliveCountMax=3",
    "ForwardAgent=no",
    "ForwardX11=no",
    "ClearAllForwardings=yes",  # those of the user's configuration
    "PermitLocalCommand=no",
    "RemoteCommand=none",
    "ControlMaster=yes",
    "ControlPersist=no",
    "StreamLocalBindUnlink=yes",
    "LogLevel=INFO",
)
# A client uses nothing but the connection of the master: without it, it fails and does not connect by itself.
_CLIENT_OPTIONS = ("BatchMode=yes", "ControlMaster=no", "ProxyCommand=exit 1", "StreamLocalBindUnlink=yes")

# Prints the facts about the host after a mark, as the answer to command 0, then runs other commands.
_GREETING = (
    'missing=; for program in flock timeout; do command -v $program >/dev/null || missing="$missing $program"; done; '
    "socket=/var/run/docker.sock; rootless=${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/docker.sock; "
    'case "$DOCKER_HOST" in unix://*) socket=${DOCKER_HOST#unix://};; '
    '*) [ ! -S $socket ] && [ -S "$rootless" ] && socket=$rootless;; esac; '
    'state=usable; [ -w "$socket" ] || state=denied; [ -S "$socket" ] || state=missing; '
    'for line in "$0" "$(id -un)" "$missing" "$socket" $state "$0-0 0"; do echo "$line"; done; ' + LOOP
)


_open: weakref.WeakSet[SshConnection] = weakref.WeakSet()


def close_connections() -> None:
    """Close all connections of this process, and remove their private directories."""
    for connection in list(_open):
        connection.close()


class HostFacts(Struct, frozen=True):
    """The facts that the host reported at the start.

    Args:
        user: the name of the user that is logged in.
        missing: the programs that shipit needs and that are not installed.
        socket: the path of the container engine's socket.
        socket_state: `usable`, `denied` for a missing permission, or `missing`.
    """

    user: str
    missing: tuple[str, ...]
    socket: str
    socket_state: str


class RemoteResult(Struct, frozen=True):
    """The exit status and the output of a remote command.

    `fenced` is True if the command was not run, because the lock of this run was taken by another run.
    """

    status: int
    output: bytes = b""
    fenced: bool = False

    @property
    def text(self) -> str:
        """The output as text."""
        return self.output.decode(errors="replace").strip()


class SshConnection:
    """A connection to a host; it is closed by `close`, or when this process ends.

    Args:
        address: the host.
        settings: the settings of the login.
        limit: the time limit for the connection and the login, in seconds.

    Raises `AuthError` if the host refuses the login or its key is unknown, `RemoteError` if it cannot be reached.
    """

    def __init__(self, address: SshAddress, settings: SshSettings, limit: float = limits.SSH_CONNECTION) -> None:
        self.address = address
        self.mark = f"shipit-{secrets.token_hex(8)}"
        self._ports: dict[tuple[str, int], int] = {}
        self._engine_socket = ""
        with ExitStack() as resources:
            self._directory = resources.enter_context(private_directory(SSH, short=True))
            self._control = os.path.join(self._directory, "control")
            self._log = os.path.join(self._directory, "log")
            self._master = self._start(settings)
            resources.callback(_end, self._master)
            self._shell = Shell(self._master, self.mark)
            self.facts = self._greeted(settings, limit)
            self._remove_key()
            # Also called at the end of this process. A forked copy has the same object, but not the connection.
            self._finalizer = weakref.finalize(self, _close, os.getpid(), resources.pop_all())
        _open.add(self)

    def close(self) -> None:
        """End the connection, and all that uses it."""
        self._finalizer()

    @property
    def is_open(self) -> bool:
        """True while the master runs."""
        return self._finalizer.alive and self._master.poll() is None

    def execute(
        self,
        script: str,
        *arguments: str,
        timeout: float,
        fence: Sequence[tuple[str, str]] = (),
    ) -> RemoteResult:
        """Run a script of `sh` on the host, without input. Its standard error is part of the output.

        Args:
            script: the script, in one line.
            arguments: its arguments `$1`, `$2`, ...
            timeout: the time limit of the script in seconds, which the script itself has to keep.
            fence: the paths of owner files with the text that each must contain. Otherwise nothing is run.

        Raises `RemoteError` if the connection is lost.
        """
        line = f"set -- {shlex.join(arguments)}; {self._checks(fence)}{script}"
        if "\n" in line:  # an argument of several lines
            return self.send(f"exec 2>&1; {script}", *arguments, timeout=timeout, fence=fence)
        try:
            status, output = self._shell.run(line, timeout + limits.SSH_GRACE)
        except (TimeoutError, EOFError) as error:
            problem = self._end_of_connection(error, timeout + limits.SSH_GRACE)
            self.close()
            raise problem from None
        return RemoteResult(status, output, fenced=output.startswith(self._lost_mark))

    def send(
        self,
        script: str,
        *arguments: str,
        timeout: float,
        data: bytes = b"",
        fence: Sequence[tuple[str, str]] = (),
    ) -> RemoteResult:
        """Run a script with the input `data`, in a session of its own; see `execute`."""
        argv = self.client(self.command(script, *arguments, fence=fence))
        try:
            done = subprocess.run(
                argv,
                input=data,
                capture_output=True,
                timeout=timeout + limits.SSH_GRACE,
                env=_environment(),
                start_new_session=True,
            )
        except subprocess.TimeoutExpired as error:
            raise self._end_of_connection(error, timeout + limits.SSH_GRACE) from None
        _, mark, output = done.stdout.partition(f"{self.mark}\n".encode())
        if not mark and self._lost_mark not in done.stdout:
            raise self._not_run(done.returncode, done.stderr.decode(errors="replace"))
        return RemoteResult(done.returncode, output, fenced=not mark)

    def command(self, script: str, *arguments: str, fence: Sequence[tuple[str, str]] = ()) -> str:
        """Return the line for the shell of the user that runs `script` with `sh`, after the mark was printed.

        All that the start-up files of the shell print is before the mark.
        """
        return shlex.join(
            ["exec", "sh", "-c", f"{_PATH}{self._checks(fence)}echo {self.mark}; {script}", "sh", *arguments]
        )

    def client(self, *command: str, options: Sequence[str] = ()) -> list[str]:
        """Return the command line of a client that uses the connection of the master."""
        settings = [word for option in _CLIENT_OPTIONS for word in ("-o", option)]
        return ["ssh", "-F", "none", "-T", "-S", self._control, *settings, *options, self.address.name, *command]

    def local_port(self, host: str, port: int) -> int:
        """Return the port of this machine that leads to `port` of `host` as the remote host sees it."""
        if (host, port) not in self._ports:
            self._ports[host, port] = self._forward_port(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
        return self._ports[host, port]

    def engine_socket(self) -> str:
        """Return the path of a socket of this machine that leads to the container engine of the host."""
        if not self._engine_socket:
            path = os.path.join(self._directory, "engine")
            if problem := self._forward(f"{path}:{self.facts.socket}"):
                raise connection_lost(self.address, problem)
            self._engine_socket = path
        return self._engine_socket

    def messages(self, start: int = 0) -> str:
        """Return the messages of the master from the offset `start` on, in bytes."""
        with open(self._log, encoding="utf-8", errors="replace") as file:
            file.seek(start)
            return file.read()

    def offset(self) -> int:
        """Return the end of the messages of the master."""
        return os.path.getsize(self._log)

    def refusal(self, start: int) -> str | None:
        """Return the reason why the host refused a forwarded connection since `start`; None if it did not."""
        reasons = re.findall(r"open failed: (.+)", self.messages(start))
        return reasons[-1].strip() if reasons else None

    def check(self) -> None:
        """Raise `RemoteError` if the connection ended."""
        with suppress(subprocess.TimeoutExpired):
            self._master.wait(0.05)
            raise connection_lost(self.address, self.messages())

    @property
    def _lost_mark(self) -> bytes:
        return f"{self.mark} lost".encode()

    def _checks(self, fence: Sequence[tuple[str, str]]) -> str:
        """Return the commands that end a script, before it does anything, if an owner file has another text."""
        lost = f"{{ echo {self._lost_mark.decode()}; exit 75; }}"
        owners = [(shlex.quote(path), shlex.quote(owner)) for path, owner in fence]
        return "".join(f'[ "$(cat {path} 2>/dev/null)" = {owner} ] || {lost}; ' for path, owner in owners)

    def _end_of_connection(self, error: Exception, limit: float) -> RemoteError:
        reason = self.messages() if isinstance(error, EOFError) else f"no answer within {limit:g} seconds"
        return connection_lost(self.address, reason)

    def _start(self, settings: SshSettings) -> subprocess.Popen[bytes]:
        options = [*_MASTER_OPTIONS, f"ControlPath={self._control}", *self._login_options(settings)]
        words = [word for option in options for word in ("-o", option)]
        command = shlex.join(["exec", "sh", "-c", _PATH + _GREETING, self.mark])
        argv = ["ssh", "-T", *words, *self.address.options, self.address.name, command]
        try:
            with open(self._log, "wb") as log:
                return subprocess.Popen(
                    argv,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    bufsize=0,
                    env=_environment(),
                    start_new_session=True,  # Ctrl-C is for this process, which ends the connection when it is ready
                )
        except FileNotFoundError:
            fix = "install OpenSSH's client, for example with `apt-get install openssh-client`"
            raise PreflightError([Finding("ssh", "the program `ssh` is not installed", fix)], to="deploy") from None

    def _login_options(self, settings: SshSettings) -> list[str]:
        """Write the key and the known hosts into the private directory, and return the options that name them."""
        options = []
        if settings.key:
            text = settings.key.replace("\r\n", "\n").strip() + "\n"
            options += [f"IdentityFile={self._write('key', text)}", "IdentitiesOnly=yes"]
        if known := settings.known_hosts_for(self.address.text):
            path = self._write("known_hosts", known.replace("\r\n", "\n").strip() + "\n")
            options += [f"UserKnownHostsFile={path}", "GlobalKnownHostsFile=/dev/null"]
        return options

    def _write(self, name: str, text: str) -> str:
        path = os.path.join(self._directory, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def _remove_key(self) -> None:
        """Remove the key, which only the login needed."""
        with suppress(FileNotFoundError):
            os.unlink(os.path.join(self._directory, "key"))

    def _greeted(self, settings: SshSettings, limit: float) -> HostFacts:
        """Wait for the first output of the host, and return the facts in it."""
        try:
            _, output = self._shell.answer(0, limit)
        except TimeoutError:
            raise login_failure(self.address, settings, self.messages(), limit) from None
        except EOFError:
            raise self._no_greeting(settings, self._shell.unread.decode(errors="replace")) from None
        facts = output.rpartition(f"{self.mark}\n".encode())[2].decode(errors="replace")
        user, missing, path, state = facts.removesuffix("\n").split("\n")
        return HostFacts(user, tuple(missing.split()), path, state)

    def _no_greeting(self, settings: SshSettings, output: str) -> ShipitError:
        status = self._master.wait()
        if status == 255:
            return login_failure(self.address, settings, self.messages(), None)
        return self._not_run(status, f"{self.messages()}\n{output}")

    def _not_run(self, status: int, output: str) -> RemoteError:
        """Return the error for a command that the host did not start."""
        if "Session open refused" in output:
            what = f"{self.address.machine} refused a further session on the connection"
            return RemoteError(what, hint="set `MaxSessions` to 10, sshd's default, in its configuration on the host")
        if status == 255:
            return connection_lost(self.address, output)
        last = next(reversed(output.strip().splitlines()), "no output")
        return RemoteError(
            f"{self.address.machine} accepted the login, but did not run a command: {last}",
            hint=f"check that `ssh {self.address.text} sh -c true` works: the user needs a shell, and its start-up "
            "files must not end it",
        )

    def _forward_port(self, target: str) -> int:
        for _ in range(limits.SSH_PORTS):
            port = _free_port()
            problem = self._forward(f"127.0.0.1:{port}:{target}")
            if not problem:
                return port
            self.check()
        raise connection_lost(self.address, problem)

    def _forward(self, spec: str) -> str:
        """Let the master listen for a forward, and return the reason if it cannot, else an empty text."""
        argv = self.client(options=["-O", "forward", "-L", spec])
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=_environment(),
            timeout=limits.SSH_CONNECTION,
        )
        return (done.stderr.strip() or "the forward failed") if done.returncode else ""


def _environment() -> dict[str, str]:
    return without_tokens(os.environ)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _close(process: int, resources: ExitStack) -> None:
    if os.getpid() == process:
        resources.close()


def _end(master: subprocess.Popen[bytes]) -> None:
    """End the master at once; the host ends all that waits for it."""
    master.terminate()
    try:
        master.wait(5)
    except subprocess.TimeoutExpired:
        master.kill()
        master.wait()
    for pipe in (master.stdin, master.stdout):
        if pipe:
            pipe.close()
