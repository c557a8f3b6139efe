"""The container engine."""

from __future__ import annotations

from shipit.adapters.engine.docker_engine import DockerEngine as DockerEngine
