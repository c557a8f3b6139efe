"""A push killed before or after any of its writes, or within one, and what becomes of it when it is simply run again."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from images.shop import Shop
from images.troubled import TroubledShop
from parts.faulty import Fault, FaultyRegistry
from parts.registry import Registry

WRITES = ("process.run", "engine.build", "engine.push", "registry.tag", "registry.tag")
KILLS = [(2, "before"), *((at, when) for at in (3, 4, 5) for when in ("before", "after"))]
CUT = {
    "before its content": Fault("POST", "/blobs/uploads/", cut=True),
    "within its content": Fault("PATCH", "/blobs/uploads/", cut_after=100_000),
    "before the tag that never moves": Fault("PUT", "/manifests/dev-", cut=True),
    "after the tag that never moves": Fault("PUT", "/manifests/dev-", cut=True, after=True),
    "before the tag that moves": Fault("PUT", "/manifests/latest", cut=True),
    "after the tag that moves": Fault("PUT", "/manifests/latest", cut=True, after=True),
}


def test_without_trouble_each_thing_is_written_once(troubled: TroubledShop) -> None:
    assert tuple(troubled.writes()) == WRITES
    assert troubled.is_whole()
    assert troubled.writes() == []


@pytest.mark.parametrize(("at", "when"), KILLS, ids=[f"{when} {at} {WRITES[at - 1]}" for at, when in KILLS])
def test_a_push_killed_between_its_writes_goes_on_where_it_was(troubled: TroubledShop, at: int, when: str) -> None:
    troubled.killed(at, when)
    moves_last(troubled)
    done = at if when == "after" else at - 1
    kept = done if done >= WRITES.index("engine.build") + 1 else 0  # what a command left counts with its build alone
    assert tuple(troubled.writes()) == WRITES[kept:]
    assert troubled.is_whole()


@pytest.mark.parametrize("moment", CUT)
def test_a_push_killed_at_any_request_is_finished_by_a_machine_that_has_nothing(
    troubled: TroubledShop, faulty: FaultyRegistry, moment: str
) -> None:
    run = troubled.start("image", "dev", "--push")
    faulty.faults = [replace(CUT[moment], call=run.kill)]
    assert run.end().killed
    moves_last(troubled)
    before = troubled.pushed
    writes = troubled.writes(troubled.fresh_clone())
    assert troubled.is_whole()
    assert before.items() <= troubled.pushed.items()
    assert ("engine.build" in writes) == (troubled.fixed not in before)
    assert troubled.built == (1 if before else 2)


SLOW = "FROM base/busybox:1\nRUN sleep 30\n"


@pytest.mark.parametrize("builder", ["engine", "classic_builder"])
def test_the_next_run_of_any_kind_removes_what_a_killed_build_left(
    builder: str, base_image: str, registry: Registry, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    shop = Shop(tmp_path, request.getfixturevalue(builder), registry.address, files={"Dockerfile": SLOW})
    (temporary := tmp_path / "temporary").mkdir()
    env = {"TMPDIR": str(temporary), "SHIPIT_REGISTRY_USERNAME": "u", "SHIPIT_REGISTRY_PASSWORD": "p"}
    run = shop.start("image", "dev", env=env)
    while run.poll() is None and not [*temporary.glob("*/config.json")]:
        time.sleep(0.01)
    run.kill()
    run.end()
    assert [path.name[:14] for path in temporary.iterdir()] == ["shipit-docker-"]
    shop.shipit("next", env=env)
    assert [*temporary.iterdir()] == []


def moves_last(troubled: TroubledShop) -> None:
    """Nobody who watches `latest` has seen anything that is not there as a whole."""
    assert "latest" not in troubled.pushed or troubled.is_whole()
