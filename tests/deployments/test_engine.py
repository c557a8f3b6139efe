"""An engine that stops while shipit deploys."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from deployments.conftest import start_proxy
from deployments.shop import FAILED, Apps, Shop
from parts import dockerd
from parts.daemon import wait_until
from parts.engine import Engine
from parts.registry import Registry
from release.runs import Driver

OLD, NEW = "1.0.0", "1.1.0"


@pytest.fixture
def own_engine() -> Iterator[Engine]:
    """An engine that one test may stop."""
    with dockerd.system_engine() as engine:
        yield engine


@pytest.mark.slow
def test_if_the_engine_stops_no_traffic_moves_and_the_error_says_so(
    own_engine: Engine, registry: Registry, driver: Driver, tmp_path: Path
) -> None:
    apps = Apps(own_engine, registry)
    apps(OLD)
    apps(NEW, boot_delay=3)
    with start_proxy("set", own_engine, tmp_path / "nginx") as proxy:
        shop = Shop(tmp_path, apps, proxy, driver)
        shop.deploy(OLD).succeeded()
        process = shop.start("deploy", "prod", NEW)
        wait_until(lambda: "green" in shop.running())
        engine = int(Path(own_engine.host.removeprefix("unix://")).with_name("pid").read_text())
        os.kill(engine, signal.SIGKILL)
        run = process.end(120)
        assert run.status == FAILED, run.err
        assert "no traffic was moved, but what serves now could not be checked" in run.err
        assert shop.written == "blue"
