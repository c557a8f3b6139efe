"""Keeps a program running until its own standard input closes, then leaves nothing of it behind.

    python warden.py '{"argv": ["dockerd", ...], "room": "/tmp/...", "networks": ["198.19.0."]}'

The pipe closes when the tests are done and also when they are interrupted or killed, so no test can leave a daemon,
a container, a mount or a network behind. Orphans of the program come to the warden, which ends them too.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
GRACE = 15  # seconds
_prctl = ctypes.CDLL(None).prctl


def watch(argv: list[str], room: Path, networks: list[str]) -> None:
    """Run `argv`, its output in `room`/log; then remove `room` and the interfaces whose address begins like `networks`."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    with (room / "log").open("wb") as log:
        program = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: _prctl(PR_SET_PDEATHSIG, signal.SIGTERM),
        )
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, lambda *_: program.terminate())
    threading.Thread(target=_end_with_the_tests, args=[program], daemon=True).start()
    program.wait()
    _end_orphans()
    for network in networks:
        _remove_interfaces(network)
    _unmount(room)
    shutil.rmtree(room, ignore_errors=True)


def _end_with_the_tests(program: subprocess.Popen[bytes]) -> None:
    sys.stdin.buffer.read()
    program.terminate()
    for _ in range(GRACE * 5):
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.wait(0.2)
            return
        _end_containers(program)
    program.kill()


def _end_containers(program: subprocess.Popen[bytes]) -> None:
    """Many take no notice of SIGTERM, for which their engine would wait ten seconds."""
    for shim in _children(os.getpid()) - {program.pid}:
        for process in _children(shim):
            _kill(process)


def _end_orphans() -> None:
    """Killing a container's shim makes its processes ours, so there may be several rounds.

    The first process of a container ends only after all others in it were waited for, so any of them is.
    """
    while children := _children(os.getpid()):
        for child in children:
            _kill(child)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, 0)


def _children(parent: int) -> set[int]:
    """Those of all its threads."""
    listed: set[int] = set()
    for children in Path(f"/proc/{parent}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            listed |= set(map(int, children.read_text().split()))
    return listed


def _kill(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def _remove_interfaces(network: str) -> None:
    listed = subprocess.run(["ip", "-oneline", "-4", "address"], capture_output=True, encoding="utf-8").stdout
    for _, name, _, address, *_ in map(str.split, listed.splitlines()):
        if address.startswith(network):
            subprocess.run(["ip", "link", "delete", name], check=False)


def _unmount(room: Path) -> None:
    mounted = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for point in reversed([point for point in mounted if point.startswith(f"{room}/")]):
        subprocess.run(["umount", "--lazy", point], check=False)


if __name__ == "__main__":
    spec = json.loads(sys.argv[1])
    watch(spec["argv"], Path(spec["room"]), spec["networks"])
