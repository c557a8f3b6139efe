"""The master of a connection over SSH: one process of OpenSSH's client, which all commands and forwards share.

The master runs a shell on the host whose input is a pipe of this process. So the master and everything on the host end
when this process ends, also when it is killed.
"""

from __future__ import annotations

import os
import re
import resource
import secrets
import shlex
import signal
import subprocess
import weakref
from collections.abc import Sequence
from contextlib import ExitStack, suppress

from msgspec import Struct

from shipit.adapters.files.private_directory import SSH, private_directory
from shipit.adapters.hosts.ssh.address import SshAddress, SshSettings
from shipit.adapters.hosts.ssh.failure import connection_lost, login_failure, not_run
from shipit.adapters.hosts.ssh.shell import LOOP, Shell
from shipit.adapters.processes.bounded import TooMuchOutput
from shipit.adapters.processes.tokens import without_tokens
from shipit.core import limits
from shipit.errors import PreflightError, ShipitError
from shipit.finding import Finding

PATH = "PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; export PATH; "  # sshd gives users a PATH without these
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


class Master:
    """The process of the connection; it ends by `close`, or when this process ends.

    `mark` is a text that no output contains, `directory` the private directory of the connection, `shell` the shell on
    the host, and `facts` are the facts about the host.

    Args:
        address: the host.
        settings: the settings of the login.
        limit: the time limit for the connection and the login, in seconds.

    Raises `AuthError` if the host refuses the login or its key is unknown, `RemoteError` if it cannot be reached.
    """

    def __init__(self, address: SshAddress, settings: SshSettings, limit: float) -> None:
        self.address = address
        self.mark = f"shipit-{secrets.token_hex(8)}"
        with ExitStack() as resources:
            self.directory = resources.enter_context(private_directory(SSH, short=True))
            self._control = os.path.join(self.directory, "control")
            self._log = os.path.join(self.directory, "log")
            self._process = self._start(settings)
            resources.callback(end, self._process)
            self.shell = Shell(self._process, self.mark)
            self.facts = self._greeted(settings, limit)
            self._remove_key()
            # Also called at the end of this process. A forked copy has the same object, but not the connection.
            self._finalizer = weakref.finalize(self, _close, os.getpid(), resources.pop_all())

    def close(self) -> None:
        """End the connection, and all that uses it."""
        self._finalizer()

    @property
    def is_open(self) -> bool:
        """True while the master runs."""
        return self._finalizer.alive and self._process.poll() is None

    def client(self, *command: str, options: Sequence[str] = ()) -> list[str]:
        """Return the command line of a client that uses the connection of the master."""
        settings = [word for option in _CLIENT_OPTIONS for word in ("-o", option)]
        return ["ssh", "-F", "none", "-T", "-S", self._control, *settings, *options, self.address.name, *command]

    def messages(self, start: int = 0) -> str:
        """Return the messages of the master from the offset `start` on, in bytes; the last ones if they are many."""
        with open(self._log, "rb") as file:
            file.seek(max(start, self.offset() - limits.GIT_MESSAGES))
            return file.read(limits.GIT_MESSAGES).decode(errors="replace")

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
            self._process.wait(0.05)
            raise connection_lost(self.address, self.messages())

    def _start(self, settings: SshSettings) -> subprocess.Popen[bytes]:
        options = [*_MASTER_OPTIONS, f"ControlPath={self._control}", *self._login_options(settings)]
        words = [word for option in options for word in ("-o", option)]
        command = shlex.join(["exec", "sh", "-c", PATH + _GREETING, self.mark])
        argv = ["ssh", "-T", *words, *self.address.options, self.address.name, command]
        try:
            with open(self._log, "wb") as log:
                process = subprocess.Popen(
                    argv,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    bufsize=0,
                    env=without_tokens(os.environ),
                    start_new_session=True,  # Ctrl-C is for this process, which ends the connection when it is ready
                )
                _limit_log(process.pid)
                return process
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
        path = os.path.join(self.directory, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def _remove_key(self) -> None:
        """Remove the key, which only the login needed."""
        with suppress(FileNotFoundError):
            os.unlink(os.path.join(self.directory, "key"))

    def _greeted(self, settings: SshSettings, limit: float) -> HostFacts:
        """Wait for the first output of the host, and return the facts in it."""
        try:
            _, output = self.shell.greeting(limit)
        except TimeoutError:
            raise login_failure(self.address, settings, self.messages(), limit) from None
        except TooMuchOutput:
            raise not_run(self.address, 0, f"it printed more than {limits.HOST_OUTPUT.written}") from None
        except EOFError:
            raise self._no_greeting(settings, self.shell.unread.decode(errors="replace"), limit) from None
        facts = output.rpartition(f"{self.mark}\n".encode())[2].decode(errors="replace")
        try:
            user, missing, path, state = facts.removesuffix("\n").split("\n")
        except ValueError:
            raise not_run(self.address, 0, facts) from None
        return HostFacts(user, tuple(missing.split()), path, state)

    def _no_greeting(self, settings: SshSettings, output: str, limit: float) -> ShipitError:
        try:
            status = self._process.wait(limit)
        except subprocess.TimeoutExpired:  # the host closed only the output of the shell
            return login_failure(self.address, settings, self.messages(), limit)
        if status == 255:
            return login_failure(self.address, settings, self.messages(), None)
        if status == -signal.SIGXFSZ:  # by the limit of its log
            return not_run(self.address, 0, f"it printed more than {limits.HOST_OUTPUT.written} of messages")
        return not_run(self.address, status, f"{self.messages()}\n{output}")


def _limit_log(process: int) -> None:
    """Let the system end the master if a host sends messages without an end, which fill the disk."""
    if hasattr(resource, "prlimit"):  # on Linux
        with suppress(OSError):
            resource.prlimit(process, resource.RLIMIT_FSIZE, (limits.HOST_OUTPUT, limits.HOST_OUTPUT))


def _close(process: int, resources: ExitStack) -> None:
    if os.getpid() == process:
        resources.close()


def end(process: subprocess.Popen[bytes]) -> None:
    """End the master at once; the host ends all that waits for it. `Shell` closes its pipes."""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
