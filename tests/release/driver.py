"""shipit's command line, which a test can kill at a write: see stopped.py. It has two more variables:

TODAY=2026-01-31   the day it is
REQUESTS={...}     limits of requests other than those of a RetryPolicy, as JSON
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace

sys.path.append(str(Path(__file__).parents[1]))
from stopped import start

from shipit.adapters.clock import SystemClock
from shipit.adapters.engine import push
from shipit.adapters.http import retry_policy

# The names that are replaced below; `Any`, because a type checker does not allow to replace a class or a constant.
policy: Any = retry_policy
engine_push: Any = push


class Calendar(SystemClock):
    def today(self) -> dt.date:
        return dt.date.fromisoformat(os.environ.get("TODAY", "2026-01-31"))

    def elapsed(self) -> float:
        return super().elapsed() * 20

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds / 20)


# GitHub asks for a second between two writes; its stand-in does not. Nothing needs time to recover.
quick = partial(policy.RetryPolicy, between_writes=0, pause=0.01)


def short_limits(**given: Any) -> Any:
    return quick(**{"timeout": 15, **json.loads(os.environ.get("REQUESTS", "{}")), **given})


policy.RetryPolicy = short_limits
engine_push.PAUSES = (0.01,) * len(engine_push.PAUSES)

if __name__ == "__main__":
    start(lambda world: replace(world, clock=Calendar()))
