"""The tables of the targets that an environment is deployed to, one for each kind; see `shipit.config.model`.

`TargetConfig` is the union of all kinds, and `HostConfig` of those that deploy to hosts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipit.lazy import on_first_use

if TYPE_CHECKING:
    from shipit.config.targets.base import HostTable as HostTable
    from shipit.config.targets.blue_green import BlueGreenConfig as BlueGreenConfig
    from shipit.config.targets.checks import HealthConfig as HealthConfig
    from shipit.config.targets.checks import IdentityConfig as IdentityConfig
    from shipit.config.targets.compose import ComposeConfig as ComposeConfig
    from shipit.config.targets.compose import ComposeServiceConfig as ComposeServiceConfig
    from shipit.config.targets.compose import ServiceConfig as ServiceConfig
    from shipit.config.targets.ecs import EcsConfig as EcsConfig
    from shipit.config.targets.kinds import HostConfig as HostConfig
    from shipit.config.targets.kinds import TargetConfig as TargetConfig
    from shipit.config.targets.kubernetes import KubernetesConfig as KubernetesConfig
    from shipit.config.targets.static_site import StaticSiteConfig as StaticSiteConfig
    from shipit.config.targets.swarm import SwarmConfig as SwarmConfig
    from shipit.config.targets.watchtower import WatchtowerConfig as WatchtowerConfig

_NAMES = {
    "base": ("HostTable",),
    "blue_green": ("BlueGreenConfig",),
    "checks": (
        "HealthConfig",
        "IdentityConfig",
    ),
    "compose": (
        "ComposeConfig",
        "ComposeServiceConfig",
        "ServiceConfig",
    ),
    "ecs": ("EcsConfig",),
    "kinds": (
        "HostConfig",
        "TargetConfig",
    ),
    "kubernetes": ("KubernetesConfig",),
    "static_site": ("StaticSiteConfig",),
    "swarm": ("SwarmConfig",),
    "watchtower": ("WatchtowerConfig",),
}

if not TYPE_CHECKING:
    __getattr__ = on_first_use(__name__, _NAMES)
