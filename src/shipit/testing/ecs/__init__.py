"""The fakes of services of ECS: task definitions, deployments, tasks, records and locks in memory."""

from __future__ import annotations

from shipit.testing.ecs.scheduler import FakeScheduler as FakeScheduler
from shipit.testing.ecs.service import FakeEcsService as FakeEcsService
from shipit.testing.ecs.service import FakeEcsServices as FakeEcsServices
