"""A `docker compose` in memory, for tests of deployments to the services of a project."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import json

from shipit.core.deploy import PIN_FILE, Container, pins_in
from shipit.errors import RemoteError, ShipitError
from shipit.testing.hosts.containers import FakeApp, FakeContainers
from shipit.world.hosts import CommandResult

_LABEL = "com.docker.compose"
Service = dict[str, Any]


class FakeCompose:
    """The projects of `docker compose` on a host. It reads only the file with the pinned images. Another `.env` or
    `compose.yaml` changes the fingerprint of the settings.

    A test can change `projects`: the services of each project by its directory, with their keys as in a compose file.
    `image` is required. The name of a project is the last part of its directory. `installed` is False on a host without
    compose.

    Args:
        files: the files of the host, by path.
        containers: the containers of the host.
    """

    def __init__(self, files: Mapping[str, str], containers: FakeContainers) -> None:
        self._files = files
        self._containers = containers
        self.installed = True
        self.projects: dict[str, dict[str, Service]] = {}

    def connect(self, containers: FakeContainers) -> FakeCompose:
        """Return the same projects as another run sees them."""
        other = copy.copy(self)
        other._containers = containers
        return other

    def up(self, directory: str) -> None:
        """Run `docker compose up --detach` in a project, as a person does, without the pinned images."""
        for name in self.projects[directory]:
            self._up(directory, name, 1, pinned=False, recreate=True)

    def running(self, directory: str, service: str) -> tuple[Container, ...]:
        """Return the containers of a service that run."""
        return tuple(each for each in self._existing(directory, service) if each.running)

    def execute(self, words: Sequence[str]) -> CommandResult:
        """Run `docker compose` with these words: `version`, `config --format json`, `config --hash`, `run` or `up`."""
        if not self.installed:
            return CommandResult(1, "docker: unknown command: docker compose")
        if words[-1] == "version":
            return CommandResult(0, "Docker Compose version v2.40.3")
        directory = words[words.index("--project-directory") + 1]
        if missing := self._missing_env_file(directory, words):
            return CommandResult(14, f"env file {missing} not found")
        if directory not in self.projects:
            return CommandResult(14, f"open {directory}/compose.yaml: no such file or directory")
        pinned, services = any(word.endswith(PIN_FILE) for word in words), self.projects[directory]
        if "run" in words:
            return self._run(directory, *words[words.index("--name") + 2 :], pinned=pinned)
        service = words[-1]
        if "--hash" in words:
            hashes = (f"{name} {self._hash(directory, name, pinned=pinned)}" for name in services)
            return CommandResult(0, "\n".join(hashes))
        if "--format" in words:
            return CommandResult(0, json.encode({"name": _name(directory), "services": services}).decode())
        if service not in services:
            return CommandResult(1, f"no such service: {service}")
        scale = int(words[words.index("--scale") + 1].partition("=")[2]) if "--scale" in words else 1
        try:
            self._up(directory, words[-1], scale, pinned=pinned, recreate="--no-recreate" not in words)
        except ShipitError as error:
            return CommandResult(1, error.what)
        return CommandResult(0)

    def _missing_env_file(self, directory: str, words: Sequence[str]) -> str | None:
        """Return the path of a file that `env_file` of a service names and that does not exist; None if all exist."""
        without = any("!reset" in word for word in words)
        named = (str(keys["env_file"]) for keys in self.projects.get(directory, {}).values() if "env_file" in keys)
        paths = (f"{directory}/{name}" for name in named if not without)
        return next((path for path in paths if path not in self._files), None)

    def _run(self, directory: str, service: str, *command: str, pinned: bool) -> CommandResult:
        """Run a command in a container of its own, which is removed at its end."""
        self._containers.commands.append(command)
        digest = self._image(directory, service, pinned=pinned).rpartition("@")[2]
        return self._containers.apps.get(digest, FakeApp()).commands.get(command, CommandResult(0))

    def _up(self, directory: str, service: str, scale: int, *, pinned: bool, recreate: bool) -> None:
        """Start `scale` containers of a service; with `recreate`, those with other settings are replaced."""
        settings = self._hash(directory, service, pinned=pinned)
        for each in self._existing(directory, service):
            if recreate and each.labels[f"{_LABEL}.config-hash"] != settings:
                self._containers.remove(each.name)
            elif not each.running:
                self._containers.restart(each.name)
        existing = self._existing(directory, service)
        number = max((int(each.labels[f"{_LABEL}.container-number"]) for each in existing), default=0)
        for added in range(scale - len(existing)):
            self._create(directory, service, number + 1 + added, settings, pinned=pinned)

    def _create(self, directory: str, service: str, number: int, settings: str, *, pinned: bool) -> None:
        files = [f"{directory}/compose.yaml", *([f"{directory}/{PIN_FILE}"] if pinned else [])]
        labels = {
            f"{_LABEL}.project": _name(directory),
            f"{_LABEL}.service": service,
            f"{_LABEL}.oneoff": "False",
            f"{_LABEL}.config-hash": settings,
            f"{_LABEL}.container-number": str(number),
            f"{_LABEL}.project.config_files": ",".join(files),
        }
        image = self._image(directory, service, pinned=pinned)
        if pinned and "@" in image and not self._containers.has_image(image):
            raise RemoteError(f"there is no image `{image}`", status=404)
        name = self.projects[directory][service].get("container_name") or f"{_name(directory)}-{service}-{number}"
        self._containers.run_tag(name, image, labels, address=_address(name))

    def _image(self, directory: str, service: str, *, pinned: bool) -> str:
        pins = pins_in(self._files.get(f"{directory}/{PIN_FILE}", "")) if pinned else {}
        return pins.get(service, str(self.projects[directory][service]["image"]))

    def _hash(self, directory: str, service: str, *, pinned: bool) -> str:
        own = {**self.projects[directory][service], "image": self._image(directory, service, pinned=pinned)}
        own["files"] = [self._files.get(f"{directory}/{name}", "") for name in (".env", "compose.yaml")]
        return hashlib.sha256(json.encode(own, order="sorted")).hexdigest()

    def _existing(self, directory: str, service: str) -> tuple[Container, ...]:
        return self._containers.labelled({f"{_LABEL}.project": _name(directory), f"{_LABEL}.service": service})


def _name(directory: str) -> str:
    return directory.rpartition("/")[2]


def _address(name: str) -> str:
    """Return an IP address for the container `name`."""
    first, second, *_ = hashlib.sha256(name.encode()).digest()
    return f"10.20.{first}.{second}"
