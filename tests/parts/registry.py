"""Real registries on a free port of 127.0.0.1, where an engine needs no TLS."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from parts.daemon import daemon, new_room, program
from parts.token_server import ISSUER, SERVICE, token_server

USERNAME = "pusher"
READER = "reader"  # of the registry with tokens, with the same password
PASSWORD = "correct horse"
# bcrypt, the only hash that the registry takes, at its lowest cost.
HTPASSWD = f"{USERNAME}:$2b$04$yZStJVkQ17fHKFikhYg1d.24ErBqxnnZZIL0agZimP5zp.dHwkVGG\n"
LISTENING = re.compile(r"listening on (127\.0\.0\.1:\d+)")


@dataclass(eq=False)
class Registry:
    """Where a registry is: `registry.image("app", "1.0")` is `127.0.0.1:PORT/app:1.0`."""

    address: str
    username: str = ""
    password: str = ""

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def image(self, repository: str, tag: str = "latest") -> str:
        return f"{self.address}/{repository}:{tag}"


@contextmanager
def open_registry() -> Iterator[Registry]:
    """A registry that everybody may write to; manifests can be deleted."""
    with serve_registry({}) as address:
        yield Registry(address)


@contextmanager
def locked_registry() -> Iterator[Registry]:
    """A registry that wants a user name and a password for everything."""
    room = new_room()
    (room / "htpasswd").write_text(HTPASSWD)
    with serve_registry({"htpasswd": {"realm": "tests", "path": str(room / "htpasswd")}}, room) as address:
        yield Registry(address, USERNAME, PASSWORD)


@contextmanager
def token_registry() -> Iterator[Registry]:
    """A registry that takes the tokens of a server beside it: all may pull, `pusher` may push, `reader` may log in."""
    room = new_room()
    with token_server({USERNAME: PASSWORD, READER: PASSWORD}, USERNAME) as server:
        (room / "certificate.pem").write_bytes(server.certificate.public_bytes(Encoding.PEM))
        trust = {"issuer": ISSUER, "service": SERVICE, "rootcertbundle": str(room / "certificate.pem")}
        with serve_registry({"token": {"realm": server.realm, **trust}}, room) as address:
            yield Registry(address, USERNAME, PASSWORD)


@contextmanager
def serve_registry(
    auth: Mapping[str, object], room: Path | None = None, tls: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Start a registry, and yield its address. It writes to its log which port it got.

    Args:
        auth: the settings for logins; everybody may write without them.
        room: a directory with the files that `auth` and `tls` name, which is removed at the end.
        tls: the files with its certificate and its key; without them it has no TLS.
    """
    room = room or new_room()
    storage = {"filesystem": {"rootdirectory": str(room / "data")}, "delete": {"enabled": True}}
    http = {"addr": "127.0.0.1:0", **({"tls": tls} if tls else {})}
    settings = {"version": 0.1, "storage": storage, "http": http, "log": {"level": "info"}}
    (room / "registry.yml").write_text(json.dumps({**settings, **({"auth": auth} if auth else {})}))
    argv = [program("docker-registry"), "serve", str(room / "registry.yml")]

    def address() -> str | None:
        log = room / "log"
        found = LISTENING.search(log.read_text()) if log.exists() else None
        return found and found[1]

    with daemon(argv, room, address) as where:
        yield where
