"""The images of `shipit demo --deploy`: nginx, a registry, and the versions of the page.

nginx and the registry are made of the programs of this machine where it has them, so that no network is needed; else
they come from Docker Hub.
"""

from __future__ import annotations

import io
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from shipit.cli.demo.keeper import LABEL
from shipit.cli.demo.stage_files import DOCKERFILE, shop_configuration
from shipit.errors import CommandError

if TYPE_CHECKING:
    from docker import DockerClient

SYSTEM_PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
_USERS = b"root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"
_GROUPS = b"root:x:0:\nnogroup:x:65534:\n"


class ImageOrigin(Struct, frozen=True):
    """The two places that an image can come from.

    Args:
        program: a program of this machine.
        package: the package of Debian that has it.
        hub: the image on Docker Hub.
        directories: the empty directories that the program needs.
        entrypoint: the entry point of an image made of the program, as in a Dockerfile.
    """

    program: str
    package: str
    hub: str
    directories: tuple[str, ...]
    entrypoint: str


NGINX = ImageOrigin(
    program="nginx",
    package="nginx-light",
    hub="nginx:alpine",
    directories=("etc/nginx", "run", "var/lib/nginx", "var/log/nginx"),
    entrypoint='["nginx", "-g", "daemon off;"]',
)
REGISTRY = ImageOrigin(
    program="docker-registry",
    package="docker-registry",
    hub="registry:2",
    directories=("var/lib/registry",),
    entrypoint='["docker-registry", "serve"]',
)


def program(name: str) -> str | None:
    """Return the path of a program, also if it is in a directory for administrators that is not in PATH."""
    return shutil.which(name, path=SYSTEM_PATH)


def base_images(client: DockerClient, name: str) -> tuple[str, str]:
    """Return the names of the images of nginx and the registry, which are made or pulled if the engine has none.

    Args:
        client: the engine.
        name: the name of the demo.

    Raises `CommandError` if this machine does not have the programs and Docker Hub does not answer.
    """
    found, missing, reason = [], [], ""
    for source in (NGINX, REGISTRY):
        path = program(source.program)
        if path and _can_run_here(client):
            found.append(_from_program(client, source, path, name))
        elif reason := _pull(client, source):
            missing.append(source)
        else:
            found.append(source.hub)
    if missing:
        raise CommandError(
            f"these images cannot be pulled: {', '.join(source.hub for source in missing)}: {reason}",
            hint="connect this machine to the network, or install the programs that are used instead: "
            f"apt-get install {' '.join(source.package for source in missing)}",
            state="everything that was started is removed",
        )
    return found[0], found[1]


def _from_program(client: DockerClient, source: ImageOrigin, path: str, name: str) -> str:
    """Make an image of a program of this machine, and return its name."""
    repository = f"{name}/{source.program}"
    changes = ["ENV PATH=/usr/sbin:/usr/bin", f"LABEL {LABEL}={name}", f"ENTRYPOINT {source.entrypoint}"]
    client.api.import_image_from_data(_root(Path(path), source), repository=repository, tag="1", changes=changes)
    return f"{repository}:1"


def _pull(client: DockerClient, source: ImageOrigin) -> str:
    """Pull the image of Docker Hub unless the engine has it, and return why this failed, or an empty text."""
    from docker.errors import DockerException, ImageNotFound
    from requests import RequestException

    try:
        client.images.get(source.hub)
    except ImageNotFound:
        repository, _, tag = source.hub.partition(":")
        try:
            client.images.pull(repository, tag)
        except (DockerException, RequestException) as error:
            return str(error)
    return ""


def _can_run_here(client: DockerClient) -> bool:
    """Return whether the programs of this machine run in the containers of the engine."""
    about = client.info()
    return sys.platform == "linux" and about.get("OSType") == "linux" and about["Architecture"] == platform.machine()


def page_image(client: DockerClient, base: str, reference: str, name: str, *, healthy: bool) -> None:
    """Build the image `reference` of a version of the page, push it, and remove it from the engine.

    Args:
        client: the engine.
        base: the image of nginx.
        reference: the name with the version as its tag.
        name: the name of the demo.
        healthy: False for a version whose health check fails.
    """
    repository, _, version = reference.rpartition(":")
    dockerfile = DOCKERFILE % {"base": base, "version": version, "label": f"{LABEL}={name}"}
    files = {"Dockerfile": dockerfile, "shop.conf": shop_configuration(version, healthy=healthy)}
    context = io.BytesIO(_tar({path: text.encode() for path, text in files.items()}))
    client.images.build(fileobj=context, custom_context=True, tag=reference, rm=True)
    for line in client.images.push(repository, tag=version, stream=True, decode=True):
        if "error" in line:
            what = f"the image `{reference}` cannot be pushed: {line['error']}"
            raise CommandError(what, hint="run the same command again; if it fails again, restart the container engine")
    client.images.remove(reference)


def _root(binary: Path, source: ImageOrigin) -> bytes:
    """Return a root file system with a program and its libraries, as a tar archive."""
    listed = subprocess.run(["ldd", binary], capture_output=True, encoding="utf-8", env={"LC_ALL": "C"}).stdout
    libraries: list[str] = re.findall(r"(/\S+) \(0x", listed)  # none for a static program
    files = {path: Path(path).read_bytes() for path in libraries}
    files |= {f"usr/sbin/{source.program}": binary.read_bytes(), "etc/passwd": _USERS, "etc/group": _GROUPS}
    return _tar(files, ("tmp", *source.directories))


def _tar(files: Mapping[str, bytes], directories: tuple[str, ...] = ()) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for path in directories:
            entry = tarfile.TarInfo(path)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(entry)
        for path, content in files.items():
            entry = tarfile.TarInfo(path.lstrip("/"))
            entry.size, entry.mode = len(content), 0o755
            tar.addfile(entry, io.BytesIO(content))
    return archive.getvalue()
