"""Amazon ECS: a service gets a task definition with the image by digest, and its deployment is followed to its end.

The task definition is made from the one that runs, so that its other settings stay as they are. A deployment that the
circuit breaker of ECS takes back leaves a stable service, and is still a failure. The way back is the task definition
that ran before.
"""

from __future__ import annotations

from shipit.deploy.ecs.kind import Ecs as Ecs
