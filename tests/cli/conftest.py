from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import forked
import pytest
from release.runs import Driver


@pytest.fixture(scope="session")
def shipit(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    """What runs `python -m shipit` in a process of its own, without starting Python again."""
    driver = Driver(tmp_path_factory.mktemp("shipit"), Path(forked.__file__))
    yield driver
    driver.close()
