"""shipit's command line, which a test can kill at a write: see stopped.py. A lock of a killed run is soon free.

Time passes `SPEED` times as fast, for shipit and for the scheduler of the test.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))
from loaded_boto3 import load_boto3
from msgspec.structs import replace
from services.hurried import HurriedClock
from stopped import start

from shipit.world import World

LOCK = 2.0  # seconds


def prepared(world: World) -> World:
    services: Any = world.ecs_services
    services._duration = LOCK
    return replace(world, clock=HurriedClock())


if __name__ == "__main__":
    load_boto3("ecs", "s3", "sts", "ssm", "iam", "cloudwatch", "elbv2")
    start(prepared)
