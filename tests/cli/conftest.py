from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import forked
import pytest
from parts.fixtures import engine as engine
from release.runs import Driver


@pytest.fixture(scope="session")
def shipit(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    """A driver that runs `python -m shipit` in its own process, forked from one that has started Python already."""
    driver = Driver(tmp_path_factory.mktemp("shipit"), Path(forked.__file__))
    yield driver
    driver.close()
