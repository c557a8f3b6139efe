"""The connection to a host over SSH, which runs scripts on the host."""

from __future__ import annotations

import os
import shlex
import weakref
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from shipit.adapters.hosts.ssh.address import SshAddress, SshSettings
from shipit.adapters.hosts.ssh.failure import connection_lost, not_run
from shipit.adapters.hosts.ssh.forwards import Forwards
from shipit.adapters.hosts.ssh.master import PATH, Master
from shipit.adapters.hosts.ssh.shell import UNLESS_FAILED
from shipit.adapters.processes.bounded import TooMuchOutput, run_bounded
from shipit.adapters.processes.tokens import without_tokens
from shipit.core import limits
from shipit.errors import RemoteError

_BOUNDS = limits.HOST_OUTPUT, limits.GIT_MESSAGES
_open: weakref.WeakSet[SshConnection] = weakref.WeakSet()


def close_connections() -> None:
    """Close all connections of this process, and remove their private directories."""
    for connection in list(_open):
        connection.close()


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


class Script(Struct, frozen=True):
    """A script of `sh` to run on the host. Its standard error is part of its output.

    Args:
        text: the script, in one line.
        arguments: its arguments `$1`, `$2`, ...
        timeout: the time limit of the script in seconds, which the script itself has to keep.
        fence: the paths of owner files with the text that each must contain. Otherwise nothing is run.
    """

    text: str
    arguments: tuple[str, ...]
    timeout: float
    fence: tuple[tuple[str, str], ...] = ()

    @property
    def limit(self) -> float:
        """The time limit for the answer of the host, in seconds."""
        return self.timeout + limits.SSH_GRACE


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
        self.master = Master(address, settings, limit)
        self.forwards = Forwards(self.master)
        self._lost = f"{self.master.mark} lost".encode()
        _open.add(self)

    def close(self) -> None:
        """End the connection, and all that uses it."""
        self.master.close()

    def execute(self, script: Script) -> RemoteResult:
        """Run a script on the host, without input.

        Raises `RemoteError` if the connection is lost.
        """
        return self.execute_all([script])[0]

    def execute_all(self, scripts: Sequence[Script]) -> list[RemoteResult]:
        """Run scripts one after the other until one fails, and return the results of those that ran.

        All are sent together. Raises `RemoteError` if the connection is lost.
        """
        lines = [self._line(script) for script in scripts]
        if any("\n" in line for line in lines):  # an argument of several lines
            return _until_failure(map(self.send, scripts))
        shell = self.master.shell
        begun = [shell.begin(line if number == 0 else UNLESS_FAILED + line) for number, line in enumerate(lines)]
        return _until_failure(map(self._answer, scripts, begun))

    def _line(self, script: Script) -> str:
        return f"set -- {shlex.join(script.arguments)}; {self._checks(script)}{script.text}"

    def _answer(self, script: Script, answer: Callable[[float], tuple[int, bytes]]) -> RemoteResult:
        try:
            status, output = answer(script.limit)
        except (TimeoutError, EOFError, TooMuchOutput) as error:
            problem = self._end_of_connection(error, script.limit)
            self.close()
            raise problem from None
        return RemoteResult(status, output, fenced=output.startswith(self._lost))

    def send(self, script: Script, data: bytes = b"") -> RemoteResult:
        """Run a script with the input `data`, in a session of its own; see `execute`."""
        argv = self.master.client(self.command(script))
        try:
            status, printed, messages = run_bounded(argv, data, without_tokens(os.environ), script.limit, *_BOUNDS)
        except TooMuchOutput as error:
            raise self._end_of_connection(error, script.limit) from None
        if status is None:
            raise self._end_of_connection(TimeoutError(), script.limit)
        _, mark, output = printed.partition(f"{self.master.mark}\n".encode())
        if not mark and self._lost not in printed:
            raise not_run(self.address, status, messages.decode(errors="replace"))
        return RemoteResult(status, output, fenced=not mark)

    def command(self, script: Script) -> str:
        """Return the line for the shell of the user that runs a script with `sh`, after the mark was printed.

        All that the start-up files of the shell print is before the mark.
        """
        text = f"{PATH}{self._checks(script)}echo {self.master.mark}; exec 2>&1; {script.text}"
        return shlex.join(["exec", "sh", "-c", text, "sh", *script.arguments])

    def _checks(self, script: Script) -> str:
        """Return the commands that end a script, before it does anything, if an owner file has another text."""
        lost = f"{{ echo {self._lost.decode()}; exit 75; }}"
        owners = [(shlex.quote(path), shlex.quote(owner)) for path, owner in script.fence]
        return "".join(f'[ "$(cat {path} 2>/dev/null)" = {owner} ] || {lost}; ' for path, owner in owners)

    def _end_of_connection(self, error: Exception, limit: float) -> RemoteError:
        reason = self.master.messages() if isinstance(error, EOFError) else f"no answer within {limit:g} seconds"
        if isinstance(error, TooMuchOutput):
            reason = f"a command printed more than {limits.HOST_OUTPUT.written}"
        return connection_lost(self.address, reason)


def _until_failure(results: Iterable[RemoteResult]) -> list[RemoteResult]:
    """Return the results up to the first one that is a failure."""
    found: list[RemoteResult] = []
    for result in results:
        found.append(result)
        if result.status:
            break
    return found
