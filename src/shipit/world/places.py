"""The places that apps are deployed to."""

from __future__ import annotations

from shipit.world.clusters import Cluster
from shipit.world.ecs import EcsService
from shipit.world.hosts import Host
from shipit.world.sites import Site

Place = Host | Cluster | Site | EcsService
"""A place that an app is deployed to. All kinds have the record of its deployments and the lock."""
