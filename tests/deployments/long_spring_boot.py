"""The deployment of a real Spring Boot application, from a merge into prod to the requests of its users."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest
from images.shop import Shop
from parts import spring_boot
from parts.daemon import free_port
from parts.engine import Engine
from parts.load import load
from parts.nginx import Nginx, nginx
from parts.registry import Registry

from shipit.core.deploy import HealthAnswer, Identity

CONFIG = """\
[environments.prod]
branch = "prod"
build = {build}

[environments.prod.image]
name = "{name}"
tags = ["latest", "{version}"]

[environments.prod.deploy]
kind = "blue-green"
health = { path = "/actuator/health", json = { status = "UP" }, within = "3m", times = 2 }
identity = { path = "/actuator/info", json = "git.commit.id" }
bake = "1s"
directory = "{place}/state"
slots = { blue = {blue}, green = {green} }
nginx = { command = {command}, file = "{file}", pid-file = "{pid-file}", front = "{front}" }
"""
# An application that does not start: a setting is missing.
PRICES = """\
package shop;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

@Component
public class Prices {

    public Prices(@Value("${shop.prices.url}") String url) {}
}
"""


def make_shop(place: Path, engine: Engine, registry: Registry, proxy: Nginx) -> Shop:
    """Return a clone of a Maven project that is deployed to this machine, behind `proxy`."""
    spring_boot.make_jre_image(engine)
    config = CONFIG
    for key, value in {
        "build": json.dumps(spring_boot.BUILD),
        "blue": str(free_port()),
        "green": str(free_port()),
        "command": json.dumps(proxy.command),
        "file": str(proxy.switch_file),
        "pid-file": str(proxy.pid_file),
        "front": proxy.url,
    }.items():
        config = config.replace(f"{{{key}}}", value)
    return Shop(place, engine, registry.address, config=config, project=spring_boot.project_files())


def ask(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return str(answer.read().decode())


@pytest.mark.slow
def test_a_spring_boot_application_is_deployed_without_a_lost_request_and_a_broken_one_is_refused(
    engine: Engine, registry: Registry, tmp_path: Path
) -> None:
    with nginx(tmp_path / "conf" / "service-url.inc") as proxy:
        shop = make_shop(tmp_path, engine, registry, proxy)

        # The first version.
        shop.release()
        first = shop.merge("main", "prod")
        deployed = shop.json("run")
        assert (deployed["environment"], deployed["version"], deployed["deployed"]) == ("prod", "1.0.0", "true")
        assert deployed["serving"] == shop.tags(shop.name)["1.0.0"]
        info = ask(f"{proxy.url}/actuator/info")
        assert json.loads(info)["build"]["version"] == ask(f"{proxy.url}/version") == "1.0.0"

        # The real answer of Spring Boot names its commit, and no other.
        identity = Identity("/actuator/info", "git.commit.id", "1.0.0", first)
        assert identity.problem(HealthAnswer(200, info)) is None
        other = Identity("/actuator/info", "git.commit.id", "1.1.0", "f" * 40)
        assert "is answered by another version" in (other.problem(HealthAnswer(200, info)) or "")

        # The second version, while requests come.
        shop.switch("main")
        shop.commit("feat: 검색")
        shop.git("push", "--quiet", "origin", "main")
        shop.release()
        shop.merge("main", "prod")
        with load(f"{proxy.url}/version", clients=4, pause=0.02) as running:
            shop.shipit("run")
        assert running.result.lost == 0, running.result
        assert set(running.result.versions) == {"1.0.0", "1.1.0"}

        # A version that does not start.
        shop.switch("main")
        shop.commit("feat: 가격", {"src/main/java/shop/Prices.java": PRICES})
        shop.git("push", "--quiet", "origin", "main")
        shop.release()
        shop.merge("main", "prod")
        refused = shop.shipit("run", status=6)
        assert "did not become healthy on this machine" in refused.err
        assert "Could not resolve placeholder 'shop.prices.url'" in refused.err
        assert ask(f"{proxy.url}/version") == "1.1.0"

        # The way back.
        shop.shipit("rollback", "prod")
        assert ask(f"{proxy.url}/version") == "1.0.0"
        assert "1.0.0" in shop.shipit("status", "prod").out
