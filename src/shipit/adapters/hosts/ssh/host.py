"""A host that is reached over SSH; `shipit.world.hosts.Host` describes the methods."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Lock, Thread
from typing import TypeVar
from urllib.parse import urlsplit

from msgspec.structs import replace

from shipit.adapters.engine import Address, DockerContainers, DockerServices
from shipit.adapters.hosts import http
from shipit.adapters.hosts.local import lock_lost, unique, unwritable
from shipit.adapters.hosts.ssh import files
from shipit.adapters.hosts.ssh.address import SshAddress, SshSettings
from shipit.adapters.hosts.ssh.connection import RemoteResult, Script, SshConnection
from shipit.adapters.hosts.ssh.failure import forward_problem, lock_connection_lost
from shipit.adapters.hosts.ssh.findings import directory_finding, engine_findings, program_findings
from shipit.adapters.hosts.ssh.lock import LOCKED_BY, UNLOCK, SshLock, reason
from shipit.adapters.registry import Logins
from shipit.core import limits
from shipit.core.deploy import HealthAnswer
from shipit.core.redact import Redactor
from shipit.errors import CommandError
from shipit.finding import Finding
from shipit.world.hosts import CommandResult, Containers, Services

T = TypeVar("T")
_RUN = 'limit=$1; shift; exec timeout -k 2 "$limit" "$@"'
_TIMED_OUT = (124, 137)  # 137: it ignored SIGTERM
_NOT_STARTED = (126, 127)


class SshHost:
    """A host over SSH. Threads can read through it together.

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
        self.notes: dict[str, str] = {}
        self._last_read: dict[str, str | None] = {}
        self._current: tuple[SshConnection, DockerContainers, DockerServices] | None = None
        self._mutex = Lock()

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

    def begin(self, read: Callable[[], T]) -> Callable[[], T]:
        _ = self.connection  # an error of the login is raised once, and here
        result: Future[T] = Future()
        Thread(target=_complete, args=(result, read), daemon=True).start()
        return result.result

    def read(self, path: str) -> str | None:
        for lock in self._protecting(path):
            if path not in lock.files:
                lock.files[path] = self._read(path)
            return lock.files[path]
        self._last_read[path] = text = self._read(path)
        return text

    def last_read(self, path: str) -> str | None:
        return self._last_read.get(path)

    def _protecting(self, path: str) -> list[SshLock]:
        """Return the lock that protects a file, if this run holds it: then no other run writes the file."""
        return [lock for lock in self._locks if lock.protects(path) and lock.state(ask=False) == "held"]

    def _read(self, path: str) -> str | None:
        done = self.connection.execute(Script(files.READ, (path,), limits.HOST_COMMAND))
        data, _, length = done.output[:-1].rpartition(b"\n")
        if done.status == 0:
            if length.strip() != str(len(data)).encode():
                data = self.connection.send(Script(files.READ_ALL, (path,), limits.HOST_COMMAND)).output
            return data.decode("utf-8", "surrogateescape")
        if done.text.endswith(files.NO_SUCH_FILE):
            return None
        hint = f"ssh {self.address} ls -l {path}"
        raise CommandError(f"`{path}` cannot be read on {self._machine}: {reason(done.text)}", hint=hint)

    def look(self, argv: Sequence[str], *, timeout: float = limits.HOST_COMMAND) -> CommandResult:
        return self._result(argv, timeout, self.connection.execute(_command(argv, timeout)))

    def run(self, argv: Sequence[str], *, timeout: float = limits.HOST_COMMAND) -> CommandResult:
        return self._result(argv, timeout, self._write_all([_command(argv, timeout)])[0])

    def get(self, url: str, *, headers: Mapping[str, str] = {}, timeout: float = limits.HOST_REQUEST) -> HealthAnswer:
        return self._send("GET", url, headers, timeout)

    def post(self, url: str, *, headers: Mapping[str, str] = {}, timeout: float = limits.HOST_REQUEST) -> HealthAnswer:
        return self._send("POST", url, headers, timeout)

    def _send(self, method: str, url: str, headers: Mapping[str, str], timeout: float) -> HealthAnswer:
        parts, connection = urlsplit(url), self.connection
        port = parts.port or (443 if parts.scheme == "https" else 80)
        local = connection.forwards.local_port(parts.hostname or "", port)
        start = connection.master.offset()
        answer = http.send(method, url, headers=headers, timeout=timeout, address=("127.0.0.1", local))
        if answer.status:
            return answer
        if (refusal := connection.master.refusal(start)) is None:
            connection.master.check()
            return answer
        return HealthAnswer(0, forward_problem(refusal))

    def reach(self, port: int, address: str = "127.0.0.1") -> str:
        return f"http://127.0.0.1:{self.connection.forwards.local_port(address, port)}"

    def findings(self, directory: str) -> tuple[Finding, ...]:
        writable = Script(files.WRITABLE, (directory,), limits.HOST_COMMAND)
        tested = self.begin(lambda: self.connection.execute(writable))
        facts = self.connection.master.facts
        found = [*engine_findings(self.connection, self.containers), *program_findings(self._parsed, facts)]
        return (*found, directory_finding(self._parsed, facts, directory)) if tested().status else tuple(found)

    def write(self, path: str, text: str, *, mode: int = 0o644) -> None:
        self._install(path, text, mode, ())

    def install(
        self, path: str, text: str, commands: Sequence[Sequence[str]], look: Sequence[str]
    ) -> tuple[CommandResult, ...]:
        every, limit = [*commands, look], limits.HOST_COMMAND
        done = self._install(path, text, 0o644, [_command(argv, limit) for argv in every])
        return tuple(self._result(argv, limit, each) for argv, each in zip(every, done, strict=False))

    def _install(self, path: str, text: str, mode: int, then: Sequence[Script]) -> list[RemoteResult]:
        """Write a file, run scripts until one fails, and return the results of those that ran."""
        data, limit = text.encode("utf-8", "surrogateescape"), limits.HOST_COMMAND
        arguments = (path, str(len(data)), f"{mode:o}")
        if files.is_argument(data, mode):
            write = Script(files.WRITE_ARGUMENT, (*arguments, files.escaped(data)), limit)
            written, *done = self._write_all([write, *then])
        else:
            write = Script(files.WRITE_INPUT, (*arguments, f"{limit:g}"), limit)
            (written,), done = self._fenced([write], lambda fenced: [self.connection.send(fenced[0], data)]), []
        if written.status != 0:
            raise unwritable(path, reason(written.text), self._machine)
        self._last_read[path] = text
        for lock in self._protecting(path):
            lock.files[path] = text
        return done or (self._write_all(then) if then else [])

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
            if lock.path == path and lock.state(ask=False) == "held":
                return lock.owner
        done = self.connection.execute(Script(LOCKED_BY, (path,), limits.HOST_COMMAND))
        if done.status in (0, 75):
            return (done.text or "an unknown run") if done.status else None
        hint = f"ssh {self.address} ls -l {path}.lock"
        raise CommandError(f"`{path}.lock` cannot be read on {self._machine}: {reason(done.text)}", hint=hint)

    def unlock(self, path: str) -> None:
        """Replace the lock file. The run that holds the old one sees that the owner changed, and stops."""
        done = self.connection.execute(Script(UNLOCK, (path,), limits.HOST_COMMAND))
        if done.status != 0:
            raise unwritable(f"{path}.lock", reason(done.text), self._machine)

    def close(self) -> None:
        """End the connection; the next use makes a new one."""
        if self._current:
            self._current[0].close()

    def _connected(self) -> tuple[SshConnection, DockerContainers, DockerServices]:
        with self._mutex:
            if self._current is None or not self._current[0].master.is_open:
                connection = SshConnection(self._parsed, self._settings)

                def engine() -> Address:
                    origin = f"`{connection.master.facts.socket}` on {self._machine}"
                    return Address(f"unix://{connection.forwards.engine_socket()}", origin)

                arguments = (engine, self._logins, self._redact, self._require_lock)
                self._current = connection, DockerContainers(*arguments), DockerServices(*arguments)
            return self._current

    def _result(self, argv: Sequence[str], timeout: float, done: RemoteResult) -> CommandResult:
        output = done.text
        if done.status in _TIMED_OUT and not output:
            return CommandResult(124, f"it did not end within {timeout:g} seconds")
        if done.status in _NOT_STARTED and output.startswith("timeout: "):
            return CommandResult(127, f"`{argv[0]}` cannot be run: {reason(output)}")
        return CommandResult(done.status, self._redact(output))

    def _write_all(self, scripts: Sequence[Script]) -> list[RemoteResult]:
        """Run scripts one after the other until one fails, if this run still holds its locks."""
        return self._fenced(scripts, self.connection.execute_all)

    def _fenced(
        self, scripts: Sequence[Script], run: Callable[[Sequence[Script]], list[RemoteResult]]
    ) -> list[RemoteResult]:
        """Call `run` with scripts that end, before they do anything, if another run took a lock of this run."""
        self.notes.clear()
        self._require_lock(ask=False)
        fence, asked = tuple((lock.owner_file, lock.owner) for lock in self._locks), time.monotonic()
        done = run([replace(script, fence=fence) for script in scripts])
        held = not any(each.fenced for each in done)
        for lock in self._locks:
            lock.heard(held=held, asked=asked)
        self._require_lock(ask=False)
        return done

    def _require_lock(self, *, ask: bool = True) -> None:
        """Raise `ConflictError` if this run no longer holds a lock that it took."""
        for lock in self._locks:
            state = lock.state(ask=ask)
            if state == "lost":
                raise lock_connection_lost(self._parsed)
            if state == "taken":
                raise lock_lost(self._machine)


def _command(argv: Sequence[str], timeout: float) -> Script:
    return Script(_RUN, (str(math.ceil(timeout)), *argv), timeout + 2)


def _complete(result: Future[T], read: Callable[[], T]) -> None:
    try:
        result.set_result(read())
    except BaseException as error:  # it is raised to the caller that asks for the result
        result.set_exception(error)
