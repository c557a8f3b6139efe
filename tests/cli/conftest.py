from __future__ import annotations

import pytest
from parts.fixtures import engine as engine
from release.runs import Driver, plain_driver


@pytest.fixture(scope="session")
def shipit(own_environment: None) -> Driver:
    """A driver that runs `python -m shipit` in its own process, forked from one that has started Python already."""
    return plain_driver()
