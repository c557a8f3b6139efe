"""The container engine of `shipit demo --deploy`: the engine that answers, or else a new engine for the demo."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from shipit.adapters.engine import engine_address
from shipit.cli.demo import keeper
from shipit.cli.demo.stage_images import SYSTEM_PATH, program
from shipit.errors import CommandError, ShipitError

_START_WITHIN = 60  # seconds
_STOP_WITHIN = 60  # seconds
_NOTHING_STARTED = "nothing was started"
# Addresses for benchmarks of networks (RFC 2544), which no real network uses.
_ADDRESSES = "198.19.{}.0/24"


@contextmanager
def open_engine(running: str | None, directory: Path, name: str, say: Callable[[str], None]) -> Iterator[str]:
    """Give the address of a container engine; at the end of the block, remove everything of the demo from it.

    This happens also when this process is killed, because another process does it.

    Args:
        running: the address of the engine that runs, from `running_engine`; None to start one.
        directory: the directory of the demo, which is removed as well.
        name: the name of the demo.
        say: prints a line of progress.

    Raises `CommandError` if the engine does not start.
    """
    argv = [] if running else _own_engine(directory, name)
    url = running or f"unix://{directory}/docker.sock"
    if argv:
        say(f"start a container engine for the demo, because none runs here: {argv[0]}")
    spec = {"directory": str(directory), "name": name, "url": url, "engine": argv}
    # In a session of its own, Ctrl-C does not reach it.
    process = subprocess.Popen(
        [sys.executable, "-I", keeper.__file__, json.dumps(spec)],
        stdin=subprocess.PIPE,
        start_new_session=True,
        env=os.environ | {"PATH": SYSTEM_PATH},
    )
    try:
        if argv:
            _await(process, url, directory / keeper.LOG)
        yield url
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(_STOP_WITHIN)


def running_engine() -> str | None:
    """Return the address of the engine that answers; None if there is none, and this user can start one.

    Raises `CommandError` if there is none and this user cannot start one, or it is on another machine.
    """
    try:
        address = engine_address()
    except ShipitError as error:
        raise CommandError(error.what, hint="unset DOCKER_HOST and DOCKER_CONTEXT", state=_NOTHING_STARTED) from error
    problem = _problem(address.url)
    if problem is None and _is_local(address.url):
        return address.url
    if problem is None:
        raise CommandError(
            f"the container engine at `{address.url}` ({address.origin}) is on another machine",
            hint="for the demo, use an engine on this machine: unset DOCKER_HOST, or `docker context use default`",
            state=_NOTHING_STARTED,
        )
    dockerd = program("dockerd")
    if dockerd and sys.platform == "linux" and os.geteuid() == 0 and "DOCKER_HOST" not in os.environ:
        return None
    can = "run this as root, so that the demo can start one" if dockerd else "install docker"
    raise CommandError(
        f"no container engine answers at `{address.url}` ({address.origin}): {problem}",
        hint="unset DOCKER_HOST, or start the engine"
        if "DOCKER_HOST" in os.environ
        else f"start docker (`systemctl start docker`, or Docker Desktop), or {can}",
        state=_NOTHING_STARTED,
    )


def _is_local(url: str) -> bool:
    return url.startswith(("unix:", "npipe:")) or urlsplit(url).hostname in ("127.0.0.1", "localhost")


def _problem(url: str) -> str | None:
    """Return the reason why no engine answers at `url`; None if one does."""
    import docker
    from docker.errors import DockerException
    from requests import RequestException

    path = url.removeprefix("unix://")
    if path != url and not Path(path).exists():
        return f"there is no `{path}`"
    try:
        docker.DockerClient(base_url=url, timeout=5).ping()
    except (DockerException, RequestException, OSError) as error:
        return str(error)
    return None


def _own_engine(directory: Path, name: str) -> list[str]:
    """Return the command of an engine that shares nothing with another one.

    It does not change the firewall: ports are published by docker's proxy, and containers reach only each other.
    """
    (directory / "daemon.json").write_text("{}")
    return [
        program("dockerd") or "dockerd",
        f"--host=unix://{directory}/docker.sock",
        f"--config-file={directory}/daemon.json",
        f"--data-root={directory}/data",
        f"--exec-root={directory}/exec",
        f"--pidfile={directory}/pid",
        f"--containerd-namespace={name}",
        f"--containerd-plugins-namespace={name}-plugins",
        "--bridge=none",
        f"--default-address-pool=base={_free_addresses()},size=24",
        "--iptables=false",
        "--ip6tables=false",
        "--ip-forward=false",
        "--ip-masq=false",
        "--shutdown-timeout=2",
        "--log-level=warn",
    ]


def _free_addresses() -> str:
    """Return addresses for a network that no interface of this machine has."""
    used = Path("/proc/net/fib_trie").read_text() if Path("/proc/net/fib_trie").exists() else ""
    # From 128 on: the tests of shipit take the first ones.
    numbers = [number for number in range(128, 256) if f"198.19.{number}." not in used]
    return _ADDRESSES.format(secrets.choice(numbers))


def _await(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + _START_WITHIN
    printed = ""
    while time.monotonic() < end and process.poll() is None:
        if _problem(url) is None:
            return
        if log.exists():
            printed = log.read_text(errors="replace")
        time.sleep(0.1)
    raise CommandError(
        "the container engine for the demo does not start",
        tail="\n".join(printed.splitlines()[-10:]),
        hint="start docker (`systemctl start docker`), then run the same command again",
        state="everything that was started is stopped",
    )
