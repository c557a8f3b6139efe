"""Deployments through the example pipeline, with a real engine, registry, nginx, sshd and application."""

from __future__ import annotations

import secrets
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from action.act import Consumer, Run, rollback
from action.test_images import Shop
from parts.daemon import free_port
from parts.engine import Engine
from parts.nginx import Nginx, make_nginx_image, nginx
from parts.registry import Registry
from parts.sshd import SshServer
from parts.web_app import APP

CONFIG = """\
[environments.dev]
branch = "dev"
url = "{url}"
image = {{ name = "{name}-dev", tags = ["latest", "{{branch}}-{{sha}}"], args = {{ VERSION = "{{version}}" }} }}

[environments.dev.deploy]
kind = "blue-green"
name = "{app}"
hosts = ["{host}"]
directory = "{place}/state"
health = {{ path = "/health", json = {{ status = "UP" }}, within = "20s", times = 1 }}
bake = "1s"
slots = {{ blue = {blue}, green = {green} }}
container = {{ restart = "no" }}

[environments.dev.deploy.nginx]
file = "{proxy.switch_file}"
command = {command}
pid-file = "{proxy.pid_file}"
front = "{proxy.url}"
server-name = "shop.example"
"""
DOCKERFILE = """\
FROM {base}
ARG VERSION
ENV VERSION=${{VERSION}} {more}
COPY serve /bin/serve
RUN mkdir -p /app
EXPOSE 8080
CMD ["sh", "/bin/serve"]
"""
KEY = "\n".join(["-----BEGIN TEST KEY-----", *(secrets.token_hex(32) for _ in range(3)), "-----END TEST KEY-----", ""])


class Server:
    """A shop whose environment `dev` is deployed behind nginx, on this machine or by SSH."""

    def __init__(self, shop: Shop, proxy: Nginx, place: Path, ssh: SshServer | None = None) -> None:
        self.shop, self.proxy = shop, proxy
        self.app = f"shop-{secrets.token_hex(4)}"
        self.base = make_nginx_image(shop.engine)
        config = CONFIG.format(
            url=proxy.url,
            name=shop.name,
            app=self.app,
            host=ssh.address if ssh else "local",
            place=place,
            blue=free_port(),
            green=free_port(),
            proxy=proxy,
            command=[str(word) for word in proxy.command],
        )
        key, known_hosts = (ssh.key.read_text(), ssh.known_hosts) if ssh else (KEY, "shop.example ssh-ed25519 AAAA")
        shop.consumer.given |= {"SSH_KEY": key, "SSH_KNOWN_HOSTS": known_hosts}
        shop.consumer.commit("feat: a server", {"shipit.toml": config, "serve": (APP / "serve").read_text()})

    def push(self, message: str, more: str = "") -> Run:
        """Push a commit to dev and run its workflow; `more` are variables of the image."""
        self.shop.consumer.commit(message, {"Dockerfile": DOCKERFILE.format(base=self.base, more=more)})
        self.shop.push("main", "dev")
        run = self.shop.consumer.run(ref="refs/heads/dev")
        self.shop.assert_no_secret_is_left(run)
        return run

    def rollback(self, version: str = "", dry_run: str = "false") -> Run:
        """Run the workflow of the example that goes back."""
        consumer, pipeline = self.shop.consumer, self.shop.consumer.workflow
        consumer.workflow = rollback()
        inputs = {"environment": "dev", "version": version, "dry-run": dry_run}
        run = consumer.run("workflow_dispatch", ref="refs/heads/dev", inputs=inputs)
        consumer.workflow = pipeline
        self.shop.assert_no_secret_is_left(run)
        return run

    @property
    def commit(self) -> str:
        """The commit at the tip of dev."""
        return str(self.shop.consumer.github.git.resolve("dev"))

    @property
    def answer(self) -> str:
        """The version that users see."""
        asked = urllib.request.Request(self.proxy.url, headers={"Host": "shop.example"})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return str(answer.read().decode()).removeprefix("version ").strip()

    def remove(self) -> None:
        containers = self.shop.engine.docker("ps", "--all", "--quiet", "--filter", f"name={self.app}").split()
        if containers:
            self.shop.engine.docker("rm", "--force", "--volumes", *containers)


@pytest.fixture
def server(consumer: Consumer, engine: Engine, locked_registry: Registry, tmp_path: Path) -> Iterator[Server]:
    with deployed(Shop(consumer, engine, locked_registry), tmp_path) as server:
        yield server


@pytest.fixture
def server_by_ssh(
    consumer: Consumer, engine: Engine, locked_registry: Registry, ssh_server: SshServer, tmp_path: Path
) -> Iterator[Server]:
    with deployed(Shop(consumer, engine, locked_registry), tmp_path, ssh_server) as server:
        yield server


@contextmanager
def deployed(shop: Shop, tmp_path: Path, ssh: SshServer | None = None) -> Iterator[Server]:
    place = tmp_path / "server"
    place.mkdir()
    with nginx(place / "service-url.inc") as proxy:
        server = Server(shop, proxy, place, ssh)
        try:
            yield server
        finally:
            server.remove()


@pytest.mark.slow
def test_a_push_deploys_and_the_workflow_of_the_example_goes_back(server: Server) -> None:
    first = server.push("feat: the first")
    assert first.jobs == {"deploy": "success"}, first.log
    commits = [server.commit]
    outputs = first.outputs["dev"]
    assert shown(server) == [("dev", commits[0], "success")]
    assert (outputs["deployed"], outputs["serving"]) == ("true", outputs["digest"])
    assert (outputs["environment"], outputs["url"]) == ("dev", server.proxy.url)
    assert server.answer == outputs["version"].partition("+")[0] or server.answer == outputs["version"]
    seen = server.answer

    second = server.push("feat: the second")
    assert second.jobs == {"deploy": "success"}, second.log
    commits.append(server.commit)
    assert server.answer != seen
    assert shown(server) == [("dev", commits[0], "inactive"), ("dev", commits[1], "success")]

    planned = server.rollback(dry_run="true")
    assert planned.jobs == {"deploy": "success"}, planned.log
    assert (planned.given["deployed"], server.answer == seen) == ("false", False)
    back = server.rollback()
    assert back.jobs == {"deploy": "success"}, back.log
    assert (back.given["deployed"], back.given["serving"]) == ("true", outputs["serving"])
    assert server.answer == seen
    assert shown(server)[1:] == [("dev", commits[1], "inactive"), ("dev", commits[0], "success")]
    assert {status.environment_url for status in server.shop.consumer.github.deployments[-1].statuses} == {
        outputs["url"]
    }


def shown(server: Server) -> list[tuple[str, str, str]]:
    """Return the environment, the commit and the state of each deployment on GitHub."""
    return [(each.environment, each.sha, each.state) for each in server.shop.consumer.github.deployments]


@pytest.mark.slow
def test_by_ssh_a_version_that_is_not_healthy_fails_the_job_and_the_earlier_one_serves(server_by_ssh: Server) -> None:
    server = server_by_ssh
    assert server.push("feat: the first").jobs == {"deploy": "success"}
    seen = server.answer
    run = server.push("feat: broken", more="FAIL_HEALTH=1")
    assert run.jobs == {"deploy": "failure"}
    assert "exit status 6" in run.log
    assert run.given["deployed"] == "false"
    assert [state for _, _, state in shown(server)] == ["success", "failure"]
    assert server.answer == seen
