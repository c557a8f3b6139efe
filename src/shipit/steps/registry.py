"""All steps by kind. Only the conversion of plans from JSON needs all of them at once."""

from __future__ import annotations

from typing import Any

from shipit.steps import (
    blue_green,
    branches,
    compose,
    deploy,
    ecs,
    forge,
    images,
    kubernetes,
    notify,
    repository,
    static_site,
    swarm,
    watchtower,
)

_ROOMS: tuple[Any, ...] = (
    repository,
    branches,
    images,
    forge,
    deploy,
    blue_green,
    watchtower,
    compose,
    swarm,
    kubernetes,
    static_site,
    ecs,
    notify,
)

STEPS: dict[str, type[Any]] = {step.kind: step for room in _ROOMS for step in room.STEPS}
