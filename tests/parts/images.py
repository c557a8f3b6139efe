"""Images that need no hub: everything in them is the system's static busybox."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from parts.daemon import program
from parts.engine import Engine
from parts.registry import Registry

BASE = "base/busybox:1"
SERVED = Path(__file__).with_name("served")  # a Dockerfile in two stages; the container tells VERSION at /version


def make_base_image(engine: Engine) -> str:
    """A base image with a shell and the usual small programs, known to `engine` as `base/busybox:1`."""
    return import_image(engine, BASE, _busybox_root({}), 'CMD ["sh"]', "ENV PATH=/bin")


def make_image_with(engine: Engine, reference: str, files: Mapping[str, bytes], *changes: str) -> str:
    """Make the image `reference` of the base image's files and of `files`, unless `engine` has it; return its name.

    Args:
        files: The content of each further file by its absolute path; an empty directory where the path ends with `/`.
        changes: Instructions of a Dockerfile, such as `ENV A=1`.
    """
    if engine.run("image", "inspect", reference).returncode == 0:
        return reference
    return import_image(engine, reference, _busybox_root(files), *changes)


def libraries_of(binary: str) -> dict[str, bytes]:
    """Return the content of each library that a program of this machine needs, by its path; none for a static one."""
    listed = subprocess.run(["ldd", binary], capture_output=True, encoding="utf-8").stdout
    return {path: Path(path).read_bytes() for path in re.findall(r"(/\S+) \(0x", listed)}


def import_image(engine: Engine, reference: str, root: bytes, *changes: str) -> str:
    """Import `root`, a tar archive, as the image `reference`, and return this name."""
    engine.send(root, "import", *(word for change in changes for word in ("--change", change)), "-", reference)
    return reference


def derive_image(engine: Engine, base: str, reference: str, settings: Mapping[str, Any]) -> str:
    """Make the image `reference` of the files of `base` and other settings, and return its id. It needs no builder.

    Args:
        settings: the settings as in the configuration of an image, such as `{"Env": ["A=1"]}`.
    """
    (found,) = json.loads(engine.docker("image", "inspect", base))
    layers = found["RootFS"]["Layers"]
    system = {"architecture": found["Architecture"], "os": "linux", "created": "2026-01-01T00:00:00Z"}
    files = {"type": "layers", "diff_ids": layers}
    config = json.dumps({**system, "config": settings, "rootfs": files}).encode()
    # The engine has the layers, and looks for no files of them.
    contents = [{"Config": "config.json", "RepoTags": [reference], "Layers": [f"{layer}.tar" for layer in layers]}]
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, data in (("manifest.json", json.dumps(contents).encode()), ("config.json", config)):
            tar.addfile(_entry(name, tarfile.REGTYPE, size=len(data)), io.BytesIO(data))
    engine.send(archive.getvalue(), "load", "--quiet")
    return f"sha256:{hashlib.sha256(config).hexdigest()}"


def push_base_image(engine: Engine, registry: Registry) -> str:
    """The base image in `registry`, for an engine or a builder that only takes images from there; its reference."""
    reference = f"{registry.address}/{BASE}"
    engine.docker("tag", make_base_image(engine), reference)
    engine.docker("push", "--quiet", reference)
    return reference


def _busybox_root(files: Mapping[str, bytes]) -> bytes:
    """A root file system as a tar archive, the same bytes every time; with `files`."""
    busybox = Path(program("busybox"))
    programs = subprocess.run([busybox, "--list"], check=True, capture_output=True, encoding="utf-8").stdout.split()
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for directory in ("bin", "etc", "tmp"):
            tar.addfile(_entry(directory, tarfile.DIRTYPE))
        with busybox.open("rb") as file:
            tar.addfile(_entry("bin/busybox", tarfile.REGTYPE, size=busybox.stat().st_size), file)
        for name in sorted({*programs} - {"busybox"}):
            tar.addfile(_entry(f"bin/{name}", tarfile.SYMTYPE, linkname="busybox"))
        users = b"root:x:0:0:root:/:/bin/sh\napp:x:1000:1000:app:/:/bin/sh\n"
        tar.addfile(_entry("etc/passwd", tarfile.REGTYPE, size=len(users), mode=0o644), io.BytesIO(users))
        for path, content in files.items():
            if path.endswith("/"):
                tar.addfile(_entry(path.strip("/"), tarfile.DIRTYPE))
            else:
                tar.addfile(_entry(path.lstrip("/"), tarfile.REGTYPE, size=len(content)), io.BytesIO(content))
    return archive.getvalue()


def _entry(name: str, type: bytes, *, size: int = 0, linkname: str = "", mode: int = 0o755) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.size, entry.linkname, entry.mode = type, size, linkname, mode
    return entry
