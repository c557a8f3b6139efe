"""Images that need no hub: everything in them is the system's static busybox."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

from parts.daemon import program
from parts.engine import Engine
from parts.registry import Registry

BASE = "base/busybox:1"
SERVED = Path(__file__).with_name("served")  # a Dockerfile in two stages; the container tells VERSION at /version


def make_base_image(engine: Engine) -> str:
    """A base image with a shell and the usual small programs, known to `engine` as `base/busybox:1`."""
    argv = ["docker", "import", "--change", 'CMD ["sh"]', "--change", "ENV PATH=/bin", "-", BASE]
    environment = {"PATH": "/usr/bin:/bin", **engine.environment}
    subprocess.run(argv, env=environment, input=_busybox_root(), check=True, capture_output=True)
    return BASE


def push_base_image(engine: Engine, registry: Registry) -> str:
    """The base image in `registry`, for an engine or a builder that only takes images from there; its reference."""
    reference = f"{registry.address}/{BASE}"
    engine.docker("tag", make_base_image(engine), reference)
    engine.docker("push", "--quiet", reference)
    return reference


def _busybox_root() -> bytes:
    """A root file system as a tar archive, the same bytes every time."""
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
    return archive.getvalue()


def _entry(name: str, type: bytes, *, size: int = 0, linkname: str = "", mode: int = 0o755) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.size, entry.linkname, entry.mode = type, size, linkname, mode
    return entry
