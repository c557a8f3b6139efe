"""The machine that shipit runs on, as a host: for a runner on the server itself."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TypeVar

from shipit.adapters.engine import DockerContainers, DockerServices, engine_address
from shipit.adapters.files.regular_file import read_regular_file
from shipit.adapters.hosts import http
from shipit.adapters.processes.bounded import TooMuchOutput, run_bounded
from shipit.adapters.processes.tokens import without_tokens
from shipit.adapters.registry import Logins
from shipit.core import limits
from shipit.core.deploy import HealthAnswer
from shipit.core.redact import Redactor
from shipit.errors import CommandError, ConflictError
from shipit.finding import Finding
from shipit.world.hosts import LOCAL, CommandResult, Containers, Services, install_one_by_one

T = TypeVar("T")


class LocalHost:
    """This machine; `shipit.world.hosts.Host` describes the methods."""

    address = LOCAL

    def __init__(self, logins: Logins, redact: Redactor) -> None:
        self._logins = logins
        self._redact = redact
        self.notes: dict[str, str] = {}
        self._owners: dict[str, str] = {}  # of the locks that are held: the owner file, and the text in it

    @cached_property
    def containers(self) -> Containers:
        return DockerContainers(engine_address, self._logins, self._redact, self._require_lock)

    @cached_property
    def services(self) -> Services:
        return DockerServices(engine_address, self._logins, self._redact, self._require_lock)

    def begin(self, read: Callable[[], T]) -> Callable[[], T]:
        return read

    def read(self, path: str) -> str | None:
        try:
            return read_regular_file(path, limits.HOST_OUTPUT).decode("utf-8", "surrogateescape")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise CommandError(f"`{path}` cannot be read: {error.strerror}", hint=f"ls -l {path}") from error

    def last_read(self, path: str) -> str | None:
        return None

    def look(self, argv: Sequence[str], *, timeout: float = limits.HOST_COMMAND) -> CommandResult:
        return self._execute(argv, timeout)

    def run(self, argv: Sequence[str], *, timeout: float = limits.HOST_COMMAND) -> CommandResult:
        self._require_lock()
        self.notes.clear()
        return self._execute(argv, timeout)

    def _execute(self, argv: Sequence[str], timeout: float) -> CommandResult:
        bounds = timeout, limits.HOST_OUTPUT, limits.GIT_MESSAGES
        try:
            status, output, messages = run_bounded(argv, b"", without_tokens(os.environ), *bounds)
        except TooMuchOutput:
            return CommandResult(125, f"it was stopped, because it printed more than {limits.HOST_OUTPUT.written}")
        except OSError as error:
            return CommandResult(127, f"`{argv[0]}` cannot be run: {error.strerror}")
        if status is None:
            return CommandResult(124, f"it did not end within {timeout:g} seconds")
        return CommandResult(status, self._redact((output + messages).decode(errors="replace").strip()))

    def get(self, url: str, *, headers: Mapping[str, str] = {}, timeout: float = limits.HOST_REQUEST) -> HealthAnswer:
        return http.send("GET", url, headers=headers, timeout=timeout)

    def post(self, url: str, *, headers: Mapping[str, str] = {}, timeout: float = limits.HOST_REQUEST) -> HealthAnswer:
        return http.send("POST", url, headers=headers, timeout=timeout)

    def reach(self, port: int, address: str = "127.0.0.1") -> str:
        return f"http://{address}:{port}"

    def findings(self, directory: str) -> tuple[Finding, ...]:
        found = self.containers.findings()
        existing = directory
        while not os.path.exists(existing):
            existing = os.path.dirname(existing)
        if os.access(existing, os.W_OK | os.X_OK):
            return found
        fix = f"sudo install -d -o $(id -un) {directory}"
        return (*found, Finding("host-directory", f"shipit cannot write into `{directory}` on this machine", fix))

    def write(self, path: str, text: str, *, mode: int = 0o644) -> None:
        self._require_lock()
        self.notes.clear()
        # Its name begins with a dot, so that `include sites-enabled/*` never loads it. The next run replaces it.
        temporary = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.shipit")
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            _write_new(temporary, text.encode("utf-8", "surrogateescape"), mode)
            os.replace(temporary, path)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise unwritable(path, error.strerror or str(error), "this machine") from error

    def install(
        self, path: str, text: str, commands: Sequence[Sequence[str]], look: Sequence[str]
    ) -> tuple[CommandResult, ...]:
        return install_one_by_one(self, path, text, commands, look)

    @contextmanager
    def lock(self, path: str, owner: str) -> Iterator[None]:
        """Hold an exclusive `flock` on the lock file; the kernel frees it when this process ends."""
        lock, about = f"{path}.lock", f"{path}.owner"
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise unwritable(lock, error.strerror or str(error), "this machine") from error
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise lock_held(self.read(about), "this machine") from None
            text = unique(owner)
            try:
                _write_new(about, text.encode(), 0o644)
            except OSError as error:
                raise unwritable(about, error.strerror or str(error), "this machine") from error
            self._owners[about] = text
            try:
                yield
            finally:
                del self._owners[about]
        finally:
            os.close(descriptor)

    def locked_by(self, path: str) -> str | None:
        try:
            descriptor = os.open(f"{path}.lock", os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return self.read(f"{path}.owner") or "an unknown run"
        finally:
            os.close(descriptor)
        return None

    def unlock(self, path: str) -> None:
        """Replace the lock file. The run that holds the old one sees that the owner changed, and stops."""
        try:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(f"{path}.lock")
            _write_new(f"{path}.owner", b"", 0o644)
        except OSError as error:
            raise unwritable(f"{path}.lock", error.strerror or str(error), "this machine") from error

    def _require_lock(self) -> None:
        """Raise `ConflictError` if another run took a lock that this run held."""
        for about, text in self._owners.items():
            if self.read(about) != text:
                raise lock_lost("this machine")


def _write_new(path: str, data: bytes, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def unique(owner: str) -> str:
    """Return a text about a run that no other run has."""
    since = f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC"
    return f"{owner}, since {since} [{secrets.token_hex(4)}]"


def unwritable(path: str, reason: str, machine: str) -> CommandError:
    """Return the error for a file on a host that cannot be written; `machine` names the host."""
    hint = f"free disk space on {machine}, or fix the permissions, then run the same command again"
    return CommandError(f"`{path}` cannot be written on {machine}: {reason}", hint=hint)


def lock_held(owner: str | None, machine: str) -> ConflictError:
    """Return the error for a lock that another run holds."""
    return ConflictError(
        f"another deployment is running on {machine}: {owner or 'an unknown run'}",
        hint="wait until it ends, then run the same command again",
        state="this run changed nothing",
    )


def lock_lost(machine: str) -> ConflictError:
    """Return the error for a lock that another run took while this run was working."""
    return ConflictError(
        f"another run or `shipit unlock` took over the lock of the deployment on {machine}, so this run stopped",
        hint="see what serves and which run deploys: shipit status; then run the same command again",
    )
