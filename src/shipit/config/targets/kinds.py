"""The unions of all kinds of targets: a new kind is added here."""

from __future__ import annotations

from shipit.config.targets.blue_green import BlueGreenConfig
from shipit.config.targets.compose import ComposeConfig
from shipit.config.targets.ecs import EcsConfig
from shipit.config.targets.kubernetes import KubernetesConfig
from shipit.config.targets.static_site import StaticSiteConfig
from shipit.config.targets.swarm import SwarmConfig
from shipit.config.targets.watchtower import WatchtowerConfig

HostConfig = BlueGreenConfig | ComposeConfig | SwarmConfig | WatchtowerConfig
TargetConfig = HostConfig | KubernetesConfig | StaticSiteConfig | EcsConfig
