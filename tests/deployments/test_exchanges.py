"""The exchanges with the host of a deployment over SSH: each costs the time of the way there and back."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

import pytest
from adapters.exchanges import Exchanges
from deployments.shop import Shop
from parts.daemon import wait_until

from shipit.adapters.hosts.ssh.connection import close_connections
from shipit.adapters.project import Project
from shipit.api import open_project
from shipit.api.deployments.deploying import deploy, plan_deploy, status
from shipit.engine.apply import Silent
from shipit.steps.base import Outputs, Step
from shipit.steps.blue_green import AwaitHealthy

LOGIN, LOCK, LOOK, UNLOCK = 1, 1, 2, 1
DEPLOYMENT = {
    "login, lock and look": LOGIN + LOCK + LOOK,
    "record-event": 1,  # the write; the record itself was read before, and nobody else may write it
    "pull-image": 1,
    "start-container": 5,  # is it there? what has nginx loaded? remove, create, start
    "await-healthy": 1,
    "switch-traffic": 4,  # the file; the file and the workers; write, test, reload and wait; the loaded state
    "drain": 1,
    "confirm": 2,  # the container, its answers and the loaded state; write the record
    "write-marker": 2,
    "retire-container": 2,
    "unlock": UNLOCK,
}
TRIES = 4


class Counter(Silent):
    """An observer that counts the exchanges of each step, after it waited until the app of a new container answers."""

    def __init__(self, exchanges: Exchanges) -> None:
        self.counts: dict[str, int] = {}
        self._exchanges = exchanges
        self._step, self._begun = "login, lock and look", exchanges.number

    def started(self, step: Step) -> None:
        self.begin(step.kind)
        if isinstance(step, AwaitHealthy):
            wait_until(lambda: answers(step.spec.host_port))

    def finished(self, step: Step, outputs: Outputs, *, already: bool) -> None:
        self.begin("unlock")

    def begin(self, step: str) -> None:
        number = self._exchanges.number
        if number > self._begun:
            self.counts[self._step] = self.counts.get(self._step, 0) + number - self._begun
        self._begun, self._step = number, step


def answers(port: int) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
        return True
    return False


@pytest.fixture
def shop(new_shop: Callable[[str], Shop], monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A project that was deployed over SSH, and whose variables this process has."""
    shop = new_shop("ssh")
    shop.deploy("1.0.0").succeeded()
    for name, value in shop.environment.items():
        monkeypatch.setenv(name, value)
    return shop


@pytest.fixture
def exchanges(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Exchanges]:
    yield Exchanges(monkeypatch)
    close_connections()


def test_a_deployment_a_plan_and_a_status_over_ssh_need_few_exchanges(shop: Shop, exchanges: Exchanges) -> None:
    assert deployment(shop, exchanges) == DEPLOYMENT
    before = exchanges.number
    plan_deploy(project(shop), "prod", "1.0.0")
    assert exchanges.number - before == LOGIN + LOOK
    close_connections()
    status(project(shop), "prod")
    assert exchanges.number - before == 2 * (LOGIN + LOOK)


def project(shop: Shop) -> Project:
    return open_project(str(shop.root))


def deployment(shop: Shop, exchanges: Exchanges) -> Mapping[str, int]:
    """Return the exchanges of a deployment, by step; of one that did not have to wait for anything, if there is one."""
    for number in range(TRIES):
        exchanges.slept, counter = False, Counter(exchanges)
        deploy(project(shop), "prod", f"1.{(number + 1) % 2}.0", observer=counter)
        counter.begin("")
        close_connections()
        if not exchanges.slept:
            break
    return counter.counts
