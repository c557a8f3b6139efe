"""A team that applies its own manifest again after a deployment; only a real API server knows who owns which field.

SHIPIT_KUBERNETES=real pytest tests/clusters/long_applied.py
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from clusters.conftest import REAL
from clusters.shop import Shop
from parts.daemon import wait_until

pytestmark = pytest.mark.skipif(not REAL, reason="needs a real API server: make test-kubernetes")


def manifest(shop: Shop, *, replicas: int = 2, image: bool = True) -> dict[str, Any]:
    """Return the manifest of the team, with the image 0.9.0."""
    container = {"name": "web", "readinessProbe": {"httpGet": {"path": "/health", "port": 8080}}}
    if image:
        container["image"] = f"{shop.image}@{shop.push('0.9.0')}"
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    metadata = {"name": "web", "namespace": shop.namespace}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


def applied(shop: Shop, body: dict[str, Any], *options: str) -> subprocess.CompletedProcess[str]:
    argv = ["kubectl", "apply", "-f", "-", *options]
    return subprocess.run(argv, input=json.dumps(body), env=shop.environment, capture_output=True, text=True)


def deployed(shop: Shop, *options: str) -> None:
    """Apply the manifest of the team, and deploy 1.0.0."""
    assert applied(shop, manifest(shop), *options).returncode == 0
    wait_until(lambda: shop.runs() == ["0.9.0", "0.9.0"])
    shop.push("1.0.0")
    shop.deploy("1.0.0").succeeded()


def test_a_plain_apply_sets_the_image_of_the_manifest_again_and_the_next_deployment_keeps_its_other_fields(
    new_shop: Callable[[], Shop],
) -> None:
    shop = new_shop()
    deployed(shop)
    assert applied(shop, manifest(shop, replicas=3)).returncode == 0
    wait_until(lambda: shop.runs() == ["0.9.0"] * 3)
    assert "runs, but 1.0.0" in shop.run("status", "prod").out
    shop.deploy("1.0.0").succeeded()
    assert shop.runs() == ["1.0.0"] * 3


def test_a_server_side_apply_is_told_that_shipit_owns_the_image_and_without_it_keeps_the_digest(
    new_shop: Callable[[], Shop],
) -> None:
    shop, server_side = new_shop(), ("--server-side", "--field-manager=team")
    deployed(shop, *server_side)
    refused = applied(shop, manifest(shop, replicas=3), *server_side)
    assert refused.returncode != 0
    assert 'conflict with "shipit"' in refused.stderr and ".image" in refused.stderr
    assert applied(shop, manifest(shop, replicas=3, image=False), *server_side).returncode == 0
    wait_until(lambda: shop.runs() == ["1.0.0"] * 3)
