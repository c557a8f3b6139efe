"""A compose project that is deployed for real: a front end and a back end behind nginx, and a service of somebody else."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from deployments.project import Project, answer_of
from deployments.proxies import Proxy
from deployments.shop import Apps, toml
from msgspec.json import decode
from parts.daemon import free_port, wait_until
from parts.engine import add_compose
from parts.load import Load, Mode, load
from parts.sshd import SshServer
from release.runs import Driver

from shipit.core.deploy import DeployRecord

SERVICES = ("backend", "frontend")
PATHS = {"backend": "/api", "frontend": "/"}
_numbers = itertools.count(1)


class ComposeShop(Project):
    """A compose project with the environment `prod`, for `shipit deploy`.

    shop.deploy("1.0.0").succeeded()
    assert shop.answers() == {"backend": "1.0.0", "frontend": "version 1.0.0"}
    """

    def __init__(self, place: Path, apps: Mapping[str, Apps], driver: Driver, proxy: Proxy) -> None:
        self.apps, self.engine = apps, add_compose(apps["backend"].engine)
        super().__init__(place, driver, {**os.environ, **self.engine.environment})
        self.name = f"shop{next(_numbers)}x{os.getpid()}"
        self.project = place / self.name
        self.url = f"http://127.0.0.1:{free_port()}"
        self.images = {name: made.registry.image(made.repository).rpartition(":")[0] for name, made in apps.items()}
        health = {"path": "/health", "json": {"status": "UP"}, "within": "60s", "times": 1}
        self.settings: dict[str, Any] = {
            "kind": "compose",
            "project": str(self.project),
            "directory": str(self.state),
            "bake": "0s",
            "drain": "2s",
            "services": {service: {"health": health} for service in SERVICES},
        }
        self.services: dict[str, dict[str, Any]] = {
            "proxy": {
                "image": proxy.image(self.engine),
                "ports": [f"127.0.0.1:{self.url.rpartition(':')[2]}:80"],
                "stop_grace_period": "1s",
                **proxy.keys(self.engine),
            },
            # As images of nginx have it: the app finishes its requests.
            **{
                name: {"image": f"{image}:1.0.0", "stop_signal": "SIGQUIT", "labels": dict(proxy.labels.get(name, {}))}
                for name, image in self.images.items()
            },
        }
        self.project.mkdir()
        for name, text in proxy.files.items():
            (self.project / name).write_text(text)
        self.configure()
        self.write()

    def configure(self, **changes: Any) -> None:
        """Write shipit.toml with other settings of the target, and commit it."""
        self.settings |= changes
        images = [f'images.{name}.name = "{image}"' for name, image in self.images.items()]
        self.commit_settings(images, (f"{key} = {toml(value)}" for key, value in self.settings.items()))

    def write(self, directory: Path | None = None, **services: dict[str, Any]) -> None:
        """Write the compose file with other keys of its services, into the project or into another directory."""
        for name, keys in services.items():
            self.services[name] |= keys
        text = json.dumps({"services": self.services}, indent=2)
        ((directory or self.project) / "compose.yaml").write_text(text)

    def use_ssh(self, server: SshServer) -> None:
        """Reach this machine over SSH."""
        self.configure(hosts=[server.address])
        key = Path(server.key).read_text()
        self.environment |= {"SHIPIT_SSH_KEY": key, "SHIPIT_SSH_KNOWN_HOSTS": server.known_hosts}

    def compose(self, *arguments: str) -> str:
        """Run `docker compose` as a person does in the project."""
        return self.engine.docker("compose", "--project-directory", str(self.project), *arguments)

    def up(self) -> None:
        """Start all services, and wait until users reach them."""
        self.compose("up", "--detach")
        try:
            wait_until(lambda: self.answers() == {"backend": "1.0.0", "frontend": "version 1.0.0"})
        except AssertionError as error:
            raise AssertionError(f"{self.answers()}\n{self.compose('logs', 'proxy')}") from error

    def load(
        self, service: str, mode: Mode = "close", *, clients: int = 4, **options: Any
    ) -> AbstractContextManager[Load]:
        return load(f"{self.url}{PATHS[service]}", mode=mode, clients=clients, **options)

    def answers(self) -> dict[str, str]:
        """Return the text that users get from each service, or the status of an error."""
        return {service: answer_of(f"{self.url}{path}") for service, path in PATHS.items()}

    def record(self, service: str) -> DeployRecord:
        """Return the record of the deployments of a service."""
        return decode((self.state / f"{self.name}-prod-{service}.json").read_bytes(), type=DeployRecord)

    def verified(self, service: str) -> str:
        """Return the version of a service that was verified last."""
        current = self.record(service).current
        return current.version if current else ""

    def containers(self, service: str) -> list[str]:
        """Return `id image state` of each container of a service."""
        own = f"label=com.docker.compose.project={self.name}"
        filters = ["--filter", own, "--filter", f"label=com.docker.compose.service={service}"]
        shown = self.engine.docker("ps", "--all", "--no-trunc", *filters, "--format", "{{.ID}} {{.Image}} {{.State}}")
        return shown.splitlines()

    def consistent(self, version: str) -> None:
        """Check that `version` of both services serves, and that everything on this machine agrees about it."""
        assert self.answers() == {"backend": version, "frontend": f"version {version}"}
        pins = (self.project / "compose.shipit.yaml").read_text()
        for service in SERVICES:
            (only,) = self.containers(service)
            digest = self.apps[service](version).digest
            assert only.endswith("running"), only
            label = '{{index .Config.Labels "org.opencontainers.image.version"}} {{.Config.Image}}'
            found = self.engine.docker("inspect", "--format", label, only.split()[0])
            assert found == f"{version} {self.images[service]}@{digest}"
            assert f"{self.images[service]}@{digest}" in pins
            assert self.verified(service) == version
            lock = self.state / f"{self.name}-prod-{service}.lock"
            assert subprocess.run(["flock", "--nonblock", lock, "true"]).returncode == 0
        assert os.listdir(self.project) == [each for each in os.listdir(self.project) if not each.endswith(".shipit")]

    def close(self) -> None:
        """Remove what the project left in the engine."""
        self.compose("down", "--timeout", "1", "--volumes", "--remove-orphans")
