"""The parts as fixtures: `from parts.fixtures import engine as engine` in a conftest.py makes one known there.

Whatever needs long to start is there once for a pytest worker, however many conftest.py import it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TypeVar, cast

import pytest
from parts import dockerd, sshd
from parts import registry as registries
from parts.engine import Engine
from parts.images import make_base_image
from parts.registry import Registry
from parts.sshd import SshServer
from parts.swarm import Swarm, swarm

T = TypeVar("T")
_STARTED = pytest.StashKey[dict[str, object]]()


@pytest.fixture(scope="session")
def engine(pytestconfig: pytest.Config) -> Engine:
    """The system's engine, with buildx; its images are empty but for what tests of this worker put there."""
    return started(pytestconfig, dockerd.system_engine)


@pytest.fixture(scope="session")
def containerd_engine(pytestconfig: pytest.Config) -> Engine:
    """An engine that stores indexes of several platforms, with buildx."""
    return started(pytestconfig, dockerd.containerd_engine)


@pytest.fixture
def classic_builder(engine: Engine, tmp_path: Path) -> Engine:
    """The system's engine for a client that has no buildx."""
    return engine.with_config(tmp_path / "docker-without-buildx", buildx=False)


@pytest.fixture(scope="session")
def base_image(engine: Engine) -> str:
    """`base/busybox:1` in the system's engine; no test removes it."""
    return make_base_image(engine)


@pytest.fixture(scope="session")
def registry(pytestconfig: pytest.Config) -> Registry:
    """A registry that is open to everybody. It lasts as long as the worker: use a repository of your own."""
    return started(pytestconfig, registries.open_registry)


@pytest.fixture(scope="session")
def locked_registry(pytestconfig: pytest.Config) -> Registry:
    """A registry with a user name and a password."""
    return started(pytestconfig, registries.locked_registry)


@pytest.fixture(scope="session")
def token_registry(pytestconfig: pytest.Config) -> Registry:
    """A registry with bearer tokens, as Docker Hub and ghcr.io are."""
    return started(pytestconfig, registries.token_registry)


@pytest.fixture
def ssh_server(pytestconfig: pytest.Config, engine: Engine) -> Iterator[SshServer]:
    """A server with sshd and the system's engine. After a test its network is whole, and no connection is open."""

    def ssh_server_of_engine() -> AbstractContextManager[SshServer]:
        return sshd.ssh_server(engine)

    server = started(pytestconfig, ssh_server_of_engine)
    yield server
    server.restore()
    server.close_connections()


@pytest.fixture(scope="session")
def swarm_of_one(pytestconfig: pytest.Config, registry: Registry) -> Swarm:
    """A swarm of one node, which can pull from `registry`. It lasts as long as the worker: use names of your own."""

    def swarm_with_registry() -> AbstractContextManager[Swarm]:
        return swarm(registry)

    return started(pytestconfig, swarm_with_registry)


def started(config: pytest.Config, start: Callable[[], AbstractContextManager[T]]) -> T:
    """Return what `start` starts; it is started at first use, once for a pytest worker."""
    started = config.stash.setdefault(_STARTED, {})
    if start.__name__ not in started:
        running = ExitStack()
        started[start.__name__] = running.enter_context(start())
        config.add_cleanup(running.close)
    return cast(T, started[start.__name__])
