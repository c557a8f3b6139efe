"""Worlds for tests: fakes of every port, and runs that are killed at each of their writes."""

from __future__ import annotations

from shipit.testing.crash import Crash as Crash
from shipit.testing.crash import crash_matrix as crash_matrix
from shipit.testing.interrupt import WRITES as WRITES
from shipit.testing.interrupt import Killed as Killed
from shipit.testing.interrupt import interrupted as interrupted
from shipit.testing.interrupt import kill as kill
from shipit.testing.interrupt import recorded as recorded
from shipit.testing.world import FakeWorld as FakeWorld
