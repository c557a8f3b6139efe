"""A project that is deployed to a service of a real swarm."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deployments.project import Project
from deployments.shop import Apps
from parts.daemon import wait_until
from parts.load import Load, Mode, load
from parts.swarm import QUICK, Swarm, proxy
from release.runs import Driver

_numbers = itertools.count(1)
OPTIONS = (*QUICK, "--update-order", "start-first", "--update-failure-action", "rollback")


class SwarmShop(Project):
    """A project whose target is a service of `swarm`; each has a service of its own."""

    def __init__(self, place: Path, apps: Apps, swarm: Swarm, driver: Driver) -> None:
        super().__init__(place, driver, {**os.environ, **swarm.manager.environment})
        self.apps, self.swarm = apps, swarm
        self.service = f"shop{next(_numbers)}_web"
        self.name = apps.registry.image(apps.repository).rpartition(":")[0]
        self.settings: dict[str, Any] = {"kind": "swarm", "name": "shop", "service": self.service, "bake": "0s"}
        self.settings |= {"directory": str(self.state), "within": "60s"}
        self.configure()

    def configure(self, **changes: Any) -> None:
        self.settings |= changes
        target = (f"{key} = {json.dumps(value)}" for key, value in self.settings.items())
        self.commit_settings([f'image.name = "{self.name}"'], target)

    def create(self, version: str, *options: str, replicas: int = 2) -> None:
        """Create the service, and wait until its tasks run."""
        image = self.apps(version, healthcheck=True)
        self.swarm.create_service(self.service, image.reference, "--replicas", str(replicas), *OPTIONS, *options)
        wait_until(lambda: self.runs() == [image.digest] * replicas)

    def runs(self) -> list[str]:
        """Return the digests of the tasks that run."""
        return self.swarm.images(self.service)

    def inspect(self) -> dict[str, Any]:
        """Return the service as the engine describes it."""
        (found,) = json.loads(self.swarm.manager.docker("service", "inspect", self.service))
        return dict(found)

    @property
    def image(self) -> str:
        """The image in the specification of the service."""
        return str(self.inspect()["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"])

    def verified(self) -> list[str]:
        """Return the versions that were recorded as verified, the oldest first."""
        path = self.state / "shop.json"
        events = json.loads(path.read_text())["events"] if path.exists() else []
        return [event["image"]["version"] for event in events if event["kind"] == "verified"]

    @contextmanager
    def users(self, mode: Mode = "close") -> Iterator[Load]:
        """Send requests through nginx, in the network of the services."""
        image = self.apps("2.0.0", healthcheck=True).by_digest
        with proxy(self.swarm, self.service, image, self.root.parent) as url:
            wait_until(lambda: self.swarm.answers(url))
            with load(url, mode=mode, clients=8, within=self.swarm.nodes[0].enter()) as running:
                yield running

    def consistent(self, version: str, replicas: int) -> None:
        """Check that only `version` runs, and that everything agrees about it."""
        digest = self.apps(version, healthcheck=True).digest
        found = self.inspect()
        assert self.runs() == [digest] * replicas
        assert self.image.endswith(digest)
        assert found.get("UpdateStatus", {}).get("State") in (None, "completed", "rollback_completed")
        assert self.verified()[-1] == version
        assert subprocess.run(["flock", "--nonblock", self.state / "shop.lock", "true"]).returncode == 0

    def close(self) -> None:
        self.swarm.manager.run("service", "rm", self.service, f"{self.service}-migrate")
