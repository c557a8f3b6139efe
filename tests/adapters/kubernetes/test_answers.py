"""Answers of a cluster, or of a proxy in its place, that are not those of its API."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shipit.adapters.kubernetes.objects import ReplicaSet, read_as
from shipit.adapters.places import KubectlClusters
from shipit.core import limits
from shipit.core.deploy import NewJob
from shipit.core.limits import Count
from shipit.core.redact import Redactor
from shipit.errors import RemoteError
from shipit.world.clusters import Cluster

WRONG = {"kind": "List", "metadata": 1, "spec": [], "items": {}, "data": 7, "status": "no"}
ANSWERS = ["<html>Log in</html>", "null", "[]", json.dumps(WRONG), '{"items": [7]}', "[" * 100_000]
CALLS = {
    "findings": lambda cluster: cluster.findings(jobs=True),
    "workload": lambda cluster: cluster.workload("web"),
    "job": lambda cluster: cluster.job("shipit-shop"),
    "read": lambda cluster: cluster.read("shipit-shop.json"),
    "locked_by": lambda cluster: cluster.locked_by("shipit-shop"),
    "unlock": lambda cluster: cluster.unlock("shipit-shop"),
    "write": lambda cluster: cluster.write("shipit-shop.json", "{}"),
    "start_job": lambda cluster: cluster.start_job(NewJob("shipit-shop", "web", "web", "acme/shop", ("app",), 60)),
}


@pytest.fixture(params=ANSWERS)
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Cluster:
    program = tmp_path / "kubectl"
    (tmp_path / "answer").write_text(request.param)
    program.write_text(f"#!/bin/sh\ncat '{tmp_path}/answer'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return KubectlClusters(Redactor()).at("kubernetes:shop@prod")


@pytest.mark.parametrize("call", CALLS)
def test_an_answer_that_is_not_one_of_kubernetes_is_an_error_in_words(cluster: Cluster, call: str) -> None:
    try:
        CALLS[call](cluster)
    except RemoteError as error:
        assert "not one of Kubernetes" in error.what
        assert "kubectl get --raw /version" in (error.hint or "")


def test_a_replica_set_whose_revision_somebody_changed_is_the_oldest() -> None:
    meta = {"name": "web-1", "annotations": {"deployment.kubernetes.io/revision": "second"}}
    assert read_as(ReplicaSet, {"kind": "ReplicaSet", "metadata": meta}).revision == 0


def test_an_answer_with_too_many_values_is_refused_before_they_take_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ANSWER_VALUES", Count("services", 3, "", ""))
    with pytest.raises(RemoteError, match="it has more than 3 values"):
        read_as(ReplicaSet, b'{"spec": [[], [], [], []]}')
