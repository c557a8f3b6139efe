"""The number of exchanges with a host over SSH that a run waits for, one after the other.

Questions that are asked together are one exchange, as the run waits only once for their answers. A request through a
forward, a call of the engine and a script are one exchange each.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests

from shipit.adapters.clock import SystemClock
from shipit.adapters.hosts import http
from shipit.adapters.hosts.ssh.connection import SshConnection
from shipit.adapters.hosts.ssh.host import SshHost
from shipit.adapters.hosts.ssh.lock import SshLock
from shipit.adapters.hosts.ssh.master import Master
from shipit.adapters.hosts.ssh.shell import Shell
from shipit.core import limits


class Exchanges:
    """The exchanges that the current thread waited for; a thread that it waits for adds those that end later.

    `slept` is True if the run waited for something on the host, so that it had to ask again.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._of_thread = threading.local()
        self.slept = False
        for owner, name in (
            (Master, "_greeted"),
            (SshConnection, "send"),
            (SshLock, "_await"),
            (SshLock, "_ask"),
            (SshLock, "_end"),
            (requests.Session, "send"),
        ):
            patch.setattr(owner, name, self._counted(getattr(owner, name)))
        patch.setattr(http, "send", self._through_forward(http.send))
        patch.setattr(Shell, "begin", self._of_shell(Shell.begin))
        patch.setattr(SshHost, "begin", self._begun(SshHost.begin))
        patch.setattr(SystemClock, "sleep", self._sleeping(SystemClock.sleep))
        patch.setattr(limits, "LOCK_CONFIRMED", 60)  # else a slow machine asks more often

    @property
    def number(self) -> int:
        return int(getattr(self._of_thread, "number", 0))

    @number.setter
    def number(self, number: int) -> None:
        self._of_thread.number = number

    def _counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **named: Any) -> Any:
            self.number += 1
            return call(*args, **named)

        return counted

    def _through_forward(self, send: Callable[..., Any]) -> Callable[..., Any]:
        counted = self._counted(send)
        return lambda *args, **named: (counted if named.get("address") else send)(*args, **named)

    def _of_shell(self, begin: Callable[..., Any]) -> Callable[..., Any]:
        def begun(shell: Shell, command: str) -> Callable[[float], Any]:
            end, answered = begin(shell, command), self.number + 1

            def wait(timeout: float) -> Any:
                self.number = max(self.number, answered)
                return end(timeout)

            return wait

        return begun

    def _begun(self, begin: Callable[..., Any]) -> Callable[..., Any]:
        def begun(host: SshHost, read: Callable[[], Any]) -> Callable[[], Any]:
            first, last = self.number, [0]

            def counted() -> Any:
                self.number = first
                try:
                    return read()
                finally:
                    last[0] = self.number

            end = begin(host, counted)

            def wait() -> Any:
                try:
                    return end()
                finally:
                    self.number = max(self.number, last[0])

            return wait

        return begun

    def _sleeping(self, sleep: Callable[..., Any]) -> Callable[..., Any]:
        def sleeping(clock: SystemClock, seconds: float) -> None:
            self.slept = True
            sleep(clock, seconds)

        return sleeping
