"""Keeps a program running until its own standard input closes, then leaves nothing of it behind.

    python warden.py '{"argv": ["dockerd", ...], "room": "/tmp/...", "bridge": "..."}'

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


def watch(argv: list[str], room: Path, bridge: str) -> None:
    """Run `argv`, its output in `room`/log; afterwards remove `room` and the network interface `bridge`."""
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
    if bridge:
        subprocess.run(["ip", "link", "delete", bridge], stderr=subprocess.DEVNULL, check=False)
    _unmount(room)
    shutil.rmtree(room, ignore_errors=True)


def _end_with_the_tests(program: subprocess.Popen[bytes]) -> None:
    sys.stdin.buffer.read()
    program.terminate()
    try:
        program.wait(GRACE)
    except subprocess.TimeoutExpired:
        program.kill()


def _end_orphans() -> None:
    """Killing a container's shim makes its processes ours, so there may be several rounds."""
    while children := Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        for child in map(int, children):
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)


def _unmount(room: Path) -> None:
    mounted = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for point in reversed([point for point in mounted if point.startswith(f"{room}/")]):
        subprocess.run(["umount", "--lazy", point], check=False)


if __name__ == "__main__":
    spec = json.loads(sys.argv[1])
    watch(spec["argv"], Path(spec["room"]), spec.get("bridge", ""))
