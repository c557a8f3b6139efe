"""The sets of files in examples/, deployed for real: only names, addresses and ports are replaced."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest
from deployments.compose import ComposeShop
from deployments.proxies import NGINX
from deployments.shop import Apps, Shop
from deployments.swarm_shop import SwarmShop
from deployments.test_compose import apps_of_services as apps_of_services
from deployments.test_watchtower import WatchedShop
from parts.daemon import free_port, wait_until
from parts.load import load
from parts.nginx import make_nginx_image, nginx
from parts.watchtower import watchtower
from release.runs import Driver

pytestmark = pytest.mark.slow
EXAMPLES = Path(__file__).parents[2] / "examples"
OLD, NEW = "1.0.0", "1.1.0"


def adapted(path: str, changes: Mapping[str, str]) -> str:
    """Return the text of a file of the examples with other names; each must be in it."""
    text = (EXAMPLES / path).read_text(encoding="utf-8")
    for before, after in changes.items():
        assert before in text, before
        text = text.replace(before, after)
    return text


def commit(root: Path, text: str) -> None:
    """Let `text` be the configuration of the project."""
    (root / "shipit.toml").write_text(text)
    subprocess.run(["git", "commit", "--quiet", "--all", "--message", "feat: take the example"], cwd=root, check=True)


def test_the_example_behind_nginx_replaces_a_version_without_a_lost_request(
    apps: Apps, driver: Driver, tmp_path: Path
) -> None:
    switch_file = tmp_path / "service-url.inc"
    switch_file.write_text((EXAMPLES / "blue-green/host/service-url.inc").read_text())
    with nginx(switch_file) as proxy:
        shop = Shop(tmp_path, apps, proxy, driver)
        place = proxy.url.removeprefix("http://")
        site = {"listen 80;": f"listen {place};", "/etc/nginx/shipit/service-url.inc": str(switch_file)}
        before = proxy.configuration.read_text().partition("    server {")[0]
        proxy.configuration.write_text(f"{before}{adapted('blue-green/host/shop.conf', site)}}}\n")
        proxy.reload()
        settings = {
            'url = "https://shop.example"\n': "",
            '"acme/shop"': f'"{shop.image}"',
            "ssh://deploy@shop.example": "local",
            'path = "/actuator/health"': 'path = "/health", times = 1',
            'memory = "1g"': 'memory = "1g", stop = "1s"',
            "blue = 8081, green = 8082": f"blue = {shop.ports['blue']}, green = {shop.ports['green']}",
            'file = "/etc/nginx/shipit/service-url.inc", command = ["sudo", "nginx"]': (
                f'file = "{switch_file}", front = "{proxy.url}", pid-file = "{proxy.pid_file}", '
                f"command = {json.dumps(proxy.command)}"
            ),
            'kind = "blue-green"': f'kind = "blue-green"\nbake = "0s"\nname = "{shop.name}"\ndirectory = "{shop.state}"',
        }
        commit(shop.root, adapted("blue-green/shipit.toml", settings))
        try:
            shop.deploy(OLD).succeeded()
            with shop.load(pause=0.05) as running:
                shop.deploy(NEW).succeeded()
            assert running.result.lost == 0, running.result
            assert (shop.answer(), shop.written) == (f"version {NEW}", "green")
        finally:
            shop.close()


def test_the_example_with_watchtower_proves_the_version_that_runs(apps: Apps, driver: Driver, tmp_path: Path) -> None:
    with watchtower(apps.engine) as server:
        shop = WatchedShop(tmp_path / "repository", tmp_path / "state", apps, driver, server)
        settings = {
            'url = "https://chat.example"\n': "",
            '"acme/chat"': f'"{shop.name}"',
            "ssh://deploy@chat.example": "local",
            "http://127.0.0.1:8090": server.url,
            'tag = "latest"': f'tag = "watched"\ndirectory = "{shop.state}"\nwithin = "10s"',
            'container = "chat"': 'container = "watched-shop"',
        }
        commit(shop.root, adapted("watchtower/shipit.toml", settings))
        try:
            shop.begin()
            shop.run("deploy", "prod", NEW).succeeded()
            assert shop.runs(apps(NEW))
        finally:
            apps.engine.run("rm", "--force", "watched-shop")


def test_the_example_with_a_swarm_replaces_a_version_without_a_lost_request(swarm_shop: SwarmShop) -> None:
    shop, swarm = swarm_shop, swarm_shop.swarm
    # They go on answering after SIGTERM, because on a busy machine nginx can learn late that a task is gone.
    old, new = (shop.apps(version, healthcheck=True, ignore_term=True) for version in ("2.3.0", "2.4.0"))
    shop.service, port = "example_web", str(free_port())
    place = shop.root.parent
    (place / "main.conf").write_text(MAIN)
    (place / "nginx.conf").write_text(adapted("swarm/host/nginx.conf", {}))
    stack = {
        "nginx:1.29": make_nginx_image(swarm.manager),
        "published: 80,": f"published: {port},",
        "configs: [{": "configs: [{ source: main, target: /etc/nginx/nginx.conf }, {",
        "configs:\n  proxy:": "configs:\n  main:\n    file: main.conf\n  proxy:",
        "acme/shop:latest": old.reference,
        "replicas: 2": "replicas: 1",
        "stop_grace_period: 30s": "stop_grace_period: 4s",
        "{ order: start-first,": "{ order: start-first, monitor: 1s,",
    }
    (place / "stack.yaml").write_text(adapted("swarm/host/stack.yaml", stack))
    settings = {
        'url = "https://shop.example"\n': "",
        '"acme/shop"': f'"{shop.name}"',
        "ssh://deploy@manager.shop.example": "local",
        'service = "shop_web"': f'service = "example_web"\nbake = "0s"\ndirectory = "{shop.state}"',
    }
    commit(shop.root, adapted("swarm/shipit.toml", settings))
    try:
        swarm.manager.docker("stack", "deploy", "--compose-file", str(place / "stack.yaml"), "example")
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: shop.runs() == [old.digest] and swarm.answers(url))
        with load(url, clients=4, pause=0.02, within=swarm.nodes[0].enter()) as running:
            shop.deploy("2.4.0").succeeded()
        assert shop.runs() == [new.digest]
        assert running.result.lost == 0, running.result
        assert set(running.result.versions) == {"version 2.3.0", "version 2.4.0"}
    finally:
        swarm.manager.run("stack", "rm", "example")


MAIN = "user root; events {} http { access_log off; include /etc/nginx/conf.d/*.conf; }"


def test_the_example_with_compose_replaces_both_services_without_a_lost_request(
    apps_of_services: dict[str, Apps], driver: Driver, tmp_path: Path
) -> None:
    shop = ComposeShop(tmp_path, apps_of_services, driver, NGINX)
    images = {f"acme/shop-{name}": image for name, image in shop.images.items()}
    (shop.project / "main.conf").write_text(MAIN)
    for name in ("backend.env", "db.env"):
        (shop.project / name).touch()
    (shop.project / ".env").write_text("TAG=1.0.0\n")
    site = {
        "location /api/": "location /api",
        '"frontend:80"': '"frontend:8080"',
        "http://$backend;": "http://$backend/version;",
    }
    (shop.project / "nginx.conf").write_text(adapted("compose/host/nginx.conf", site))
    project = {
        "nginx:1.29": make_nginx_image(shop.engine),
        "80:80": f"{shop.url.removeprefix('http://')}:80",
        'volumes: ["./nginx.conf': 'volumes: ["./main.conf:/etc/nginx/nginx.conf:ro", "./nginx.conf',
        "mysql:8.4": f"{shop.images['backend']}:1.0.0",
        "redis:8": f"{shop.images['backend']}:1.0.0",
        **images,
    }
    (shop.project / "compose.yaml").write_text(adapted("compose/host/compose.yaml", project))
    settings = {
        "promote-verified = true\n": "",  # there is only one host here
        'url = "https://shop.example"\n': "",
        "ssh://deploy@shop.example": "local",
        'project = "/srv/shop"': f'project = "{shop.project}"\ndirectory = "{shop.state}"\nbake = "3s"\ndrain = "2s"',
        "port = 80\n": "port = 8080\n",
        'path = "/actuator/health"': 'path = "/health", times = 1',
        'path = "/" }': 'path = "/health", times = 1 }',
        **images,
    }
    commit(shop.root, adapted("compose/shipit.toml", settings))
    try:
        shop.up()
        few = partial(shop.load, clients=2, pause=0.05)
        with few("backend") as backend, few("frontend") as frontend:
            shop.deploy(NEW).succeeded()
        assert shop.answers() == {"backend": NEW, "frontend": f"version {NEW}"}
        assert (backend.result.lost, frontend.result.lost) == (0, 0), (backend.result, frontend.result)
    finally:
        shop.close()
