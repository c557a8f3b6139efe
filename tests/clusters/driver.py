"""shipit's command line, which a test can kill at a write: see stopped.py. It has one more variable:

LIMITS={...}    limits of `shipit.core.limits`, as JSON
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))
from stopped import start

from shipit.core import limits
from shipit.world import World


def with_limits(world: World) -> World:
    for name, number in json.loads(os.environ.get("LIMITS", "{}")).items():
        limit: Any = getattr(limits, name)
        setattr(limits, name, type(limit)(limit.area, number, limit.subject, limit.outcome))
    clusters: Any = world.clusters
    clusters._duration = limits.LEASE
    return world


if __name__ == "__main__":
    start(with_limits)
