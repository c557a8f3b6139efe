"""The stage of `shipit demo --deploy`: an engine, a registry, nginx, images of a page, and a sample repository."""

from __future__ import annotations

import random
import secrets
import socket
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from shipit.cli.demo.sample import new_repository
from shipit.cli.demo.stage_engine import open_engine, running_engine
from shipit.cli.demo.stage_files import FRONT, NOTHING_SERVES, shipit_configuration
from shipit.cli.demo.stage_images import base_images, page_image
from shipit.errors import CommandError, UsageError

if TYPE_CHECKING:
    from docker import DockerClient

_READY_WITHIN = 30  # seconds
# Below the ports that the kernel gives to clients.
_PORTS = range(15_000, 32_000)
_REGISTRY_CONFIGURATION = """\
version: 0.1
log: { level: warn }
storage: { filesystem: { rootdirectory: /var/lib/registry } }
http: { addr: ":5000" }
"""


class Stage(Struct, frozen=True):
    """Everything that the demo needs, running.

    Args:
        repository: the sample repository with shipit.toml.
        url: the address of nginx, where the users of the page are.
        engine: the address of the container engine.
        own_engine: True for an engine that the demo started.
        directory: the directory of the demo; the process that runs `shipit` is noted there.
    """

    repository: Path
    url: str
    engine: str
    own_engine: bool
    directory: Path


class _Server(Struct, frozen=True):
    """The engine that the servers run in, for the demo with this name and directory."""

    client: DockerClient
    name: str
    directory: Path

    def run(self, part: str, image: str, settings: str, ports: Mapping[int, int], *command: str) -> None:
        """Start the container `<name>-<part>`.

        Args:
            part: the server, which is also the folder of its settings on this machine.
            image: the image.
            settings: the folder for its settings in the container.
            ports: the ports of this machine by those in the container.
            command: the arguments of its entry point.
        """
        self.client.containers.run(
            image,
            list(command) or None,
            detach=True,
            name=f"{self.name}-{part}",
            network=self.name,
            ports={f"{inside}/tcp": ("127.0.0.1", port) for inside, port in ports.items()},
            volumes={str(self.directory / part): {"bind": settings, "mode": "ro,z"}},
        )


@contextmanager
def open_stage(wanted: str | None, versions: Mapping[str, bool], say: Callable[[str], None]) -> Iterator[Stage]:
    """Start everything, and remove it at the end of the block, also if this process is killed.

    Args:
        wanted: a directory for the repository, which is then kept; None for a temporary one.
        versions: the versions of the page to make; False for one whose health check fails.
        say: prints a line of progress.

    Raises `CommandError` if a program or an image is missing, and `UsageError` if the directory is in use.
    """
    import docker

    running = running_engine()
    if wanted and (Path(wanted) / "shop").exists():
        raise UsageError(f"`{Path(wanted) / 'shop'}` exists already", hint="choose another --directory")
    name = f"demo-{secrets.token_hex(2)}"
    directory = Path(tempfile.mkdtemp(prefix="shipit-demo-")).resolve()
    directory.chmod(0o711)  # an engine that runs as another user reads nginx's configuration there
    repository = Path(wanted).absolute() / "shop" if wanted else directory / "shop"
    with open_engine(running, directory, name, say) as engine:
        client = docker.DockerClient(base_url=engine, timeout=120)
        front, registry, blue, green = _free_ports(4)
        url, image = f"http://127.0.0.1:{front}", f"127.0.0.1:{registry}/shop"
        say("start nginx and a registry in containers")
        nginx, registry_image = base_images(client, name)
        client.networks.create(name, driver="bridge", options={"com.docker.network.bridge.name": name})
        _write(directory / "registry/config.yml", _REGISTRY_CONFIGURATION)
        _write(directory / "nginx/nginx.conf", FRONT)
        _write(directory / "nginx/service-url.inc", NOTHING_SERVES)
        server = _Server(client, name, directory)
        server.run(
            "registry", registry_image, "/etc/docker/registry", {5000: registry}, "/etc/docker/registry/config.yml"
        )
        server.run("nginx", nginx, "/etc/nginx", {80: front})
        say(f"make the images of shop {', '.join(versions)}, and push them")
        _await_answer(f"http://127.0.0.1:{registry}/v2/")
        for version, healthy in versions.items():
            page_image(client, nginx, f"{image}:{version}", name, healthy=healthy)
        _await_answer(url)
        configuration = shipit_configuration(
            name=name, image=image, url=url, directory=str(directory), blue=blue, green=green
        )
        _make_repository(repository, configuration)
        yield Stage(repository, url, engine, engine.startswith(f"unix://{directory}/"), directory)


def _make_repository(path: Path, configuration: str) -> None:
    clone = new_repository(path)
    clone.write("shipit.toml", configuration)
    clone.commit("feat: sell things")
    clone.git("switch", "--quiet", "--create", "prod")
    clone.git("branch", "--delete", "--quiet", "main")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.parent.chmod(0o755)
    path.write_text(text)
    path.chmod(0o644)


def _free_ports(count: int) -> list[int]:
    """Return ports of 127.0.0.1 at which no program listens."""
    found: list[int] = []
    while len(found) < count:
        port = random.choice(_PORTS)
        with socket.socket() as attempt:
            if port not in found and attempt.connect_ex(("127.0.0.1", port)) != 0:
                found.append(port)
    return found


def _await_answer(url: str) -> None:
    """Wait until `url` answers, with any status. Raises `CommandError` if it does not."""
    end = time.monotonic() + _READY_WITHIN
    reason = ""
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError as error:
            reason = str(error)
            time.sleep(0.05)
    raise CommandError(
        f"`{url}` does not answer: {reason}",
        hint="check that the engine publishes ports on 127.0.0.1: docker run --publish 127.0.0.1:8080:80 nginx:alpine",
        state="everything that was started is removed",
    )
