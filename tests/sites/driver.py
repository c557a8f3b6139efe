"""shipit's command line, which a test can kill at a write: see stopped.py. A lock of a killed run is soon free."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))
from loaded_boto3 import load_boto3
from stopped import start

from shipit.world import World

LOCK = 2.0  # seconds


def with_a_short_lock(world: World) -> World:
    sites: Any = world.sites
    sites._duration = LOCK
    return world


if __name__ == "__main__":
    load_boto3("s3", "cloudfront", "sts")
    start(with_a_short_lock)
