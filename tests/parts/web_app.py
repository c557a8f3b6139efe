"""An image of a small web application whose failures are chosen by environment variables.

It answers at port 8080, or at the one that PORT names:

    GET /                       version <version>
    GET /version                <version>
    GET /health                 {"status":"UP","version":"<version>"}, or "DOWN" with status 503
    GET or POST /cgi-bin/version    version <version>
    GET /cgi-bin/slow?<seconds>     version <version>, after these seconds

SIGTERM ends it at once, and cuts the requests that it is answering. After SIGQUIT, it finishes them first.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from parts.engine import Engine
from parts.images import derive_image, make_image_with
from parts.nginx import nginx_files
from parts.registry import Registry

BASE = "base/app:1"
APP = Path(__file__).with_name("app")
FAULTS = {
    "boot_delay": "seconds before it listens",
    "exit_after": "seconds; then the program exits with status 3",
    "exit_now": "the program exits with status 3 before it listens",
    "fail_after": "seconds; from then on /health answers 503",
    "fail_health": "/health answers 503",
    "ignore_term": "the program ignores SIGTERM",
    "never_listen": "the program runs and never listens",
}
# Docker looks often, so that no test waits long.
HEALTHCHECK = {
    "Test": ["CMD-SHELL", 'wget -q -O /dev/null "http://127.0.0.1:${PORT:-8080}/health"'],
    "Timeout": 5_000_000_000,  # nanoseconds
    "Retries": 2,
}


@dataclass(frozen=True)
class WebApp:
    """An image of the application."""

    reference: str
    """The name with the tag, such as `shop:1.4.0` or `127.0.0.1:5000/shop:1.4.0`."""
    version: str
    id: str
    """The id of the image in an engine, `sha256:…`: the digest of its configuration."""
    digest: str = ""
    """The digest of the manifest in the registry, `sha256:…`; empty for an image that was not pushed."""

    @property
    def by_digest(self) -> str:
        """The name with the digest, by which an engine pulls exactly this image."""
        return f"{self.reference.rpartition(':')[0]}@{self.digest}"


def make_web_app(
    engine: Engine,
    name: str,
    version: str,
    *,
    registry: Registry | None = None,
    healthcheck: bool = False,
    interval: float = 0.7,
    **faults: bool | float | str,
) -> WebApp:
    """Make the image of a version, and push it where `registry` is given. The image also stays in `engine`.

    Args:
        healthcheck: Give the image a HEALTHCHECK that asks /health.
        interval: The seconds between two such checks; each costs about 40 ms of a processor.
        faults: The members of `FAULTS`, such as `boot_delay=2` or `fail_health=True`. They become variables of the
            image; `fault_options` gives the same ones at the start of a container.
    """
    reference = registry.image(name, version) if registry else f"{name}:{version}"
    settings = {
        "Env": ["PATH=/bin:/usr/sbin", f"VERSION={version}", *_variables(faults)],
        "Labels": {"org.opencontainers.image.version": version},
        "ExposedPorts": {"8080/tcp": {}},
        "Cmd": ["serve"],
        **({"Healthcheck": {**HEALTHCHECK, "Interval": int(interval * 1e9)}} if healthcheck else {}),
    }
    image = derive_image(engine, _make_files(engine), reference, settings)
    if not registry:
        return WebApp(reference, version, image)
    engine.docker("push", "--quiet", reference)
    digests = json.loads(engine.docker("image", "inspect", "--format", "{{json .RepoDigests}}", reference))
    repository = reference.rpartition(":")[0]
    return WebApp(reference, version, image, next(d.partition("@")[2] for d in digests if d.startswith(repository)))


def _make_files(engine: Engine) -> str:
    """Make the image `base/app:1`, unless `engine` has it: the program, with what the image of nginx has."""
    own = {f"/app/cgi-bin/{path.name}": path.read_bytes() for path in (APP / "cgi-bin").iterdir()}
    return make_image_with(engine, BASE, {**nginx_files(), "/bin/serve": (APP / "serve").read_bytes(), **own})


def fault_options(**faults: bool | float | str) -> list[str]:
    """Return the options of `docker run` for these faults, such as `--env BOOT_DELAY=2`."""
    return [word for variable in _variables(faults) for word in ("--env", variable)]


def _variables(faults: dict[str, bool | float | str]) -> list[str]:
    if unknown := faults.keys() - FAULTS:
        raise TypeError(f"unknown faults: {', '.join(sorted(unknown))}; there are: {', '.join(FAULTS)}")
    return [
        f"{name.upper()}={int(value) if isinstance(value, bool) else value}"
        for name, value in faults.items()
        if value is not False
    ]
