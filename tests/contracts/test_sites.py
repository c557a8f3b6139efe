"""The contract of a bucket with a static site: on moto, and in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from parts.aws import REGION, Aws, aws, moto

from shipit.adapters.places import AwsSites
from shipit.core.deploy import sha256_of
from shipit.errors import ConflictError
from shipit.testing import FakeWorld
from shipit.world.sites import NewFile, Site, Sites

__all__ = ["aws", "moto"]  # fixtures
LOCK, RECORD = ".shipit/shop", ".shipit/shop.json"


@dataclass
class Bench:
    """An empty bucket behind a distribution; `connect` returns the buckets as another run sees them."""

    connect: Callable[[], Sites]
    address: str
    distribution: str

    def another(self) -> Site:
        return self.connect().at(self.address)


def in_memory(request: pytest.FixtureRequest) -> Bench:
    return Bench(FakeWorld.new().sites.connect, f"s3://shop-web@{REGION}", "E2QWRUHEXAMPLE")


def on_moto(request: pytest.FixtureRequest) -> Bench:
    aws: Aws = request.getfixturevalue("aws")
    aws.make_bucket("shop-web")
    return Bench(lambda: AwsSites(1.5), f"s3://shop-web@{REGION}", aws.make_distribution("shop-web"))


@pytest.fixture(params=[in_memory, pytest.param(on_moto, marks=pytest.mark.slow)], ids=["in_memory", "on_moto"])
def bench(request: pytest.FixtureRequest) -> Bench:
    made: Bench = request.param(request)
    return made


def new(key: str, data: bytes = b"one", replaces: str | None = None) -> NewFile:
    return NewFile(key, sha256_of(data), lambda: data, "text/plain", "no-cache", "commit:1", replaces)


def test_an_object_keeps_its_content_and_its_headers(bench: Bench) -> None:
    data = "안녕\r\n".encode() + b"\xff\x00"
    etag = bench.another().put(new("a/한글 1.txt", data))
    found = bench.another().find("a/한글 1.txt")
    assert found
    assert (found.etag, found.sha256, found.type, found.cache, found.release) == (
        etag,
        sha256_of(data),
        "text/plain",
        "no-cache",
        "commit:1",
    )
    assert (bench.another().read("a/한글 1.txt") or "").encode("utf-8", "surrogateescape") == data


def test_what_does_not_exist_is_none(bench: Bench) -> None:
    site = bench.another()
    assert (site.find("nothing"), site.read("nothing"), site.locked_by(LOCK), dict(site.files())) == (
        None,
        None,
        None,
        {},
    )
    assert site.findings(bench.distribution, "123456789012") == ()


def test_all_objects_are_listed_with_the_same_etag_for_the_same_content(bench: Bench) -> None:
    site = bench.another()
    etags = site.put_all([new(f"{number}.txt", b"%d" % (number % 2)) for number in range(20)])
    listed = site.files()
    assert [listed[f"{number}.txt"].etag for number in range(20)] == list(etags)
    assert len(set(etags)) == 2


def test_a_condition_that_is_not_met_changes_nothing(bench: Bench) -> None:
    site = bench.another()
    first = site.put(new("index.html", b"1", replaces=""))
    with pytest.raises(ConflictError):
        site.put(new("index.html", b"2", replaces=""))
    second = site.put(new("index.html", b"2", replaces=first))
    with pytest.raises(ConflictError):
        site.put(new("index.html", b"3", replaces=first))
    assert site.read("index.html") == "2"
    assert site.files()["index.html"].etag == second


def test_deleted_objects_are_gone_and_deleting_them_again_is_no_error(bench: Bench) -> None:
    site = bench.another()
    site.put_all([new("a"), new("b")])
    for _ in range(2):
        site.delete(["a"])
    site.delete([])
    assert list(site.files()) == ["b"]


def test_only_one_run_holds_the_lock_and_it_is_free_afterwards(bench: Bench) -> None:
    with bench.another().lock(LOCK, "run 7"):
        assert "run 7" in (bench.another().locked_by(LOCK) or "")
        with pytest.raises(ConflictError, match="run 7"), bench.another().lock(LOCK, "run 8"):
            pass
    assert bench.another().locked_by(LOCK) is None
    with bench.another().lock(LOCK, "run 8"):
        pass


def test_a_run_whose_lock_was_taken_away_writes_nothing_more(bench: Bench) -> None:
    site = bench.another()
    with site.lock(LOCK, "run 7"):
        bench.another().unlock(LOCK)
        with bench.another().lock(LOCK, "run 8"):
            for write in (
                lambda: site.put(new("a")),
                lambda: site.put_all([new("a")]),
                lambda: site.write(RECORD, "{}"),
                lambda: site.delete(["a"]),
                lambda: site.invalidate(bench.distribution, "one", ["/"]),
            ):
                with pytest.raises(ConflictError, match="took over"):
                    write()
    assert "a" not in bench.another().files()


def test_an_invalidation_is_found_again_by_its_reference(bench: Bench) -> None:
    site = bench.another()
    site.put(new("index.html"))
    since = site.files()["index.html"].modified
    assert site.invalidation(bench.distribution, "one", since) is None
    site.invalidate(bench.distribution, "one", ["/", "/index.html", "/한글.html"])
    assert bench.another().invalidation(bench.distribution, "one", since) in ("running", "completed")
    assert bench.another().invalidation(bench.distribution, "two", since) is None
