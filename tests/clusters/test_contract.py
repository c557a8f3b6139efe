"""The contract of a namespace of a cluster: through kubectl, and in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from clusters.shop import Shop
from parts.daemon import wait_until

from shipit.adapters.places import KubectlClusters
from shipit.core.deploy import NewJob, Workload, digest_in, rollout
from shipit.core.redact import Redactor
from shipit.errors import ConflictError
from shipit.testing import FakeWorld
from shipit.world import RemoteImage
from shipit.world.clusters import Cluster, Clusters

LOCK, RECORD = "shipit-shop", "shipit-shop.json"


@dataclass
class Bench:
    """A namespace with the Deployment `web`, whose container `web` has the image `first`; `second` is another one.

    `connect` returns the clusters as another run sees them.
    """

    connect: Callable[[], Clusters]
    address: str
    first: str
    second: str

    def another(self) -> Cluster:
        return self.connect().at(self.address)


def in_memory(request: pytest.FixtureRequest) -> Bench:
    world = FakeWorld.new()
    images = [f"acme/shop@sha256:{number:064d}" for number in (1, 2)]
    for image in images:
        world.registry.accept(f"acme/shop:{image[-1]}", RemoteImage(digest_in(image)))
    world.clusters.at("kubernetes:shop").add("web", {"web": images[0]})
    return Bench(world.clusters.connect, "kubernetes:shop", *images)


def through_kubectl(request: pytest.FixtureRequest) -> Bench:
    shop: Shop = request.getfixturevalue("shop")
    patch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    patch.setenv("KUBECONFIG", str(shop.cluster.kubeconfig))
    images = [f"{shop.image}@{shop.push(version)}" for version in ("0.9.0", "1.0.0")]
    return Bench(lambda: KubectlClusters(Redactor()), f"kubernetes:{shop.namespace}@test", *images)


@pytest.fixture(params=[in_memory, through_kubectl], ids=lambda make: make.__name__)
def bench(request: pytest.FixtureRequest) -> Bench:
    made: Bench = request.param(request)
    return made


def test_an_image_is_set_only_in_the_version_that_was_read_and_its_pods_serve(bench: Bench) -> None:
    cluster = bench.another()
    assert cluster.findings(jobs=True) == ()
    assert cluster.workload("api") is None
    found = cluster.workload("web", pods=False)
    assert found and found.images == {"web": bench.first}
    assert (found.replicas, found.probed, found.pre_stop) == (2, ("web",), ("web",))
    assert cluster.set_image(found, "web", bench.second, "a test")
    assert not cluster.set_image(found, "web", bench.first, "from a version that is old")
    seen: list[Workload] = []

    def rolled_out() -> bool:
        workload = cluster.workload("web")
        assert workload
        seen.append(workload)
        return rollout(workload).done

    wait_until(rolled_out)
    assert [digest_in(pod.images["web"]) for pod in seen[-1].ready] == [digest_in(bench.second)] * 2


def test_the_lock_keeps_other_runs_out_and_one_that_lost_it_writes_nothing(bench: Bench) -> None:
    mine, other = bench.another(), bench.another()
    assert mine.read(RECORD) is None
    with mine.lock(LOCK, "run 7"):
        assert mine.read(RECORD) is None
        mine.write(RECORD, "one")
        assert mine.read(RECORD) == "one"
        assert "run 7" in (other.locked_by(LOCK) or "")
        with pytest.raises(ConflictError, match="run 7"), other.lock(LOCK, "run 8"):
            pass
        other.unlock(LOCK)
        with pytest.raises(ConflictError, match="took over"):
            mine.write(RECORD, "two")
    assert other.locked_by(LOCK) is None
    assert other.read(RECORD) == "one"
    with other.lock(LOCK, "run 8"):
        other.write(RECORD, "three")
    assert mine.read(RECORD) == "three"


def test_a_job_runs_a_command_in_an_image_and_the_next_one_with_its_name_replaces_it(bench: Bench) -> None:
    cluster = bench.another()
    assert cluster.job("shipit-shop") is None
    for image in (bench.first, bench.second):
        job = NewJob("shipit-shop", "web", "web", image, ("app", "--migrate"), 60)
        cluster.start_job(job)
        started = cluster.job("shipit-shop")
        assert started and job.is_of(started) and not started.failure

        def ended() -> bool:
            found = cluster.job("shipit-shop")
            return found is not None and found.done

        wait_until(ended)
