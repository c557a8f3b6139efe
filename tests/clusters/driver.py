"""shipit's command line, which a test can kill at a write: see stopped.py. The limit LEASE reaches its clusters, too."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))
from stopped import start

from shipit.core import limits
from shipit.world import World


def with_lease(world: World) -> World:
    clusters: Any = world.clusters
    clusters._duration = limits.LEASE
    return world


if __name__ == "__main__":
    start(with_lease)
