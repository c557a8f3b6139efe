"""The fakes of Kubernetes clusters: Deployments, records and locks in memory."""

from __future__ import annotations

from shipit.testing.clusters.cluster import FakeCluster as FakeCluster
from shipit.testing.clusters.cluster import FakeClusters as FakeClusters
from shipit.testing.clusters.deployment import FakeDeployment as FakeDeployment
