"""shipit's command line, which a test can kill at a write: see stopped.py. It has two more variables:

TODAY=2026-01-31   the day it is
PATIENCE=1         the seconds until GitHub is too slow
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace

sys.path.append(str(Path(__file__).parents[1]))
from stopped import start

from shipit.adapters.engine import push
from shipit.adapters.github import forge
from shipit.adapters.registry import registries

# The names that are replaced below; `Any`, because a type checker does not allow to replace a class or a constant.
github: Any = forge
registry: Any = registries
engine_push: Any = push


class Calendar:
    def today(self) -> dt.date:
        return dt.date.fromisoformat(os.environ.get("TODAY", "2026-01-31"))


# GitHub asks for a second between two writes; its stand-in does not.
quick = partial(github.RetryPolicy, between_writes=0, pause=0.01)
github.RetryPolicy = lambda: quick(timeout=int(os.environ.get("PATIENCE", 15)))

# Registries and engines are asked again without time to recover, too.
engine_push.PAUSES = (0.01,) * len(engine_push.PAUSES)
registry.RetryPolicy = partial(registry.RetryPolicy, pause=0.01)

if __name__ == "__main__":
    start(lambda world: replace(world, clock=Calendar()))
