"""The kinds of targets that shipit deploys to, one module for each.

`TARGETS` is the registry by kind.
"""

from __future__ import annotations

from typing import Any

from shipit.deploy.base import AnyTarget as AnyTarget
from shipit.deploy.base import DeployTarget as DeployTarget
from shipit.deploy.base import Goal as Goal
from shipit.deploy.base import HostState as HostState
from shipit.deploy.base import ObservedTarget as ObservedTarget
from shipit.deploy.base import Pause as Pause
from shipit.deploy.base import TargetKind
from shipit.deploy.blue_green import BlueGreen
from shipit.deploy.compose import Compose
from shipit.deploy.ecs import Ecs
from shipit.deploy.kubernetes import Kubernetes
from shipit.deploy.static_site import StaticSite
from shipit.deploy.swarm import Swarm
from shipit.deploy.watchtower import Watchtower

TARGETS: dict[str, TargetKind[Any]] = {
    "blue-green": BlueGreen(),
    "compose": Compose(),
    "swarm": Swarm(),
    "watchtower": Watchtower(),
    "kubernetes": Kubernetes(),
    "static-site": StaticSite(),
    "ecs": Ecs(),
}
