"""Deployments to a cluster that fail or are refused: the earlier version serves, and nobody else's changes are lost."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from clusters.shop import DENIED, REFUSED, REJECTED, WRONG, Shop
from parts.daemon import wait_until
from parts.kubernetes.node import App
from release.runs import Run


@pytest.fixture
def shop(quick_shop: Shop) -> Shop:
    return quick_shop


def rejected(run: Run, reason: str) -> None:
    """Check that the version was rejected for a reason, and that the earlier one was verified."""
    assert run.status == REJECTED, run.err
    assert reason in run.err
    assert "serves, as before; this was verified" in run.err


def test_a_crash_loop_is_rejected_with_the_log(shop: Shop) -> None:
    shop.push("1.0.0", App(crashes=3, log="no database"))
    run = shop.deploy("1.0.0")
    rejected(run, "crashes again and again: CrashLoopBackOff: exit status 3")
    assert "no database" in run.err
    assert shop.runs() == ["0.9.0", "0.9.0"]
    assert shop.record == ["verified 0.9.0", "started 1.0.0", "held 1.0.0"]


def test_an_exceeded_progress_deadline_is_rejected_with_the_reason_of_the_pods(shop: Shop) -> None:
    shop.change({"spec": {"progressDeadlineSeconds": 2}})
    shop.push("1.0.0", App(ready=None))
    rejected(shop.deploy("1.0.0"), "its progress deadline is exceeded")
    assert shop.runs() == ["0.9.0", "0.9.0"]


def test_a_full_quota_is_rejected_with_the_words_of_kubernetes(shop: Shop) -> None:
    shop.limit_pods(2)
    shop.change({"spec": {"progressDeadlineSeconds": 2}})
    shop.push("1.0.0")
    rejected(shop.deploy("1.0.0"), "exceeded quota: small")
    assert shop.runs() == ["0.9.0", "0.9.0"]


def test_a_migration_that_fails_is_rejected_with_its_log_before_any_pod_is_replaced(shop: Shop) -> None:
    shop.configure(migrate=["app", "--migrate"])
    shop.push("1.0.0", App(job=3, log="no such table"))
    before = shop.pods()
    run = shop.deploy("1.0.0")
    rejected(run, "`app --migrate` failed: Error: exit status 3")
    assert "no such table" in run.err
    assert [pod["metadata"]["uid"] for pod in shop.pods() if "app" in pod["metadata"].get("labels", {})] == [
        pod["metadata"]["uid"] for pod in before
    ]


def test_a_paused_rollout_is_refused_before_anything_is_changed(shop: Shop) -> None:
    shop.change({"spec": {"paused": True}})
    shop.push("1.0.0")
    run = shop.deploy("1.0.0")
    assert run.status == REFUSED
    assert "the rollout of deployment `web` is paused" in run.err
    assert f"--namespace {shop.namespace} rollout resume deployment web" in run.err
    assert shop.digest("0.9.0") in shop.wanted


def test_the_changes_of_other_programs_are_kept(shop: Shop) -> None:
    shop.change({"spec": {"replicas": 3}, "metadata": {"annotations": {"team": "shop"}}})
    before = shop.deployment
    shop.push("1.0.0")
    shop.deploy("1.0.0").succeeded()
    after = shop.deployment
    assert without_image(after["spec"]) == without_image(before["spec"])
    assert after["metadata"]["annotations"]["team"] == "shop"
    assert shop.runs() == ["1.0.0"] * 3
    own = [each for each in after["metadata"]["managedFields"] if each["manager"] == "shipit"]
    assert len(own) == 1
    assert "f:replicas" not in json.dumps(own)  # the stand-in does not list fields


def without_image(spec: dict[str, Any]) -> dict[str, Any]:
    found = copy.deepcopy(spec)
    for container in found["template"]["spec"]["containers"]:
        del container["image"]
    return found


def test_a_second_run_and_another_program_meanwhile_are_conflicts(new_shop: Callable[[], Shop]) -> None:
    shop = new_shop()
    shop.apply()
    shop.push("1.0.0", App(ready=None))
    first = shop.start("deploy", "prod", "1.0.0")
    wait_until(lambda: shop.digest("1.0.0") in shop.wanted)
    second = shop.deploy("1.0.0")
    assert second.status == REFUSED
    assert "another deployment is running on namespace" in second.err
    shop.change_image("0.9.0")
    overtaken = first.end()
    assert overtaken.status == REFUSED, overtaken.err
    assert "another program changed the image of deployment `web`" in overtaken.err
    wait_until(lambda: shop.runs() == ["0.9.0", "0.9.0"])


def test_a_login_without_rights_and_a_missing_context_are_named(new_shop: Callable[[], Shop]) -> None:
    shop = new_shop()
    shop.apply()
    shop.push("1.0.0")
    shop.configure(context="reader")
    planned = shop.run("deploy", "prod", "1.0.0", "--dry-run")
    assert "the login of `kubectl` may not" in planned.out
    assert "patch deployments" in planned.out
    assert "create configmaps" in planned.out
    denied = shop.deploy("1.0.0")
    assert denied.status == DENIED
    assert "docs/guides/kubernetes.md" in denied.err
    shop.configure(context="nowhere")
    wrong = shop.deploy("1.0.0")
    assert wrong.status == WRONG
    assert "the kubeconfig has no context `nowhere`" in wrong.err


def test_a_node_that_names_the_digest_of_the_platform_proves_an_image_of_several(shop: Shop) -> None:
    digest = shop.push("1.0.0", platforms=True)
    shop.cluster.node.apps[digest] = App(runs=shop.platform("1.0.0"))
    shop.deploy("1.0.0").succeeded()
    (status,) = json.loads(shop.run("status", "prod", "--json").succeeded().out)
    assert status["targets"][0]["hosts"][0]["serving"]["digest"] == digest
