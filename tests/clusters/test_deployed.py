"""Deployments to a Deployment of a cluster with kubectl."""

from __future__ import annotations

from clusters.shop import REJECTED, Shop
from parts.kubernetes.node import App


def test_a_version_is_rolled_out_by_digest_and_the_one_before_comes_back_by_a_rollback(shop: Shop) -> None:
    shop.push("1.0.0")
    shop.deploy("1.0.0").succeeded()
    assert shop.runs() == ["1.0.0", "1.0.0"]
    assert shop.record == ["verified 0.9.0", "started 1.0.0", "verified 1.0.0"]
    shop.push("1.1.0")
    shop.deploy("1.1.0").succeeded()
    assert shop.runs() == ["1.1.0", "1.1.0"]
    shop.run("rollback", "prod").succeeded()
    assert shop.runs() == ["1.0.0", "1.0.0"]
    assert shop.record[-3:] == ["held 1.1.0", "started 1.0.0", "verified 1.0.0"]


def test_an_image_that_cannot_be_pulled_ends_with_status_6_and_the_earlier_one_serves(shop: Shop) -> None:
    shop.push("1.0.0", App(missing=True))
    failed = shop.deploy("1.0.0")
    assert failed.status == REJECTED, failed.err
    assert "ImagePullBackOff" in failed.err
    assert "0.9.0" in failed.err
    assert "serves, as before; this was verified" in failed.err
    assert shop.runs() == ["0.9.0", "0.9.0"]


def test_a_migration_runs_once_before_the_rollout_and_a_check_after_it(shop: Shop) -> None:
    check = f"kubectl get deployment web -n {shop.namespace} -o yaml >../seen; echo $SHIPIT_VERSION >>../seen"
    shop.configure(migrate=["app", "--migrate"], verify=[check])
    shop.push("1.0.0")
    shop.deploy("1.0.0").succeeded()
    (pod,) = (pod for pod in shop.pods() if pod["spec"].get("restartPolicy") == "Never")
    (container,) = pod["spec"]["containers"]
    assert (container["command"], "readinessProbe" in container) == (["app", "--migrate"], False)
    assert shop.digest("1.0.0") in container["image"]
    seen = (shop.root.parent / "seen").read_text()
    assert "updatedReplicas: 2" in seen and seen.endswith("1.0.0\n")
    shop.deploy("1.0.0").succeeded()
    assert pod["metadata"]["uid"] in {each["metadata"]["uid"] for each in shop.pods()}
