"""The targets that deployments of workflows become, and the deployments that leave a doubt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from msgspec import convert

from shipit.config.targets import TargetConfig
from shipit.importers.workflows.script import commands
from shipit.importers.workflows.targets import ConvertedTarget, completed, target_of

HOST = "ssh://ubuntu@HOST"
COMPOSE = """\
services:
  web: { image: "acme/shop:${TAG:-latest}" }
  worker: { image: acme/worker }
  db: { image: mysql:8 }
"""


def target(
    script: str, address: str = HOST, images: Mapping[str, str] = {"acme/shop": ""}, files: Mapping[str, str] = {}
) -> ConvertedTarget | None:
    found = target_of(script, list(commands(script)), address, files.get)
    return completed(found, images, files.get) if found else None


def settings(script: str, address: str = HOST, **options: Any) -> dict[str, Any]:
    found = target(script, address, **options)
    assert found
    convert(found.settings, TargetConfig)  # valid for shipit
    return dict(found.settings)


def test_compose_gets_its_directory_files_and_services() -> None:
    found = settings(
        "cd ~/app\nsudo docker-compose -f a.yml -f b.yml pull && docker compose -f a.yml -f b.yml up -d web"
    )
    assert found == {
        "kind": "compose",
        "hosts": [HOST],
        "project": "/home/ubuntu/app",
        "files": ["a.yml", "b.yml"],
        "services": {"web": {"health": {"path": "/health"}}},
    }


def test_the_services_with_an_image_of_the_environment_are_found_in_the_compose_file() -> None:
    files = {"docker-compose.yml": COMPOSE, "build.gradle": "spring-boot-starter-actuator"}
    images = {"acme/shop": "shop", "acme/worker": "worker"}
    found = settings("cd /srv/app && docker compose up -d --build", images=images, files=files)
    health = {"path": "/actuator/health", "json": {"status": "UP"}}
    assert found["files"] == ["docker-compose.yml"]
    assert found["services"] == {
        "web": {"health": health, "image": "shop"},
        "worker": {"health": health, "image": "worker"},
    }


def test_what_compose_does_not_say_is_left_to_the_person() -> None:
    found = target("docker compose up -d", "ssh://USER@HOST")
    assert found
    assert found.settings["project"] == "/srv/app"
    assert found.settings["services"] == {"app": {"health": {"path": "/health"}}}
    assert found.undecided[:4] == (
        "write the name of the service in the compose file in place of `app`",
        "write the user in place of USER",
        "write the address of the host in place of HOST",
        "write the directory of the compose project in place of /srv/app",
    )


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (
            "kubectl -n shop set image deployment/web app=acme/shop:1",
            {"namespace": "shop", "deployment": "web", "container": "app"},
        ),
        ("kubectl rollout restart deploy web", {"namespace": "default", "deployment": "web"}),
        (
            "kubectl set image --namespace=shop deployment web '*=acme/shop:1' --record",
            {"namespace": "shop", "deployment": "web"},
        ),
    ],
)
def test_kubernetes_gets_the_deployment_and_its_container(script: str, expected: dict[str, str]) -> None:
    assert settings(script, "") == {"kind": "kubernetes", **expected}


def test_a_service_of_a_swarm_on_the_runner_leaves_nothing_to_decide() -> None:
    found = target("docker service update --image acme/shop:1 --detach=false shop_web", "local")
    assert found == ConvertedTarget({"kind": "swarm", "service": "shop_web", "hosts": ["local"]}, (), "acme/shop:1")


def test_watchtower_gets_its_address() -> None:
    found = settings("curl -H 'Authorization: Bearer x' http://127.0.0.1:8080/v1/update")
    assert found == {"kind": "watchtower", "url": "http://127.0.0.1:8080", "proof": "none", "hosts": [HOST]}


def test_a_script_in_the_repository_that_switches_nginx_is_read() -> None:
    script = "if true; then echo 127.0.0.1:8081 localhost:8082 > /etc/nginx/service-url.inc; fi"
    found = settings("cd /srv/app\nsudo ./deploy/switch.sh", files={"deploy/switch.sh": script})
    assert found == {
        "kind": "blue-green",
        "hosts": [HOST],
        "nginx": {"file": "/etc/nginx/service-url.inc"},
        "health": {"path": "/health"},
    }


@pytest.mark.parametrize(
    ("script", "address", "images"),
    [
        ("docker compose up -d", "", {"acme/shop": ""}),  # a runner of GitHub: a test
        ("if x; then\n docker compose up -d\nfi", HOST, {"acme/shop": ""}),
        ("cd /a; docker compose up -d; cd /b; docker compose up -d", HOST, {"acme/shop": ""}),
        ("kubectl set image deployment/web app=acme/shop:1", HOST, {"acme/shop": ""}),  # kubectl of another machine
        ("kubectl set image deployment/$NAME app=acme/shop:1", "", {"acme/shop": ""}),
        ("kubectl set image statefulset/web app=acme/shop:1", "", {"acme/shop": ""}),
        ("kubectl set image deployment/web app=acme/other:1", "", {"acme/shop": ""}),
        ("docker service update --image acme/shop:1 $SERVICE", "local", {"acme/shop": ""}),
        ("docker service update --replicas 2 web", "local", {"acme/shop": ""}),
        ("docker stop shop; docker run -d acme/shop", HOST, {"acme/shop": ""}),
        ("kubectl rollout restart deployment/web", "", {"acme/a": "a", "acme/b": "b"}),  # which image?
        ("echo 'docker compose up -d'", HOST, {"acme/shop": ""}),
        ("# docker compose up -d", HOST, {"acme/shop": ""}),
        ("", HOST, {"acme/shop": ""}),
    ],
)
def test_a_deployment_that_leaves_a_doubt_is_no_target(script: str, address: str, images: dict[str, str]) -> None:
    assert target(script, address, images) is None


@pytest.mark.parametrize("text", ["services: [", "services: {web: [1]}", "a" * 300_000, "services: 7", "- 1"])
def test_a_compose_file_that_cannot_be_read_is_no_crash(text: str) -> None:
    assert settings("cd /srv/app; docker compose up -d", files={"compose.yaml": text})["services"].keys() == {"app"}
