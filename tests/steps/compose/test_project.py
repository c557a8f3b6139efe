"""The commands of `docker compose` on a host, with a program of the test as docker."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from shipit.steps.compose import project


def test_the_texts_that_compose_reads_are_removed_when_the_host_ends_it(tmp_path: Path) -> None:
    started, docker, rooms = tmp_path / "started", tmp_path / "docker", tmp_path / "rooms"
    rooms.mkdir()
    docker.write_text(f"#!/bin/sh\ncat 1.yaml > {started}.new && mv {started}.new {started}\nexec sleep 30\n")
    docker.chmod(0o755)
    argv = project._compose("/srv/shop", ["compose.yaml"], {"compose.yaml": "a text"})
    env = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "TMPDIR": str(rooms)}
    with subprocess.Popen(argv, env=env, start_new_session=True) as shell:
        while not started.exists():
            assert shell.poll() is None
            time.sleep(0.005)
        os.killpg(shell.pid, signal.SIGTERM)
    assert (started.read_text(), os.listdir(rooms)) == ("a text", [])
