"""The lock of a host over SSH: a script that holds `flock` on the host as long as it hears from this process."""

from __future__ import annotations

import os
import select
import subprocess
import threading
import time
from contextlib import suppress

from shipit.adapters.hosts.local import lock_held, unwritable
from shipit.adapters.hosts.ssh.connection import Script, SshConnection
from shipit.adapters.hosts.ssh.failure import connection_lost
from shipit.adapters.processes.tokens import without_tokens
from shipit.core import limits

# $1 is the path without its ending, $2 the owner, $3 the time to live. Each line of input is answered with `held`, or
# `lost` if another owner is in the file. `9>&-`: a child that inherits the descriptor would keep the lock.
_HOLD = (
    'umask 022; mkdir -p "$(dirname "$1")" || exit 73; exec 9>>"$1.lock" || exit 73; '
    'flock -n 9 || { echo busy; cat "$1.owner"; exit 75; }; '
    'echo "$2" > "$1.owner" || exit 73; echo held; '
    'while line=$(timeout "$3" head -n1 9>&-) && [ -n "$line" ]; do '
    'if [ "$(cat "$1.owner" 9>&-)" = "$2" ]; then echo held; else echo lost; fi; done; '
    'if [ "$(cat "$1.owner" 9>&-)" = "$2" ]; then : > "$1.owner"; fi'
)
_UNWRITABLE = (2, 73)

# Prints the owner and ends with status 75 if the lock $1 is held.
LOCKED_BY = '[ -e "$1.lock" ] || exit 0; exec 9<"$1.lock"; flock -n 9 && exit 0; cat "$1.owner"; exit 75'
UNLOCK = 'rm -f "$1.lock" && : > "$1.owner"'


class SshLock:
    """A lock that is held on a host until `release`.

    `files` has the text of files that it protects, as they were read or written last: no other run writes them.

    Args:
        connection: the connection to the host.
        path: the path of the lock file, without its ending.
        owner: a text that no other run has.
        time_to_live: the time after which the host frees the lock if it hears nothing, in seconds.

    Raises `ConflictError` if another run holds it, `CommandError` if its file cannot be written.
    """

    def __init__(self, connection: SshConnection, path: str, owner: str, time_to_live: float) -> None:
        self.path = path
        self.owner_file = f"{path}.owner"
        self.owner = owner
        self.files: dict[str, str | None] = {}
        self._time_to_live = time_to_live
        self._mutex = threading.Lock()
        self._released = threading.Event()
        self._state = "held"
        self._confirmed = time.monotonic()
        self._program = self._start(connection, path)
        try:
            self._await(connection, path)
        except BaseException:
            self._end()
            raise
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()

    def state(self, *, ask: bool = True) -> str:
        """Return `held`, `taken` if another run has the lock now, or `lost` if the connection to the host ended.

        `ask` is False to return the last known state without waiting for the host. The host is also not asked if it
        was asked just before: no other run can take the lock and change something within that time.
        """
        if ask and self._state == "held":
            with self._mutex:
                if self._state == "held" and time.monotonic() - self._confirmed > limits.LOCK_CONFIRMED:
                    self._ask()
        return self._state

    def protects(self, path: str) -> bool:
        """Return whether only the holder of this lock writes a file: it is beside the lock and begins with its name."""
        return path.startswith(f"{self.path}.")

    def heard(self, *, held: bool, asked: float) -> None:
        """Take note of the result of a script that had this lock as its fence.

        Args:
            held: True if the script ran.
            asked: the time before it was sent, by the monotonic clock.
        """
        if held:
            self._confirmed = max(self._confirmed, asked)
        elif self._state == "held":
            self._state = "taken"

    def release(self) -> None:
        """Free the lock, and wait until the host has done it."""
        self._released.set()
        self._thread.join(self._time_to_live)
        self._end()

    def _start(self, connection: SshConnection, path: str) -> subprocess.Popen[bytes]:
        script = Script(_HOLD, (path, self.owner, f"{self._time_to_live:g}"), limits.LOCK_START)
        return subprocess.Popen(
            connection.master.client(connection.command(script)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=without_tokens(os.environ),
            start_new_session=True,
        )

    def _await(self, connection: SshConnection, path: str) -> None:
        """Wait for the first answer of the script."""
        answer = self._line(limits.LOCK_START, after=connection.master.mark)
        if answer == "held":
            return
        machine = connection.address.machine
        output = self._rest()
        if answer == "busy":
            raise lock_held(output.strip() or None, machine)
        if self._program.poll() in _UNWRITABLE:
            raise unwritable(f"{path}.lock", reason(answer or output), machine)
        raise connection_lost(connection.address, answer or output)

    def _beat(self) -> None:
        while not self._released.wait(self._time_to_live / 3):
            with self._mutex:
                if self._state == "held":
                    self._ask()

    def _ask(self) -> None:
        """Send a line to the script, and take note of the state that it reports."""
        assert self._program.stdin
        asked, answer = time.monotonic(), ""
        with suppress(OSError):
            self._program.stdin.write(b"held?\n")
            answer = self._line(self._time_to_live)
        self._state = {"held": "held", "lost": "taken"}.get(answer, "lost")
        self._confirmed = asked

    def _line(self, timeout: float, after: str = "") -> str:
        """Return the next line of the script, or the first one after the line `after`; empty if there is none."""
        assert self._program.stdout
        end, received = time.monotonic() + timeout, b""
        start = after.encode()
        while b"\n" not in (wanted := received.partition(start)[2].removeprefix(b"\n") if start else received):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._program.stdout], [], [], left)[0]:
                return ""
            if not (piece := self._program.stdout.read(1)):
                return wanted.decode(errors="replace")
            received += piece
        return wanted.decode(errors="replace").strip()

    def _rest(self) -> str:
        """Return the remaining output of a script that ends by itself."""
        with suppress(subprocess.TimeoutExpired):
            return self._program.communicate(timeout=limits.LOCK_START)[0].decode(errors="replace")
        return ""

    def _end(self) -> None:
        """Close the input of the script, which then frees the lock and ends."""
        assert self._program.stdin and self._program.stdout
        with suppress(OSError):
            self._program.stdin.close()
        try:
            self._program.wait(limits.LOCK_END)
        except subprocess.TimeoutExpired:
            self._program.kill()
            self._program.wait()
        self._program.stdout.close()


def reason(output: str) -> str:
    """Return the reason in the output of a program that failed, such as `Permission denied`."""
    lines = [line for line in output.splitlines() if line.strip()]
    return lines[-1].rpartition(": ")[2].strip() if lines else "unknown"
