"""Container registries: their logins and their HTTP API."""

from __future__ import annotations

from shipit.adapters.registry.docker import DOCKER_CONFIG_FILE as DOCKER_CONFIG_FILE
from shipit.adapters.registry.docker import docker_config_directory as docker_config_directory
from shipit.adapters.registry.login import GITHUB_REGISTRY as GITHUB_REGISTRY
from shipit.adapters.registry.login import Logins as Logins
from shipit.adapters.registry.registries import Registries as Registries
from shipit.adapters.registry.registries import Remove as Remove
