"""A project of the usual shape, from commit to image: Gradle, a Dockerfile in two stages, branches dev, main and prod."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from parts.engine import Engine
from parts.images import SERVED
from release.runs import Driver, Run, StartedRun, plain_driver

CONFIG = """\
[environments.dev]
branch = "dev"
build = ["mkdir -p build && echo dev > build/made"]

[environments.dev.image]
name = "{name}-dev"
tags = ["latest", "{branch}-{sha}"]
args = { VERSION = "{version}" }

[environments.prod]
branch = "prod"
build = ["mkdir -p build && echo prod > build/made"]

[environments.prod.image]
name = "{name}"
tags = ["latest", "{version}", "{major}.{minor}"]
args = { VERSION = "{version}" }
"""
FILES = {
    "build.gradle": "plugins {\n    id 'java'\n}\n\nversion = '0.0.1-SNAPSHOT'\n",
    "Dockerfile": (SERVED / "Dockerfile").read_text(),
    ".gitignore": "build/\n",
    ".dockerignore": ".git\n",
}


class Shop:
    """A clone of a bare remote. Images are named after a repository of its own in the registry.

    Args:
        config: the text of shipit.toml, where `{name}` is that of its images, and `{place}` a directory for anything.
        files: further files, or others than `project`.
        project: the files of the project, Gradle's by default.
        driver: what runs shipit; `plain_driver` by default.
    """

    def __init__(
        self,
        place: Path,
        engine: Engine,
        registry: str,
        *,
        config: str = CONFIG,
        files: Mapping[str, str] = {},
        project: Mapping[str, str] = FILES,
        driver: Driver | None = None,
    ) -> None:
        self.place, self.engine, self._driver = place, engine, driver or plain_driver()
        self.name = f"{registry}/shop/{uuid.uuid4().hex[:12]}"
        self._clones = itertools.count(1)
        self._git(place, "init", "--quiet", "--bare", "--initial-branch=main", "remote")
        self.root = self.clone()
        settings = config.replace("{name}", self.name).replace("{place}", str(place))
        self.commit("feat: 채팅", {**project, **files, "shipit.toml": settings})
        self.git("push", "--quiet", "origin", "main", "main:dev")

    def clone(self) -> Path:
        """Another clone of the remote."""
        name = f"clone {next(self._clones)}"
        self._git(self.place, "clone", "--quiet", str(self.place / "remote"), name)
        return self.place / name

    def git(self, *words: str) -> str:
        return self._git(self.root, *words)

    def _git(self, place: Path, *words: str) -> str:
        done = subprocess.run(["git", *words], cwd=place, capture_output=True, encoding="utf-8")
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, message: str, files: Mapping[str, str] = {}) -> str:
        for path, text in (files or {"notes.txt": message}).items():
            place = self.root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def merge(self, source: str, target: str) -> str:
        """Merge one branch into another, which is made where it is not there yet, and push; the commit."""
        there = self.git("ls-remote", "--heads", "origin", target)
        self.git("fetch", "--quiet", "--tags", "origin")
        self.git("checkout", "--quiet", "-B", target, f"origin/{target}" if there else f"origin/{source}")
        self.git(
            "merge", "--quiet", "--no-ff", "--message", f"Merge branch '{source}' into {target}", f"origin/{source}"
        )
        self.git("push", "--quiet", "origin", target)
        return self.git("rev-parse", "HEAD")

    def switch(self, branch: str) -> None:
        """Check out `branch` as the remote has it."""
        self.git("fetch", "--quiet", "--tags", "origin")
        self.git("checkout", "--quiet", "-B", branch, f"origin/{branch}")

    def shipit(self, *arguments: str, status: int = 0, env: Mapping[str, str] = {}, root: Path | None = None) -> Run:
        """Run shipit to its end; it has to end with `status`."""
        run = self.run(*arguments, env=env, root=root)
        assert run.status == status, f"status {run.status}\n{run.out}\n{run.err}"
        return run

    def run(self, *arguments: str, env: Mapping[str, str] = {}, root: Path | None = None) -> Run:
        """Run shipit to its end; another run can start meanwhile."""
        return self.start(*arguments, env=env, root=root).end(150)

    def start(self, *arguments: str, env: Mapping[str, str] = {}, root: Path | None = None) -> StartedRun:
        """Run shipit, without waiting for its end."""
        return self._driver.start(root or self.root, arguments, self.environment(env))

    def environment(self, env: Mapping[str, str] = {}) -> dict[str, str]:
        return {**os.environ, **self.engine.environment, **env}

    def json(self, *arguments: str, **options: Any) -> Any:
        return json.loads(self.shipit(*arguments, "--json", **options).out)

    def release(self) -> None:
        """Release what is on main."""
        self.switch("main")
        self.shipit("release")

    def forget(self) -> None:
        """Make the engine one that has never built or pulled anything of this project."""
        listed = self.engine.docker("images", "--format", "{{.Repository}}:{{.Tag}}").split()
        for image in listed:
            if image.startswith(self.name):
                self.engine.docker("rmi", "--force", image)
        self.engine.docker("builder", "prune", "--all", "--force")

    def told_by(self, reference: str) -> str:
        """The version that a container tells which is started from the registry's image."""
        self.engine.docker("pull", "--quiet", reference)
        with self.engine.serving(reference) as url, urllib.request.urlopen(f"{url}/version") as answer:
            return str(answer.read().decode().strip())

    def labels(self, reference: str) -> dict[str, str]:
        self.engine.docker("pull", "--quiet", reference)
        found = json.loads(self.engine.docker("image", "inspect", "--format", "{{json .Config.Labels}}", reference))
        return dict(found)

    def tags(self, name: str) -> dict[str, str]:
        """The digest of every tag that the registry has of an image, asked without shipit."""
        host, _, repository = name.partition("/")
        accepted = "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.index.v1+json, "
        accepted += (
            "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.list.v2+json"
        )
        try:
            with urllib.request.urlopen(f"http://{host}/v2/{repository}/tags/list") as answer:
                names = json.load(answer)["tags"] or []
        except urllib.error.HTTPError:
            return {}
        digests = {}
        for tag in names:
            asked = urllib.request.Request(
                f"http://{host}/v2/{repository}/manifests/{tag}", headers={"Accept": accepted}, method="HEAD"
            )
            with urllib.request.urlopen(asked) as answer:
                digests[tag] = answer.headers["Docker-Content-Digest"]
        return digests
