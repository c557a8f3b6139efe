"""shipit's command line, which a test can kill at a write: see stopped.py. A lock of a killed run is soon free."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))
from stopped import start

from shipit.world import World

LOCK = 2.0  # seconds


def with_a_short_lock(world: World) -> World:
    sites: Any = world.sites
    sites._duration = LOCK
    return world


if __name__ == "__main__":
    start(with_a_short_lock)
