"""A project that is deployed for real: its repository, its state on this machine, and the nginx in front of it."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from deployments.project import Project, answer_of
from parts.daemon import free_port, wait_until
from parts.engine import Engine
from parts.load import Load, Mode, load
from parts.nginx import NOWHERE, Nginx, switch_text
from parts.registry import Registry
from parts.web_app import WebApp, make_web_app
from release.runs import Driver

REPOSITORY = "acme/shop"
WRONG, REFUSED, FAILED, REJECTED = 2, 3, 5, 6  # exit statuses
_numbers = itertools.count(1)


class Apps:
    """The images of the app in a registry, each made when it is first used."""

    def __init__(self, engine: Engine, registry: Registry, repository: str = REPOSITORY) -> None:
        self.engine, self.registry, self.repository = engine, registry, repository
        self._made: dict[str, WebApp] = {}

    def __call__(self, version: str, **faults: bool | float | str) -> WebApp:
        """Return the image of a version; its faults are those of `make_web_app`."""
        if version not in self._made:
            make = partial(make_web_app, self.engine, self.repository, version, registry=self.registry)
            self._made[version] = make(**faults)  # type: ignore[arg-type]
        return self._made[version]


class Shop(Project):
    """A project with the environment `prod`, for `shipit deploy`.

    shop.deploy("1.0.0").succeeded()
    assert shop.answer() == "version 1.0.0"
    """

    def __init__(self, place: Path, apps: Apps, proxy: Nginx, driver: Driver) -> None:
        self.apps, self.proxy = apps, proxy
        self.engine: Engine = apps.engine
        super().__init__(place, driver, {**os.environ, **self.engine.environment})
        self.name, self.marker = f"shop{next(_numbers)}", place / "active"
        self.ports = {"blue": free_port(), "green": free_port()}
        self.image = apps.registry.image(REPOSITORY).rpartition(":")[0]
        nginx: dict[str, Any] = {
            "file": str(proxy.switch_file),
            "front": proxy.url,
            "style": proxy.style,
            "marker": str(self.marker),
        }
        if proxy.container:
            nginx["container"] = proxy.container
        else:
            nginx |= {"command": proxy.command, "pid-file": str(proxy.pid_file)}
        if proxy.style == "upstream":
            nginx |= {"variable": "app", "state-port": free_port()}
        self.settings: dict[str, Any] = {
            "kind": "blue-green",
            "name": self.name,
            "health": {"path": "/health", "json": {"status": "UP"}, "within": "60s", "times": 1},
            "bake": "0s",
            "directory": str(self.state),
            "slots": self.ports,
            "nginx": nginx,
            "container": {"port": 8080, "stop": "1s"},
        }
        self.configure()

    def configure(self, **changes: Any) -> None:
        """Write shipit.toml with other settings of the target, and commit it. Tables are merged."""
        for key, value in changes.items():
            before = self.settings.get(key)
            self.settings[key] = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
        target = (f"{key} = {toml(value)}" for key, value in self.settings.items())
        self.commit_settings([f'image.name = "{self.image}"'], target)

    def load(
        self, mode: Mode = "close", *, path: str = "/", clients: int = 4, **options: Any
    ) -> AbstractContextManager[Load]:
        return load(f"{self.proxy.url}{path}", mode=mode, clients=clients, **options)

    def answer(self, path: str = "/") -> str:
        """Return the text that users get, or the status of an error."""
        return answer_of(f"{self.proxy.url}{path}")

    def serves(self, text: str) -> None:
        """Wait until users get this text."""
        wait_until(lambda: self.answer() == text)

    @property
    def record(self) -> dict[str, Any]:
        """The record of deployments on this machine."""
        path = self.state / f"{self.name}.json"
        found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"events": []}
        return found

    def events(self, kind: str) -> list[str]:
        """Return the versions in the events of one kind, the oldest first."""
        return [event["image"]["version"] for event in self.record["events"] if event["kind"] == kind]

    def containers(self) -> dict[str, str]:
        """Return the state of each container of the app by its name."""
        rows = self.engine.docker("ps", "--all", "--filter", f"name=^{self.name}-", "--format", "{{.Names}} {{.State}}")
        return dict(row.split(" ", 1) for row in rows.splitlines())

    def running(self) -> list[str]:
        """Return the slots whose container runs."""
        return sorted(
            name.removeprefix(f"{self.name}-") for name, state in self.containers().items() if state == "running"
        )

    @property
    def written(self) -> str:
        """The slot in the switch file."""
        text = self.proxy.switch_file.read_text()
        places = {slot: (f"127.0.0.1:{port}", f"{self.name}-{slot}:") for slot, port in self.ports.items()}
        return next((slot for slot, texts in places.items() if any(each in text for each in texts)), text)

    def consistent(self, version: str) -> None:
        """Check that `version` serves, and that everything on this machine agrees about it."""
        assert self.answer() == f"version {version}"
        active = self.written
        assert self.running() == [active]
        assert set(self.containers().values()) <= {"running", "exited"}
        assert self.marker.read_text() == f"{active}\n"
        assert self.events("verified")[-1] == version
        assert not self.proxy.leaving()
        assert not [name for name in os.listdir(self.proxy.switch_file.parent) if ".shipit" in name]
        assert subprocess.run(["flock", "--nonblock", self.state / f"{self.name}.lock", "true"]).returncode == 0

    def use(self, switch_file: Path) -> None:
        """Use another switch file, which nginx includes after its next reload."""
        self.proxy = replace(self.proxy, switch_file=switch_file)
        self.proxy.reload()
        self.configure(nginx={"file": str(switch_file)})

    def fail(self) -> None:
        """From now on, the health check of the container that serves fails."""
        self.engine.docker("exec", f"{self.name}-{self.written}", "touch", "/tmp/failing")

    def build(self, version: str, *lines: str) -> None:
        """Push the image of a version, made of 1.0.0 and these lines of a Dockerfile."""
        reference = f"{self.image}:{version}"
        label = f"LABEL org.opencontainers.image.version={version}"
        dockerfile = "\n".join([f"FROM {self.image}:1.0.0", label, f"ENV VERSION={version}", *lines, ""])
        self.engine.docker("build", "--quiet", "--tag", reference, "-", input=dockerfile)
        self.engine.docker("push", "--quiet", reference)

    def close(self) -> None:
        """Remove what the project left in the engine, and let nginx lead nowhere again."""
        self.proxy.switch_file.write_text(switch_text(self.proxy.style, NOWHERE))
        self.proxy.reload()
        wait_until(lambda: self.answer() == "502" and not self.proxy.leaving())
        if names := list(self.containers()):
            self.engine.docker("rm", "--force", "--volumes", *names)


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(each)}" for key, each in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
