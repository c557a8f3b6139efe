from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from images.shop import Shop
from images.troubled import TroubledShop
from parts.engine import Engine
from parts.faulty import FaultyRegistry
from parts.fixtures import base_image as base_image
from parts.fixtures import classic_builder as classic_builder
from parts.fixtures import containerd_engine as containerd_engine
from parts.fixtures import engine as engine
from parts.fixtures import locked_registry as locked_registry
from parts.fixtures import registry as registry
from parts.registry import Registry
from release.conftest import driver as driver
from release.runs import Driver


@pytest.fixture
def shop(engine: Engine, base_image: str, registry: Registry, tmp_path: Path) -> Shop:
    """A project with the environments dev and prod, an engine with buildx, and an open registry."""
    return Shop(tmp_path, engine, registry.address)


@pytest.fixture
def faulty(registry: Registry) -> Iterator[FaultyRegistry]:
    """The open registry, with faults to come."""
    with FaultyRegistry(registry) as faulty:
        yield faulty


@pytest.fixture
def troubled(engine: Engine, faulty: FaultyRegistry, driver: Driver, tmp_path: Path) -> TroubledShop:
    return TroubledShop(tmp_path, engine, faulty.address, driver)
