"""shipit's command line in a process that ends, by SIGKILL, before or after its n-th write.

python driver.py ARGUMENTS...    STOP_AT=7 and STOP_WHEN=before|after: the write to stop at
                                 WRITES=FILE: where to list the writes that were made
                                 TODAY=2026-01-31: the day it is
                                 PATIENCE=1: seconds until GitHub is too slow
python driver.py                 the same in a process forked for each line of standard input: see forked.py
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace

sys.path.append(str(Path(__file__).parents[1]))
from forked import serve

from shipit.adapters.engine import push
from shipit.adapters.github import forge
from shipit.adapters.project import Project
from shipit.adapters.registry import registries
from shipit.cli.main import run
from shipit.testing import interrupted, recorded
from shipit.world import World

writes: list[str] = []

# What is replaced below; `Any`, because a type checker lets nobody replace a class or a constant.
github: Any = forge
registry: Any = registries
engine_push: Any = push
project: Any = Project


class Calendar:
    def today(self) -> dt.date:
        return dt.date.fromisoformat(os.environ.get("TODAY", "2026-01-31"))


def kill_this() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def watched(world: World) -> World:
    global writes
    world, writes = recorded(replace(world, clock=Calendar()))
    if "STOP_AT" in os.environ:
        world = interrupted(world, int(os.environ["STOP_AT"]), os.environ["STOP_WHEN"], kill_this)  # type: ignore[arg-type]
    return world


# GitHub asks for a second between two writes; its stand-in does not.
quick = partial(github.RetryPolicy, between_writes=0, pause=0.01)
github.RetryPolicy = lambda: quick(timeout=int(os.environ.get("PATIENCE", 15)))

# Registries and engines are asked again without time to recover, too.
engine_push.PAUSES = (0.01,) * len(engine_push.PAUSES)
registry.RetryPolicy = partial(registry.RetryPolicy, pause=0.01)

real_world = project.world.func
project.world = cached_property(lambda project: watched(real_world(project)))
project.world.__set_name__(Project, "world")


def main(args: list[str]) -> int:
    status = run(args)
    if "WRITES" in os.environ:
        Path(os.environ["WRITES"]).write_text("\n".join(writes))
    return status


def forked() -> None:
    writes.clear()
    status = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    if sys.argv[1:]:
        sys.exit(main(sys.argv[1:]))
    serve(forked)
