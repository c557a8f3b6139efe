"""Three ways to deploy a container behind nginx, each with an nginx of its own on the same engine."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from parts.daemon import free_port
from parts.engine import Engine
from parts.nginx import Nginx, nginx, nginx_container
from parts.web_app import WebApp

from bench.contenders import BIN

SCRIPTS = Path(__file__).with_name("scripts")
NETWORK = "bench"
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
    """

    name: str
    app: str
    argv: Sequence[str | Path]
    by_version: bool
    variables: Mapping[str, str]
    proxy: Nginx
    engine: Engine
    directory: Path = field(default=Path())

    def start(self, app: WebApp) -> subprocess.Popen[bytes]:
        """Start a deployment of an image, in a process group of its own."""
        return subprocess.Popen(
            [*self.argv, app.version if self.by_version else app.reference],
            cwd=self.directory,
            env={**os.environ, **self.engine.environment, **self.variables},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def deploy(self, app: WebApp) -> Took:
        """Deploy an image, and return the time that it took."""
        begun, used = time.perf_counter(), _cpu_of_children()
        process = self.start(app)
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
        by_label = self.engine.docker("ps", "--quiet", "--filter", f"label=app={self.app}").split()
        by_name = self.engine.docker("ps", "--quiet", "--filter", f"name=^{self.app}-(blue|green)$").split()
        return [*by_label, *by_name]


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


@contextmanager
def deployers(engine: Engine, image: str, place: Path) -> Iterator[list[Deployer]]:
    """Give all contenders, whose nginx runs.

    Args:
        image: the name of the image in a registry, without a tag.
        place: an empty directory.
    """
    with ExitStack() as running:
        yield [
            _shipit(engine, image, place, running),
            _script(engine, place, running),
            _rolling(engine, place, running),
        ]


def _shipit(engine: Engine, image: str, place: Path, running: ExitStack) -> Deployer:
    proxy = running.enter_context(nginx(place / "shipit" / "service-url.inc"))
    repository = place / "repository"
    repository.mkdir()
    text = CONFIGURATION.format(
        image=image,
        name="shipit",
        directory=place / "shipit",
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
    argv: list[str | Path] = [BIN.absolute() / "shipit", "deploy", "prod"]
    return Deployer("shipit", "shipit", argv, True, {}, proxy, engine, repository)


def _script(engine: Engine, place: Path, running: ExitStack) -> Deployer:
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


def _rolling(engine: Engine, place: Path, running: ExitStack) -> Deployer:
    engine.docker("network", "create", NETWORK)
    directory = place / "rolling"
    directory.mkdir()
    (directory / "service-url.inc").write_text(BY_NAME.format("rolling"))
    proxy = running.enter_context(nginx_container(engine, directory, name="bench-nginx", network=NETWORK))
    variables = {"APP": "rolling", "NETWORK": NETWORK}
    argv = [SCRIPTS.absolute() / "rolling.sh"]
    return Deployer("rolling script", "rolling", argv, False, variables, proxy, engine, place)
