"""The container engine: docker, or another engine with docker's API."""

from __future__ import annotations

from shipit.adapters.engine.docker_engine import DockerEngine as DockerEngine
