"""Ways to deploy a container behind nginx, each with an nginx of its own on the same engine."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from parts.daemon import free_port
from parts.engine import Engine
from parts.nginx import Nginx, nginx, nginx_container
from parts.sshd import Network, SshServer
from parts.web_app import WebApp

from bench.contenders import BIN

SCRIPTS = Path(__file__).with_name("scripts")
NETWORK = "bench"
SHIPIT = BIN.absolute() / "shipit"
SETTLED = 10  # seconds after which the state is final
# Docker's name server forgets a container at once; nginx asks it each second.
BY_NAME = "resolver 127.0.0.11 valid=1s ipv6=off;\nset $service_url http://{}:8080;\n"
CONFIGURATION = """\
[environments.prod]
branch = "prod"
image.name = "{image}"

[environments.prod.deploy]
kind = "blue-green"
name = "{name}"
{hosts}
health = {{ path = "/health", json = {{ status = "UP" }}, times = 1 }}
bake = "0s"
directory = "{directory}/record"
slots = {{ blue = {blue}, green = {green} }}
nginx = {{ file = "{file}", command = {command}, pid-file = "{pid}", front = "{front}" }}
container = {{ port = 8080, stop = "10s" }}
"""


class Took(NamedTuple):
    """The seconds of a deployment, and the CPU seconds of its command with the programs that it started."""

    seconds: float
    cpu: float


@dataclass(frozen=True)
class Deployer:
    """A way to deploy.

    Args:
        name: its name in the table.
        app: the label or the beginning of the names of its containers.
        argv: the command without the version or image, which is its last word.
        by_version: True for a command that takes a version, False for one that takes an image.
        variables: the variables that it needs besides those of this process.
        proxy: the nginx that its traffic comes through.
        network: the way to the server, for a contender that deploys over SSH.
    """

    name: str
    app: str
    argv: Sequence[str | Path]
    by_version: bool
    variables: Mapping[str, str]
    proxy: Nginx
    engine: Engine
    directory: Path = field(default=Path())
    network: Network | None = None

    def start(self, app: WebApp) -> subprocess.Popen[bytes]:
        """Start a deployment of an image, in a process group of its own."""
        return self._popen([*self.argv, app.version if self.by_version else app.reference])

    def _popen(self, argv: Sequence[str | Path]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            argv,
            cwd=self.directory,
            env={**os.environ, **self.engine.environment, **self.variables},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def deploy(self, app: WebApp) -> Took:
        """Deploy an image, and return the time that it took."""
        return self._measured(lambda: self.start(app))

    def run(self, *words: str | Path) -> Took:
        """Run another command, and return the time that it took."""
        return self._measured(lambda: self._popen(words))

    def _measured(self, start: Callable[[], subprocess.Popen[bytes]]) -> Took:
        begun, used = time.perf_counter(), _cpu_of_children()
        process = start()
        _, errors = process.communicate(timeout=120)
        if process.returncode != 0:
            raise SystemExit(f"{self.name}: exit status {process.returncode}: {errors.decode()[-2000:]}")
        return Took(time.perf_counter() - begun, _cpu_of_children() - used)

    def killed_and_repeated(self, app: WebApp, after: float) -> str:
        """Kill a deployment with SIGKILL after some seconds, repeat it, and return what is wrong, or an empty text."""
        process = self.start(app)
        time.sleep(after)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        again = self.start(app)
        again.communicate(timeout=120)
        if again.returncode != 0:
            return f"exit status {again.returncode}"
        return self.problem(app)

    def problem(self, app: WebApp) -> str:
        """Return what is not as after a good deployment of an image, also after some seconds; empty if all is."""
        end = time.monotonic() + SETTLED
        while (problem := self._problem(app)) and time.monotonic() < end:
            time.sleep(0.1)
        return problem

    def _problem(self, app: WebApp) -> str:
        if (answered := answer(f"{self.proxy.url}/version")) != app.version:
            return f"{answered or 'nothing'} answers"
        running = self.running()
        if len(running) != 1:
            return f"{len(running)} containers run"
        image = self.engine.docker("inspect", "--format", "{{.Image}}", running[0])
        return "" if image == app.id else "the container has another image"

    def running(self) -> list[str]:
        """Return the ids of the running containers of the app."""
        return self._containers()

    def remove(self) -> None:
        """Remove all containers of the app."""
        if found := self._containers("--all"):
            self.engine.docker("rm", "--force", *found)

    def _containers(self, *options: str) -> list[str]:
        filters = (f"label=app={self.app}", f"name=^{self.app}-(blue|green)$")
        return [id for one in filters for id in self.engine.docker("ps", "--quiet", *options, "--filter", one).split()]


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def answer(url: str) -> str:
    """Return the text at `url`; empty for an error."""
    try:
        with urllib.request.urlopen(url, timeout=1) as found:
            return str(found.read().decode().strip())
    except (OSError, urllib.error.URLError):
        return ""


def shipit_deployer(
    engine: Engine, image: str, place: Path, running: ExitStack, server: SshServer | None = None
) -> Deployer:
    """Return shipit as a contender, whose nginx runs.

    Args:
        engine: the engine to deploy to.
        image: the name of the image in a registry, without a tag.
        place: a directory for its files.
        running: ends nginx.
        server: the server that leads to this machine by SSH; None to deploy to this machine directly.
    """
    name = "ssh" if server else "shipit"
    proxy = running.enter_context(nginx(place / name / "service-url.inc"))
    repository = place / f"repository-{name}"
    repository.mkdir()
    text = CONFIGURATION.format(
        image=image,
        name=name,
        hosts=f'hosts = ["{server.address}"]' if server else "",
        directory=place / name,
        blue=free_port(),
        green=free_port(),
        file=proxy.switch_file,
        command=json.dumps(proxy.command),
        pid=proxy.pid_file,
        front=proxy.url,
    )
    (repository / "shipit.toml").write_text(text)
    author = ["-c", "user.name=Bench", "-c", "user.email=bench@example.com"]
    for words in (
        ["init", "--quiet", "--initial-branch=prod"],
        ["add", "."],
        [*author, "commit", "-qm", "feat: begin"],
    ):
        subprocess.run(["git", *words], cwd=repository, check=True)
    login = {"SHIPIT_SSH_KEY": server.key.read_text(), "SHIPIT_SSH_KNOWN_HOSTS": server.known_hosts} if server else {}
    title = "shipit over SSH" if server else "shipit"
    network = server.network if server else None
    return Deployer(title, name, [SHIPIT, "deploy", "prod"], True, login, proxy, engine, repository, network)


def script_deployer(engine: Engine, place: Path, running: ExitStack) -> Deployer:
    """Return the blue/green script as a contender, whose nginx runs."""
    proxy = running.enter_context(nginx(place / "script" / "service-url.inc"))
    variables = {
        "APP": "script",
        "BLUE": str(free_port()),
        "GREEN": str(free_port()),
        "SWITCH": str(proxy.switch_file),
        "NGINX": " ".join(proxy.command),
    }
    argv = [SCRIPTS.absolute() / "blue-green.sh"]
    return Deployer("blue/green script", "script", argv, False, variables, proxy, engine, place)


def rolling_deployer(engine: Engine, place: Path, running: ExitStack) -> Deployer:
    """Return the rolling script as a contender, whose nginx runs."""
    proxy = proxy_by_name(engine, "rolling", place, running)
    argv = [SCRIPTS.absolute() / "rolling.sh"]
    return Deployer(
        "rolling script", "rolling", argv, False, {"APP": "rolling", "NETWORK": NETWORK}, proxy, engine, place
    )


def proxy_by_name(engine: Engine, name: str, place: Path, running: ExitStack) -> Nginx:
    """Run an nginx in a container that sends requests to the containers with the name `name` in their network."""
    directory = place / name
    directory.mkdir()
    (directory / "service-url.inc").write_text(BY_NAME.format(name))
    return running.enter_context(nginx_container(engine, directory, name=f"bench-nginx-{name}", network=NETWORK))
