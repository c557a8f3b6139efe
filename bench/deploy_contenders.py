"""All contenders of the bench of deployments, with `docker compose up`, and docker-rollout if its file is given."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from parts.engine import Engine, add_compose
from parts.sshd import ssh_server

from bench.deployers import NETWORK, Deployer, proxy_by_name, rolling_deployer, script_deployer, shipit_deployer

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
    """Give all contenders, whose nginx runs.

    Args:
        engine: the engine to deploy to.
        image: the name of the image in a registry, without a tag.
        place: an empty directory.
        rollout: the file `docker-rollout`; None for a script with its sequence.
    """
    with ExitStack() as running:
        server = running.enter_context(ssh_server(engine))
        engine.docker("network", "create", NETWORK)
        yield [
            shipit_deployer(engine, image, place, running),
            shipit_deployer(engine, image, place, running, server),
            script_deployer(engine, place, running),
            _with_compose("`docker compose up --wait`", "compose", UP, add_compose(engine), place, running),
            _rollout(engine, place, rollout, running) if rollout else rolling_deployer(engine, place, running),
        ]


def _rollout(engine: Engine, place: Path, program: Path, running: ExitStack) -> Deployer:
    command, env = f"'{program.resolve()}' rollout", {**os.environ, **engine.environment}
    said = subprocess.run(
        f"{command} --version", shell=True, env=env, capture_output=True, text=True, check=True
    ).stdout
    title = said.strip().replace(" version v", " ")
    return _with_compose(title, "rollout", f"{command} rollout", engine, place, running)


def _with_compose(title: str, name: str, command: str, engine: Engine, place: Path, running: ExitStack) -> Deployer:
    directory = place / f"project-{name}"
    directory.mkdir()
    (directory / "compose.yaml").write_text(PROJECT.format(name=name, network=NETWORK))
    proxy = proxy_by_name(engine, name, place, running)
    argv: list[str | Path] = ["sh", "-c", f"IMAGE=$1 exec {command}", "sh"]
    return Deployer(title, name, argv, False, {}, proxy, engine, directory)
