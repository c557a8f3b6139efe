"""Deployments to a cluster whose answers go wrong, from each call of kubectl on, in memory.

`long_faults.py` does the same over the network, with a real kubectl.
"""

from __future__ import annotations

import itertools
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from clusters.in_process import FAULTS, LocalKubectl
from deploy.test_kubernetes import ClusterStage
from msgspec.structs import replace
from parts.kubernetes.control_plane import ADMIN
from parts.kubernetes.node import Node
from standin.kubernetes.direct import DirectClient
from standin.kubernetes.server import KubernetesStandIn

from shipit.adapters.places import KubectlClusters
from shipit.core.deploy import DeployedImage
from shipit.core.redact import Redactor
from shipit.errors import PreflightError, ShipitError
from shipit.testing import FakeWorld
from shipit.world import RemoteImage, World

STAGE = ClusterStage.of('bake = "0s"\nmigrate = ["app", "--migrate"]\nverify = ["./smoke.sh"]')
PATH = "/apis/apps/v1/namespaces/shop/deployments"
OLD = "acme/shop@sha256:" + "9" * 64
CALLS = 44  # of a deployment
# Each call with one of the faults, in four ways: once or from then on, and with or without the effect of the call.
CASES = list(
    zip(
        range(1, CALLS + 1),
        itertools.cycle(FAULTS),
        itertools.cycle([False, True, False, True, False]),
        itertools.cycle([False, True, True]),
        strict=False,
    )
)


@pytest.fixture
def kubectl(monkeypatch: pytest.MonkeyPatch) -> LocalKubectl:
    """A cluster with the Deployment `web`, which runs an earlier version."""
    standin = KubernetesStandIn({ADMIN: True}, lambda image: "its log")
    found = LocalKubectl(standin, Node(DirectClient(standin, ADMIN)))
    probe, hook = {"httpGet": {"port": 8080}}, {"preStop": {"sleep": {"seconds": 5}}}
    container = {"name": "web", "image": OLD, "readinessProbe": probe, "lifecycle": hook}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}}
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    found.node.api("POST", PATH, {"metadata": {"name": "web"}, "spec": spec})
    monkeypatch.setattr("shipit.adapters.kubernetes.kubectl.Kubectl._call", lambda _, *call: found.call(*call))
    monkeypatch.setattr("shipit.adapters.kubernetes.namespace.shutil.which", lambda name: name)
    return found


def begun(monkeypatch: pytest.MonkeyPatch) -> tuple[FakeWorld, DeployedImage]:
    world = FakeWorld.new()
    clock = SimpleNamespace(sleep=world.clock.sleep, monotonic=world.clock.elapsed)
    for module in ("kubernetes.kubectl", "hosts.renewed_locks"):
        monkeypatch.setattr(f"shipit.adapters.{module}.time", clock)
    world.registry.accept("acme/shop:0.9.0", RemoteImage(OLD.partition("@")[2]))
    return world, STAGE.publish(world, "1.0.0")


def connected(world: FakeWorld) -> World:
    """Return the world of another run, whose clusters are reached with kubectl."""
    clusters: Any = KubectlClusters(Redactor())
    return replace(world.next_run(), clusters=clusters)


def test_a_deployment_has_no_more_calls_than_go_wrong_below(
    kubectl: LocalKubectl, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, _ = begun(monkeypatch)
    STAGE.deploy(connected(world))
    assert kubectl.calls <= CALLS


@pytest.mark.parametrize(("first", "fault", "once", "after"), CASES)
def test_a_deployment_whose_answers_go_wrong_ends_and_is_finished_by_the_next_run(
    kubectl: LocalKubectl, monkeypatch: pytest.MonkeyPatch, first: int, fault: str, once: bool, after: bool
) -> None:
    world, image = begun(monkeypatch)
    kubectl.fault, kubectl.first, kubectl.once, kubectl.after = fault, first, once, after
    with suppress(ShipitError):
        STAGE.deploy(connected(world))
    kubectl.fault = ""
    try:
        STAGE.deploy(connected(world))
    except PreflightError as held:
        assert "held" in held.findings[0].what, held
        STAGE.deploy(connected(world), retry=True)
    (container,) = kubectl.node.api("GET", f"{PATH}/web")["spec"]["template"]["spec"]["containers"]
    assert container["image"] == image.reference
    (host,) = STAGE.status(connected(world)).hosts
    assert (host.serving, host.record.current, host.locked_by) == (image, image, "")
