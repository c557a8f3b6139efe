"""All contenders of the bench of deployments, with `docker compose up`, and docker-rollout if its file is given."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from parts.daemon import CACHE
from parts.engine import SYSTEM_PLUGINS, Engine
from parts.sshd import ssh_server

from bench.deployers import NETWORK, Deployer, proxy_by_name, rolling_deployer, script_deployer, shipit_deployer
from bench.measure import say

PLUGIN = "cli-plugins/docker-compose"
# Two containers of a service can run only if it publishes no port, so nginx reaches them in a network of containers.
PROJECT = """\
name: bench-{name}
services:
  {name}:
    image: ${{IMAGE}}
    labels:
      app: {name}
    networks: [{network}]
networks:
  {network}:
    external: true
"""
UP = "docker compose up --detach --wait --quiet-pull"


@contextmanager
def deployers(engine: Engine, image: str, place: Path, rollout: Path | None = None) -> Iterator[list[Deployer]]:
    """Give all contenders, whose nginx runs; those with Compose only if it is installed.

    Args:
        engine: the engine to deploy to.
        image: the name of the image in a registry, without a tag.
        place: an empty directory.
        rollout: the file `docker-rollout`; None for a script with its sequence.
    """
    with ExitStack() as running:
        server = running.enter_context(ssh_server(engine))
        engine.docker("network", "create", NETWORK)
        found = [
            shipit_deployer(engine, image, place, running),
            shipit_deployer(engine, image, place, running, server),
            script_deployer(engine, place, running),
            *_with_compose(engine, place, rollout, running),
        ]
        yield found if rollout else [*found, rolling_deployer(engine, place, running)]


def _with_compose(engine: Engine, place: Path, rollout: Path | None, running: ExitStack) -> Iterator[Deployer]:
    plugin = _plugin()
    if plugin is None:
        say("left out: docker compose is not installed; `make parts` installs it on Debian, for root")
        return
    with_compose = _with_plugin(engine, plugin, place / "client")
    yield _deployer("`docker compose up --wait`", "compose", UP, with_compose, place, running)
    if rollout:
        argv = [str(rollout.resolve()), "rollout"]
        env = {**os.environ, **with_compose.environment}
        said = subprocess.run([*argv, "--version"], env=env, capture_output=True, text=True, check=True).stdout
        title = said.strip().replace(" version v", " ")
        yield _deployer(title, "rollout", f"'{argv[0]}' rollout rollout", with_compose, place, running)


def _plugin() -> Path | None:
    own = CACHE / "compose" / "usr/libexec/docker" / PLUGIN
    return next((path for path in (own, *(Path(place) / PLUGIN for place in SYSTEM_PLUGINS)) if path.exists()), None)


def _with_plugin(engine: Engine, plugin: Path, directory: Path) -> Engine:
    """Return the engine with a configuration of its client that has Compose."""
    shutil.copytree(engine.config, directory, symlinks=True)
    (directory / PLUGIN).symlink_to(plugin)
    return replace(engine, config=directory)


def _deployer(title: str, name: str, command: str, engine: Engine, place: Path, running: ExitStack) -> Deployer:
    directory = place / f"project-{name}"
    directory.mkdir()
    (directory / "compose.yaml").write_text(PROJECT.format(name=name, network=NETWORK))
    proxy = proxy_by_name(engine, name, place, running)
    argv: list[str | Path] = ["sh", "-c", f"IMAGE=$1 exec {command}", "sh"]
    return Deployer(title, name, argv, False, {}, proxy, engine, directory)
