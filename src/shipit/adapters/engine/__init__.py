"""The container engine: docker, or another engine with docker's API."""

from __future__ import annotations

from shipit.adapters.engine.connection import Address as Address
from shipit.adapters.engine.connection import engine_address as engine_address
from shipit.adapters.engine.containers import DockerContainers as DockerContainers
from shipit.adapters.engine.docker_engine import DockerEngine as DockerEngine
from shipit.adapters.engine.services import DockerServices as DockerServices
