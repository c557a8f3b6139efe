"""Programs that run beside the tests."""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

T = TypeVar("T")
WARDEN = Path(__file__).with_name("warden.py")
CACHE = Path(__file__).parents[2] / ".cache" / "parts"
# Below the ports that the kernel gives to clients, so that no connection of a test takes a port that was just free.
SERVER_PORTS = range(15_000, 32_000)
PATIENCE = 60  # seconds, for a machine that is busy with other tests


def program(name: str, path: str | None = None) -> str:
    """Where `name` is; a test that needs it is skipped where it is not."""
    found = shutil.which(name, path=f"{path or os.environ['PATH']}:/usr/sbin:/sbin")
    if not found:
        pytest.skip(f"not installed: {name} (make test installs it on Debian, for root)")
    return found


def as_root() -> list[str]:
    """What goes before a command that needs root; a test is skipped where nobody may be root without a question."""
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "--non-interactive"]
    if not shutil.which("sudo") or subprocess.run([*sudo, "true"], capture_output=True).returncode != 0:
        pytest.skip("only root can start an engine")
    return sudo


def free_port() -> int:
    """Return a port of 127.0.0.1 at which no program listens, for a program that cannot choose one itself."""
    while True:
        port = random.choice(SERVER_PORTS)
        with socket.socket() as attempt:
            try:
                attempt.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def listens(port: int) -> bool | None:
    """Return True where a program listens at this port of 127.0.0.1, otherwise None, as `daemon` wants it."""
    with socket.socket() as connection:
        connection.settimeout(1)
        return connection.connect_ex(("127.0.0.1", port)) == 0 or None


def wait_until(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait until `condition` is true. One that takes long to find out is asked less often."""
    end = time.monotonic() + seconds
    while True:
        begun = time.monotonic()
        if condition():
            return
        now = time.monotonic()
        assert now < end, f"it did not happen within {seconds} seconds"
        time.sleep(max(0.02, 3 * (now - begun)))


def new_room() -> Path:
    """A directory with a short name, because the path of a socket has 107 characters at most."""
    return Path(tempfile.mkdtemp(prefix="shipit-part-"))


@contextmanager
def daemon(
    argv: list[str],
    room: Path,
    ready: Callable[[], T | None],
    *,
    networks: Sequence[str] = (),
    root: bool = False,
) -> Iterator[T]:
    """`argv` running in the care of a warden, with what `ready` answers once it is not None. `room` goes with it."""
    spec = json.dumps({"argv": argv, "room": str(room), "networks": networks})
    warden = subprocess.Popen(
        [*(as_root() if root else []), sys.executable, str(WARDEN), spec],
        stdin=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the tests; the warden hears of it by its pipe
    )
    try:
        yield _when_ready(warden, room / "log", ready)
    finally:
        assert warden.stdin
        warden.stdin.close()
        warden.wait(PATIENCE)


def _when_ready(warden: subprocess.Popen[bytes], log: Path, ready: Callable[[], T | None]) -> T:
    said = ""
    for _ in range(PATIENCE * 20):
        if (answer := ready()) is not None:
            return answer
        if log.exists():
            said = log.read_text(errors="replace")
        if warden.poll() is not None:
            break
        time.sleep(0.05)
    pytest.skip(f"does not start here: {warden.args!r}\n{said[-2000:]}")
