"""The proxies that stand before the services of a compose project: nginx, Caddy and Traefik, as the guide shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from parts.daemon import CACHE
from parts.engine import Engine
from parts.images import libraries_of, make_image_with
from parts.nginx import make_nginx_image

_SERVER = """\
user root;
worker_processes 2;
error_log stderr;
events { worker_connections 1024; }
http {
    access_log off;
    resolver 127.0.0.11 valid=1s;
    proxy_connect_timeout 250ms;
    server {
        listen 80;
        set $backend "backend:8080";
        set $frontend "frontend:8080";
        location = /api { proxy_pass http://$backend/version; }
        location / { proxy_pass http://$frontend; }
    }
}
"""
_CADDYFILE = """\
{
    admin off
    auto_https off
}
(again) {
    lb_try_duration 5s
    transport http {
        dial_timeout 250ms
    }
}
:80 {
    handle /api {
        rewrite * /version
        reverse_proxy backend:8080 {
            import again
        }
    }
    handle {
        reverse_proxy frontend:8080 {
            import again
        }
    }
}
"""
_TRAEFIK = [
    "traefik",
    "--providers.docker=true",
    "--providers.docker.exposedByDefault=false",
    "--providers.providersThrottleDuration=100ms",
    "--entryPoints.web.address=:80",
    "--serversTransport.forwardingTimeouts.dialTimeout=250ms",
    "--log.level=ERROR",
]


@dataclass(frozen=True)
class Proxy:
    """A proxy as a service of a compose project.

    Args:
        image: makes its image in an engine, and returns the name.
        keys: returns its keys in the compose file besides the image and the port.
        files: its configuration, by paths from the directory of the project.
        labels: the labels of the services that are behind it, by service.
    """

    image: Callable[[Engine], str]
    keys: Callable[[Engine], Mapping[str, Any]]
    files: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def _of_program(name: str, path: str) -> Callable[[Engine], str]:
    """Return a function that makes the image of a program that was unpacked into the cache, or skips the test."""

    def make(engine: Engine) -> str:
        program = CACHE / name / path
        if not program.exists():
            pytest.skip(f"{name} is not installed; run scripts/install-proxies")
        files = {**libraries_of(str(program)), f"/bin/{name}": program.read_bytes()}
        return make_image_with(engine, f"base/{name}:1", files, "ENV PATH=/bin")

    return make


def _socket(engine: Engine) -> str:
    return f"{engine.host.removeprefix('unix://')}:/var/run/docker.sock:ro"


def _routed(service: str, rule: str, *more: str) -> dict[str, str]:
    """Return the labels by which Traefik finds a service; a request that was not accepted is sent to another one."""
    router, again = f"traefik.http.routers.{service}", f"traefik.http.middlewares.{service}-again.retry"
    return {
        "traefik.enable": "true",
        f"{router}.rule": rule,
        f"{router}.middlewares": ",".join((f"{service}-again", *more)),
        f"{again}.attempts": "10",
        f"{again}.initialInterval": "100ms",
        f"traefik.http.services.{service}.loadBalancer.server.port": "8080",
    }


NGINX = Proxy(
    make_nginx_image,
    lambda engine: {"volumes": ["./nginx.conf:/etc/nginx/nginx.conf:ro"]},
    {"nginx.conf": _SERVER},
)
CADDY = Proxy(
    _of_program("caddy", "usr/bin/caddy"),
    lambda engine: {
        "command": ["caddy", "run", "--config", "/Caddyfile", "--adapter", "caddyfile"],
        "volumes": ["./Caddyfile:/Caddyfile:ro"],
        "environment": {"HOME": "/tmp"},
    },
    {"Caddyfile": _CADDYFILE},
)
TRAEFIK = Proxy(
    _of_program("traefik", "traefik"),
    lambda engine: {"command": _TRAEFIK, "volumes": [_socket(engine)]},
    labels={
        "backend": {
            **_routed("backend", "Path(`/api`)", "version"),
            "traefik.http.middlewares.version.replacePath.path": "/version",
        },
        "frontend": {
            **_routed("frontend", "PathPrefix(`/`)"),
            "traefik.http.routers.frontend.priority": "1",  # after all others, although its rule is longer
        },
    },
)
