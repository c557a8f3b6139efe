"""A push killed before or after any of its writes, or within one, and what becomes of it when it is simply run again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from images.troubled import TroubledShop
from parts.engine import Engine
from parts.faulty import Fault, FaultyRegistry
from release.runs import Driver

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


@pytest.fixture
def shop(engine: Engine, faulty: FaultyRegistry, driver: Driver, tmp_path: Path) -> TroubledShop:
    return TroubledShop(tmp_path, engine, faulty.address, driver)


def test_without_trouble_each_thing_is_written_once(shop: TroubledShop) -> None:
    assert tuple(shop.writes()) == WRITES
    assert is_whole(shop)
    assert shop.writes() == []


@pytest.mark.parametrize(("at", "when"), KILLS, ids=[f"{when} {at} {WRITES[at - 1]}" for at, when in KILLS])
def test_a_push_killed_between_its_writes_goes_on_where_it_was(shop: TroubledShop, at: int, when: str) -> None:
    shop.killed(at, when)
    moves_last(shop)
    done = at if when == "after" else at - 1
    kept = done if done >= WRITES.index("engine.build") + 1 else 0  # what a command left counts with its build alone
    assert tuple(shop.writes()) == WRITES[kept:]
    assert is_whole(shop)


@pytest.mark.parametrize("moment", CUT)
def test_a_push_killed_at_any_request_is_finished_by_a_machine_that_has_nothing(
    shop: TroubledShop, faulty: FaultyRegistry, moment: str
) -> None:
    run = shop.start("image", "dev", "--push")
    faulty.faults = [replace(CUT[moment], call=run.kill)]
    run.communicate()
    assert run.returncode == -9
    moves_last(shop)
    before = shop.pushed
    writes = shop.writes(shop.fresh_clone())
    assert is_whole(shop)
    assert before.items() <= shop.pushed.items()
    assert ("engine.build" in writes) == (shop.fixed not in before)
    assert shop.built == (1 if before else 2)


def moves_last(shop: TroubledShop) -> None:
    """Nobody who watches `latest` has seen anything that is not there as a whole."""
    tags = shop.pushed
    if "latest" in tags:
        assert is_whole(shop)


def is_whole(shop: TroubledShop) -> bool:
    """Whether all tags lead to one image, which can be pulled and is that of the commit."""
    tags = shop.pushed
    assert set(tags) == {"latest", shop.fixed, f"0.0.1-dev.1-{shop.fixed[4:]}"}
    assert len(set(tags.values())) == 1
    labels = shop.labels(f"{shop.image}:latest")
    return labels["org.opencontainers.image.revision"] == shop.git("rev-parse", "HEAD")
