"""shipit's command line in a process that ends, by SIGKILL, before or after its n-th write.

A driver is a program that calls `start`, as this one does. Its variables are:

STOP_AT=7 and STOP_WHEN=before|after   the write to stop at
STOP_GROUP=1                           the whole process group ends, with the commands that shipit started
WRITES=FILE                            the file that gets the names of the writes that were made
STATES=FILE and STATES_OF=DIRECTORY    the file that gets, as JSON, the digests of the directory before and after each write
MEMORY=FILE                            the file that gets the largest memory of the run, in KiB
LIMITS={"KUBECTL": 15}                 other limits of `shipit.core.limits`, as JSON; LEASE reaches the clusters, too

Without arguments it runs shipit in a process forked for each line of standard input: see forked.py.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from forked import serve

from shipit.adapters.project import Project
from shipit.cli.main import run
from shipit.core import limits
from shipit.testing import interrupted, recorded
from shipit.testing.interrupt import watched_world
from shipit.world import World

writes: list[str] = []
states: list[str] = []
project: Any = Project  # a type checker does not allow to replace a property of a class


def with_lease(world: World) -> World:
    """Return the world, whose clusters have the limit LEASE of this run."""
    clusters: Any = world.clusters
    clusters._duration = limits.LEASE
    return world


def start(prepare: Callable[[World], World] = with_lease) -> None:
    """Run shipit with the arguments of this process; `prepare` changes the world that it gets."""
    real_world = project.world.func
    project.world = cached_property(lambda project: _watched(prepare(real_world(project))))
    project.world.__set_name__(Project, "world")
    if sys.argv[1:]:
        sys.exit(_main(sys.argv[1:]))
    serve(_forked)


def _watched(world: World) -> World:
    global writes
    if "WRITES" in os.environ:
        world, writes = recorded(world)
    if "STATES" in os.environ:
        world = watched_world(world, lambda when, name: states.append(_state(Path(os.environ["STATES_OF"]))))
    if "STOP_AT" in os.environ:
        world = interrupted(world, int(os.environ["STOP_AT"]), os.environ["STOP_WHEN"], _kill_this)  # type: ignore[arg-type]
    return world


def _state(directory: Path) -> str:
    """Return a digest of the names and the contents of all files below `directory`."""
    state = hashlib.sha256()
    for path in sorted(directory.rglob("*")):
        state.update(b"%s\0" % os.fsencode(path))
        if path.is_file():
            state.update(hashlib.sha256(path.read_bytes()).digest())
    return state.hexdigest()


def _kill_this() -> None:
    if "STOP_GROUP" in os.environ:
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def _main(args: list[str]) -> int:
    if "STOP_GROUP" in os.environ:
        os.setpgid(0, 0)
    for name, number in json.loads(os.environ.get("LIMITS", "{}")).items():
        limit: Any = getattr(limits, name)
        setattr(limits, name, type(limit)(limit.area, number, limit.subject, limit.outcome))
    status = run(args)
    if "WRITES" in os.environ:
        Path(os.environ["WRITES"]).write_text("\n".join(writes))
    if "STATES" in os.environ:
        Path(os.environ["STATES"]).write_text(json.dumps(list(zip(states[::2], states[1::2], strict=True))))
    if "MEMORY" in os.environ:
        Path(os.environ["MEMORY"]).write_text(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
    return status


def _forked() -> None:
    writes.clear()
    status = _main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    start()
