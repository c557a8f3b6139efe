"""A host that is reached over SSH, with the OpenSSH client of this machine."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

from shipit.adapters.engine import Address, DockerContainers, DockerServices
from shipit.adapters.hosts import http
from shipit.adapters.hosts.local import lock_lost, unique, unwritable
from shipit.adapters.hosts.ssh_address import SshAddress, SshSettings
from shipit.adapters.hosts.ssh_connection import RemoteResult, SshConnection
from shipit.adapters.hosts.ssh_failure import lock_connection_lost
from shipit.adapters.hosts.ssh_lock import LOCKED_BY, UNLOCK, SshLock, reason
from shipit.adapters.registry import Logins
from shipit.core import limits
from shipit.core.deploy import Answer
from shipit.core.redact import Redactor
from shipit.errors import CommandError
from shipit.finding import Finding
from shipit.world.hosts import CommandResult, Containers, Services

_RUN = 'limit=$1; shift; exec timeout -k 2 "$limit" "$@"'
_TIMED_OUT = (124, 137)  # 137: it ignored SIGTERM
_NOT_STARTED = (126, 127)

# The length is last: a text with null bytes does not arrive complete, see `shipit.adapters.hosts.ssh_shell`.
_READ = 'export LC_ALL=C; cat "$1" && echo && wc -c < "$1"'
_READ_ALL = 'exec cat "$1"'
_NO_SUCH_FILE = ("No such file or directory", "Not a directory")

# $1 is the path, $2 the length in bytes, $3 the mode; PUT prints the text.
_WRITE = (
    'exec 2>&1; export LC_ALL=C; umask 022; mkdir -p "$(dirname "$1")" || exit; umask 077; '
    'new=$(dirname "$1")/.$(basename "$1").shipit-$$; trap "rm -f \\"$new\\"" EXIT; PUT > "$new" || exit; '
    'length=$(wc -c < "$new"); [ "$length" -eq "$2" ] || { echo "only $length of $2 bytes arrived"; exit 1; }; '
    'chmod "$3" "$new" && { sync "$new" 2>/dev/null || sync; } && mv -fT "$new" "$1"'
)
# $4 is the time limit. The input of a killed client is shorter.
_WRITE_INPUT = _WRITE.replace("PUT", 'timeout "$4" cat')
# $4 is the text, see `_escaped`. This takes only one round trip. A private text does not go this way: `printf` can be a
# program, whose arguments all users of the host see.
_WRITE_ARGUMENT = _WRITE.replace("PUT", 'printf %b "$4"')
# Ends with status 0 if the directory $1 can be written, or created.
_WRITABLE = 'path=$1; while [ ! -e "$path" ]; do path=$(dirname "$path"); done; [ -w "$path" ] && [ -x "$path" ]'


class SshHost:
    """A host over SSH; `shipit.world.hosts.Host` describes the methods.

    Args:
        address: such as `ssh://deploy@shop.example:22`.
        settings: the settings of the login.
        logins: the logins of the registries, for the engine of the host.
        redact: removes the secrets of shipit from a text.
        lock_time: the time after which the host frees a lock when the connection is cut, in seconds.
    """

    def __init__(
        self,
        address: str,
        settings: SshSettings,
        logins: Logins,
        redact: Redactor,
        *,
        lock_time: float = limits.LOCK_TIME,
    ) -> None:
        self.address = address
        self._parsed = SshAddress.parse(address)
        self._machine = self._parsed.machine
        self._settings = settings
        self._logins = logins
        self._redact = redact
        self._lock_time = lock_time
        self._locks: list[SshLock] = []
        self._current: tuple[SshConnection, DockerContainers, DockerServices] | None = None

    @property
    def containers(self) -> Containers:
        return self._connected()[1]

    @property
    def services(self) -> Services:
        return self._connected()[2]

    @property
    def connection(self) -> SshConnection:
        """The connection; it is made at first use, and again after it was lost."""
        return self._connected()[0]

    def read(self, path: str) -> str | None:
        done = self.connection.execute(_READ, path, timeout=limits.HOST_COMMAND)
        data, _, length = done.output[:-1].rpartition(b"\n")
        if done.status == 0:
            if len(data) != int(length):
                data = self.connection.send(_READ_ALL, path, timeout=limits.HOST_COMMAND).output
            return data.decode("utf-8", "surrogateescape")
        if done.text.endswith(_NO_SUCH_FILE):
            return None
        hint = f"ssh {self.address} ls -l {path}"
        raise CommandError(f"`{path}` cannot be read on {self._machine}: {reason(done.text)}", hint=hint)

    def look(self, argv: Sequence[str], *, timeout: float = limits.HOST_COMMAND) -> CommandResult:
        return self._run(argv, timeout, fence=())

    def run(self, argv: Sequence[str], *, timeout: float = limits.HOST_COMMAND) -> CommandResult:
        return self._run(argv, timeout, fence=self._fence())

    def get(self, url: str, *, headers: Mapping[str, str] = {}, timeout: float = limits.HOST_REQUEST) -> Answer:
        return self._send("GET", url, headers, timeout)

    def post(self, url: str, *, headers: Mapping[str, str] = {}, timeout: float = limits.HOST_REQUEST) -> Answer:
        return self._send("POST", url, headers, timeout)

    def _send(self, method: str, url: str, headers: Mapping[str, str], timeout: float) -> Answer:
        parts, connection = urlsplit(url), self.connection
        port = parts.port or (443 if parts.scheme == "https" else 80)
        local = connection.local_port(parts.hostname or "", port)
        start = connection.offset()
        answer = http.send(method, url, headers=headers, timeout=timeout, address=("127.0.0.1", local))
        if answer.status:
            return answer
        if (refusal := connection.refusal(start)) is None:
            connection.check()
            return answer
        return Answer(0, _forward_problem(refusal))

    def reach(self, port: int) -> str:
        return f"http://127.0.0.1:{self.connection.local_port('127.0.0.1', port)}"

    def findings(self, directory: str) -> tuple[Finding, ...]:
        found = [*self._engine_findings(), *self._program_findings()]
        if self.connection.execute(_WRITABLE, directory, timeout=limits.HOST_COMMAND).status != 0:
            user = self.connection.facts.user
            what = f"`{user}` cannot write into `{directory}` on {self._machine}"
            fix = f"ssh -t {self.address} sudo install -d -o {user} {directory}"
            found.append(Finding("host-directory", what, fix))
        return tuple(found)

    def write(self, path: str, text: str, *, mode: int = 0o644) -> None:
        data = text.encode("utf-8", "surrogateescape")
        private = not mode & 0o077
        arguments, limit, fence = (path, str(len(data)), f"{mode:o}"), limits.HOST_COMMAND, self._fence()
        if private or len(data) > limits.SSH_ARGUMENT:
            with_limit = (*arguments, f"{limit:g}")
            done = self.connection.send(_WRITE_INPUT, *with_limit, timeout=limit, data=data, fence=fence)
        else:
            done = self.connection.execute(_WRITE_ARGUMENT, *arguments, _escaped(data), timeout=limit, fence=fence)
        self._check_fence(done)
        if done.status != 0:
            raise unwritable(path, reason(done.text), self._machine)

    @contextmanager
    def lock(self, path: str, owner: str) -> Iterator[None]:
        """Hold `flock` on the host by a script that ends when this process or the connection ends."""
        lock = SshLock(self.connection, path, unique(owner), self._lock_time)
        self._locks.append(lock)
        try:
            yield
        finally:
            self._locks.remove(lock)
            lock.release()

    def locked_by(self, path: str) -> str | None:
        for lock in self._locks:
            if lock.owner_file == f"{path}.owner" and lock.state(ask=False) == "held":
                return lock.owner
        done = self.connection.execute(LOCKED_BY, path, timeout=limits.HOST_COMMAND)
        if done.status in (0, 75):
            return (done.text or "an unknown run") if done.status else None
        hint = f"ssh {self.address} ls -l {path}.lock"
        raise CommandError(f"`{path}.lock` cannot be read on {self._machine}: {reason(done.text)}", hint=hint)

    def unlock(self, path: str) -> None:
        """Replace the lock file. The run that holds the old one sees that the owner changed, and stops."""
        done = self.connection.execute(UNLOCK, path, timeout=limits.HOST_COMMAND)
        if done.status != 0:
            raise unwritable(f"{path}.lock", reason(done.text), self._machine)

    def close(self) -> None:
        """End the connection; the next use makes a new one."""
        if self._current:
            self._current[0].close()

    def _connected(self) -> tuple[SshConnection, DockerContainers, DockerServices]:
        if self._current is None or not self._current[0].is_open:
            connection = SshConnection(self._parsed, self._settings)

            def engine() -> Address:
                return Address(
                    f"unix://{connection.engine_socket()}", f"`{connection.facts.socket}` on {self._machine}"
                )

            arguments = (engine, self._logins, self._redact, self._require_lock)
            self._current = connection, DockerContainers(*arguments), DockerServices(*arguments)
        return self._current

    def _run(self, argv: Sequence[str], timeout: float, fence: Sequence[tuple[str, str]]) -> CommandResult:
        done = self.connection.execute(_RUN, str(math.ceil(timeout)), *argv, timeout=timeout + 2, fence=fence)
        self._check_fence(done)
        output = done.text
        if done.status in _TIMED_OUT and not output:
            return CommandResult(124, f"it did not end within {timeout:g} seconds")
        if done.status in _NOT_STARTED and output.startswith("timeout: "):
            return CommandResult(127, f"`{argv[0]}` cannot be run: {reason(output)}")
        return CommandResult(done.status, self._redact(output))

    def _fence(self) -> list[tuple[str, str]]:
        """Return the owner files that must not have changed, after a check that does not ask the host."""
        self._require_lock(ask=False)
        return [(lock.owner_file, lock.owner) for lock in self._locks]

    def _check_fence(self, done: RemoteResult) -> None:
        if done.fenced:
            raise lock_lost(self._machine)

    def _require_lock(self, *, ask: bool = True) -> None:
        """Raise `ConflictError` if this run no longer holds a lock that it took."""
        for lock in self._locks:
            state = lock.state(ask=ask)
            if state == "lost":
                raise lock_connection_lost(self._parsed)
            if state == "taken":
                raise lock_lost(self._machine)

    def _engine_findings(self) -> Iterator[Finding]:
        facts, start = self.connection.facts, self.connection.offset()
        if facts.socket_state == "missing":
            what = f"there is no container engine on {self._machine}: `{facts.socket}` does not exist"
            yield Finding(
                "engine", what, f"install docker there, then run `ssh -t {self.address} sudo systemctl start docker`"
            )
        elif facts.socket_state == "denied":
            what = (
                f"`{facts.user}` cannot use the container engine on {self._machine}: no permission for `{facts.socket}`"
            )
            yield Finding("engine", what, f"ssh -t {self.address} sudo usermod -aG docker {facts.user}")
        elif self.containers.findings():
            refused = self.connection.refusal(start) is not None
            problem = "sshd cannot connect to it, or `AllowStreamLocalForwarding` is `no`" if refused else "no answer"
            what = f"the container engine on {self._machine} cannot be used through `{facts.socket}`: {problem}"
            yield Finding("engine", what, f"ssh {self.address} docker info")

    def _program_findings(self) -> Iterator[Finding]:
        if missing := self.connection.facts.missing:
            names = " and ".join(f"`{name}`" for name in missing)
            verb = "is" if len(missing) == 1 else "are"
            fix = f"ssh -t {self.address} sudo apt-get install util-linux coreutils"
            yield Finding("host-programs", f"{names} {verb} not installed on {self._machine}", fix)


def _escaped(data: bytes) -> str:
    r"""Return `data` as one line for the format `%b` of `printf`.

    >>> print(_escaped("a\\b 가".encode() + b"\n%"))
    a\0134b \0352\0260\0200\0012%
    """
    return "".join(chr(byte) if 0x20 <= byte < 0x7F and byte != 0x5C else f"\\0{byte:03o}" for byte in data)


def _forward_problem(message: str) -> str:
    """Return the reason in OpenSSH's message about a forwarded connection that the host refused."""
    if "administratively prohibited" in message:
        settings = "`AllowTcpForwarding` and `AllowStreamLocalForwarding`"
        return f"sshd does not allow forwarding; set {settings} to `yes` on the host"
    if "Connection refused" in message:
        return "nothing listens on the port"
    return message.rpartition(": ")[2].lower()
