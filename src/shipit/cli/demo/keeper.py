"""A process that removes everything that `shipit demo --deploy` has started, as soon as its standard input closes.

The input closes when the demo ends, also when it is interrupted or killed. Where the demo needs a container engine of
its own, the keeper also runs that engine.

    python keeper.py '{"directory": "/tmp/shipit-demo-1", "name": "demo-3fa2", "url": "unix://...", "engine": []}'
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

# The process group of the `shipit` that the demo runs now; the file is in the directory of the demo.
RUNNING = "running"
LOG = "engine.log"
LABEL = "shipit.demo"
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_GRACE = 15  # seconds


def wait_and_remove(directory: Path, name: str, url: str, engine: list[str]) -> None:
    """Wait until standard input closes, then remove everything.

    Args:
        directory: the directory of the demo.
        name: the name of the demo, with which the names of its containers and its network begin.
        url: the address of the container engine.
        engine: the command of the engine to run; empty for an engine that runs already.
    """
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: over.set())
    program = _start(engine, directory / LOG) if engine else None
    threading.Thread(target=_await_end_of_input, args=[over], daemon=True).start()
    while not over.wait(0.1) and not (program and program.poll() is not None):
        pass
    _end_running(directory / RUNNING)
    with contextlib.suppress(Exception):  # the engine may not answer: then only the rest is removed
        _remove_from_engine(url, name, images=not engine)
    if program:
        _stop(program)
        _remove_bridge(name)
        _unmount(directory)
    shutil.rmtree(directory, ignore_errors=True)


def _start(argv: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start the engine so that it ends with this process, and so that the processes it leaves become children here."""
    prctl = ctypes.CDLL(None).prctl
    prctl(_PR_SET_CHILD_SUBREAPER, 1)
    with log.open("wb") as file:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGTERM),
        )


def _await_end_of_input(over: threading.Event) -> None:
    sys.stdin.buffer.read()
    over.set()


def _end_running(file: Path) -> None:
    with contextlib.suppress(OSError, ValueError):
        os.killpg(int(file.read_text()), signal.SIGKILL)


def _remove_from_engine(url: str, name: str, *, images: bool) -> None:
    import docker
    from docker.errors import NotFound

    client = docker.DockerClient(base_url=url, timeout=60)
    while containers := client.containers.list(all=True, filters={"name": f"^/?{name}-"}, ignore_removed=True):
        for container in containers:
            with contextlib.suppress(NotFound):
                container.remove(force=True, v=True)
    for network in client.networks.list(names=[f"^{name}$"]):
        network.remove()
    for image in client.images.list(filters={"label": f"{LABEL}={name}"}) if images else ():
        with contextlib.suppress(Exception):  # an image that is the base of another one goes with that one
            client.images.remove(image.id or "", force=True)


def _stop(program: subprocess.Popen[bytes]) -> None:
    program.terminate()
    try:
        program.wait(_GRACE)
    except subprocess.TimeoutExpired:
        program.kill()
    while children := _children():  # the end of one can make others children of this process
        for child in children:
            with contextlib.suppress(OSError):
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)


def _children() -> set[int]:
    found: set[int] = set()
    for file in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found |= set(map(int, file.read_text().split()))
    return found


def _remove_bridge(name: str) -> None:
    if Path("/sys/class/net", name).exists():
        with contextlib.suppress(OSError):
            subprocess.run(["ip", "link", "delete", name], capture_output=True)


def _unmount(directory: Path) -> None:
    mounted = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for point in reversed([point for point in mounted if point.startswith(f"{directory}/")]):
        subprocess.run(["umount", "--lazy", point], capture_output=True)


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    wait_and_remove(Path(asked["directory"]), asked["name"], asked["url"], asked["engine"])
