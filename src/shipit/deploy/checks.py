"""The checks of a new version, as the configuration of several kinds of targets describes them."""

from __future__ import annotations

from typing import Literal

from shipit.config.targets import HealthConfig, IdentityConfig
from shipit.core.deploy import DeployedImage, HealthCheck, Identity
from shipit.core.duration import seconds


def health_check(health: HealthConfig | Literal["none"]) -> HealthCheck | None:
    """Return the health check of a configuration; None if it has none."""
    if not isinstance(health, HealthConfig):
        return None
    return HealthCheck(health.path, dict(health.json), health.status or 0, seconds(health.within), health.times)


def identity_check(identity: IdentityConfig | None, image: DeployedImage) -> Identity | None:
    """Return the request that shows which version answers; None if the configuration has none."""
    return Identity(identity.path, identity.json, image.version, image.revision) if identity else None
