from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from release.runs import Driver
from release.scene import Scene, on_github
from standin.server import GitHubStandIn


@pytest.fixture(scope="session")
def driver(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    driver = Driver(tmp_path_factory.mktemp("driver"))
    yield driver
    driver.close()


@pytest.fixture
def scene(driver: Driver, tmp_path: Path) -> Scene:
    """A remote on this machine, with releases as files beside it."""
    return Scene(driver, tmp_path / "scene", tmp_path / "scene" / "remote.git")


@pytest.fixture
def github_scene(driver: Driver, tmp_path: Path) -> Iterator[Scene]:
    """A remote on GitHub's stand-in; the test fails when anything broke GitHub's description of its API."""
    with GitHubStandIn(tmp_path / "scene" / "acme" / "app.git") as github:
        yield on_github(driver, tmp_path / "scene", github)
        assert not github.violations
