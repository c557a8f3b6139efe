"""An nginx in memory, for tests of deployments that switch its traffic."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from shipit.core.deploy import STATE_PATH, TOKEN_HEADER, HealthAnswer, address_in, token_in
from shipit.testing.clock import FakeClock
from shipit.world.hosts import CommandResult

_STATE = re.compile(r"return 200 '([^'\n]*)';")
_STATE_PORT = re.compile(r"listen (?:127\.0\.0\.1:)?(\d+);")
_BAD_GATEWAY = 502


class FakeNginx:
    """An nginx whose only site sends requests to the address in a switch file.

    A test can change these attributes:

    * `running`: False when nginx is stopped.
    * `old_requests`: the seconds for which old workers answer their last requests after a reload.
    * `problem`: the error with which nginx refuses its configuration; empty if it accepts it.
    * `configuration`: the text that `nginx -T` prints.
    * `ignores_reloads`: True when a reload reports no error and loads nothing, as when a port cannot be bound.
    * `loaded`: the text of the switch file that is loaded.

    Args:
        files: the files of the host, by path.
        clock: the clock by which old workers end.
        forward: returns the answer of the app at an address `host:port` for a path.
    """

    def __init__(self, files: Mapping[str, str], clock: FakeClock, forward: Callable[[str, str], HealthAnswer]) -> None:
        self._files = files
        self._clock = clock
        self._forward = forward
        self._numbers = itertools.count(100)
        self._workers: dict[int, dt.datetime | None] = {next(self._numbers): None}  # and the time when each ends
        self.file = "/etc/nginx/conf.d/service-url.inc"
        self.pid_file = "/run/nginx.pid"
        self.port = 80
        self.running = True
        self.old_requests = 0.0
        self.problem = ""
        self.ignores_reloads = False
        self.configuration = ""
        self.loaded = ""
        self.reloads = 0

    @property
    def address(self) -> str | None:
        """The address `host:port` that gets the traffic; None without a switch file."""
        return address_in(self.loaded)

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports that nginx listens on."""
        state = _STATE_PORT.search(self.loaded)
        return (self.port, int(state[1])) if state else (self.port,)

    def start(self) -> None:
        """Start nginx, which loads the file that is there."""
        self.running, self.loaded = True, self._files.get(self.file, "")
        self._workers = {next(self._numbers): None}

    def workers(self) -> tuple[str, ...]:
        """Return process id and title of each worker."""
        now = self._clock.now()
        self._workers = {pid: end for pid, end in self._workers.items() if end is None or end > now}
        titles = (
            "worker process" if end is None else "worker process is shutting down" for end in self._workers.values()
        )
        return tuple(f"{pid} nginx: {title}" for pid, title in zip(self._workers, titles, strict=True))

    def execute(self, arguments: Sequence[str]) -> CommandResult:
        """Run `nginx -t`, `nginx -T` or `nginx -s reload`."""
        if tuple(arguments) == ("-T",):
            return CommandResult(0, self.configuration)
        problem = self.problem or self._file_problem()
        if problem:
            return CommandResult(1, f"nginx: [emerg] {problem}")
        if tuple(arguments) == ("-t",):
            return CommandResult(0, "nginx: configuration file /etc/nginx/nginx.conf test is successful")
        if tuple(arguments) != ("-s", "reload"):
            return CommandResult(1, f"nginx: invalid option: {' '.join(arguments)}")
        if not self.running:
            return CommandResult(1, f'nginx: [error] open() "{self.pid_file}" failed (2: No such file or directory)')
        self._reload()
        return CommandResult(0)

    def answer(self, port: int, path: str, headers: Mapping[str, str]) -> HealthAnswer:
        """Return the answer to a request to `port`: that of the app, or the loaded state if the token was sent."""
        if not self.running or port not in self.ports:
            return HealthAnswer(0, "nothing listens on the port")
        token, state = token_in(self.loaded), _STATE.search(self.loaded)
        if path == STATE_PATH and token and state and port == self.ports[-1]:
            return HealthAnswer(200, state[1]) if headers.get(TOKEN_HEADER) == token else HealthAnswer(404)
        found = self._forward(self.address, path) if self.address and port == self.port else HealthAnswer(404)
        return found if found.status else HealthAnswer(_BAD_GATEWAY)

    def _file_problem(self) -> str:
        text = self._files.get(self.file)
        return "" if text is None or address_in(text) else f"unexpected end of file in {self.file}:1"

    def _reload(self) -> None:
        self.reloads += 1
        if self.ignores_reloads:
            return
        end = self._clock.now() + dt.timedelta(seconds=self.old_requests)
        self._workers = {pid: known or end for pid, known in self._workers.items()} | {next(self._numbers): None}
        self.loaded = self._files.get(self.file, "")


def port_of(url: str) -> int:
    """Return the port of a URL."""
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)
