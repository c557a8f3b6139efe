"""Deployments with a Watchtower beside a real engine and a real registry."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from deployments.shop import Apps
from parts.daemon import wait_until
from parts.watchtower import TOKEN, Watchtower, watchtower
from parts.web_app import WebApp
from release.runs import Driver, Run, StartedRun

pytestmark = pytest.mark.slow
CONTAINER = "watched-shop"


class WatchedShop:
    """A project whose container is updated by Watchtower; `apps` are the images of its versions."""

    def __init__(self, root: Path, state: Path, apps: Apps, driver: Driver, server: Watchtower) -> None:
        self.root, self.state, self.apps, self.engine = root, state, apps, apps.engine
        self.server, self._driver = server, driver
        self.name = apps("1.0.0").reference.rpartition(":")[0]
        self.tag = f"{self.name}:watched"
        self.environment = {**os.environ, **self.engine.environment, "WATCHTOWER_TOKEN": TOKEN}
        root.mkdir()
        self.git("init", "--quiet", "--initial-branch", "prod")
        self.configure()

    def configure(self, *lines: str) -> None:
        target = {"kind": "watchtower", "tag": "watched", "url": self.server.url, "proof": "container"}
        target |= {"container": CONTAINER, "directory": str(self.state), "within": "6s"}
        text = ["[environments.prod]", 'branch = "prod"', f'image.name = "{self.name}"', "[environments.prod.deploy]"]
        text += [f"{key} = {json.dumps(value)}" for key, value in target.items()] + ['hosts = ["local"]', *lines, ""]
        (self.root / "shipit.toml").write_text("\n".join(text))
        self.git("add", ".")
        self.git("commit", "--quiet", "--allow-empty", "--message", "feat: the settings")

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.root, check=True, capture_output=True)

    def begin(self) -> None:
        """Run version 1.0.0 by the tag."""
        self.engine.docker("pull", "--quiet", self.apps("1.0.0").reference)  # another test can have removed it
        self.engine.docker("tag", self.apps("1.0.0").reference, self.tag)
        self.engine.docker("push", "--quiet", self.tag)
        self.engine.docker("run", "--detach", "--name", CONTAINER, self.tag)

    def run(self, *arguments: str, **environment: str) -> Run:
        return self._driver.run(self.root, arguments, {**self.environment, **environment})

    def start(self, *arguments: str) -> StartedRun:
        return self._driver.start(self.root, arguments, self.environment)

    def runs(self, app: WebApp) -> bool:
        return self.engine.run("inspect", "--format", "{{.Image}}", CONTAINER).stdout.strip() == app.id

    def tagged(self) -> str:
        digest = "{{.Digest}}"
        done = subprocess.run(
            ["skopeo", "inspect", "--tls-verify=false", "--format", digest, f"docker://{self.tag}"],
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()


@pytest.fixture
def shop(apps: Apps, driver: Driver, tmp_path: Path) -> Iterator[WatchedShop]:
    with ExitStack() as running:
        server = running.enter_context(watchtower(apps.engine))
        running.callback(apps.engine.run, "rm", "--force", CONTAINER)
        yield WatchedShop(tmp_path / "repository", tmp_path / "state", apps, driver, server)


def test_a_new_version_is_proven_and_a_rollback_takes_it_back(shop: WatchedShop) -> None:
    shop.begin()
    old, new = shop.apps("1.0.0"), shop.apps("1.1.0")
    shop.run("deploy", "prod", "1.0.0").succeeded()
    assert shop.server.requests == []
    found = json.loads(shop.run("deploy", "prod", "1.1.0", "--json").succeeded().out)
    assert (found["deployed"], found["verified"], found["serving"]) == ("true", "true", new.digest)
    assert shop.runs(new)
    shop.run("rollback", "prod").succeeded()
    assert (shop.runs(old), shop.tagged()) == (True, old.digest)
    refused = shop.run("deploy", "prod", "1.1.0")
    assert (refused.status, shop.tagged()) == (3, old.digest)


def test_a_wrong_token_moves_the_tag_back(shop: WatchedShop) -> None:
    shop.begin()
    failed = shop.run("deploy", "prod", "1.1.0", WATCHTOWER_TOKEN="wrong horse")
    assert failed.status == 4
    assert (shop.runs(shop.apps("1.0.0")), shop.tagged()) == (True, shop.apps("1.0.0").digest)


def test_a_watchtower_that_only_watches_labelled_containers_deploys_nothing(
    apps: Apps, driver: Driver, tmp_path: Path
) -> None:
    with watchtower(apps.engine, labelled=True) as server:
        shop = WatchedShop(tmp_path / "repository", tmp_path / "state", apps, driver, server)
        try:
            shop.begin()
            failed = shop.run("deploy", "prod", "1.1.0")
            assert failed.status == 6
            assert (shop.runs(shop.apps("1.0.0")), shop.tagged()) == (True, shop.apps("1.0.0").digest)
        finally:
            apps.engine.run("rm", "--force", CONTAINER)


def test_a_version_that_ends_at_once_moves_the_tag_back_and_is_held(shop: WatchedShop) -> None:
    shop.begin()
    shop.run("deploy", "prod", "1.0.0").succeeded()
    shop.apps("1.9.0", exit_now=True)
    failed = shop.run("deploy", "prod", "1.9.0")
    assert failed.status in (6, 7), failed.err  # 7 if the earlier version did not run again in time
    assert shop.tagged() == shop.apps("1.0.0").digest
    assert shop.run("deploy", "prod", "1.9.0").status == 3


def test_a_run_that_is_killed_while_it_waits_is_finished_by_the_next_one(shop: WatchedShop) -> None:
    shop.begin()
    running = shop.start("deploy", "prod", "1.1.0")
    wait_until(lambda: shop.runs(shop.apps("1.1.0")) or running.poll() is not None)
    running.kill()
    assert running.wait() == -signal.SIGKILL
    requests = len(shop.server.requests)
    assert json.loads(shop.run("deploy", "prod", "1.1.0", "--json").succeeded().out)["deployed"] == "true"
    assert len(shop.server.requests) == requests
