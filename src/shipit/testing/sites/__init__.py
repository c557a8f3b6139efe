"""Buckets with static sites in memory, and a cache in front of them."""

from __future__ import annotations

from shipit.testing.sites.bucket import FakeObject as FakeObject
from shipit.testing.sites.bucket import FakeSite as FakeSite
from shipit.testing.sites.bucket import FakeSites as FakeSites
from shipit.testing.sites.distribution import FakeDistribution as FakeDistribution
