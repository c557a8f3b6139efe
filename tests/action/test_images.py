"""Images by branch, through the pipeline of the example: an engine and a registry that are real."""

from __future__ import annotations

import json
import urllib.request
import uuid
from http.client import HTTPResponse
from urllib.parse import unquote

import pytest
from action.act import Consumer, Run
from action.test_guide import IMAGE_EXAMPLE
from parts.engine import Engine
from parts.images import SERVED
from parts.registry import Registry
from ruamel.yaml import YAML

from shipit.adapters.login import Login

CONFIG = """\
[environments.dev]
branch = "dev"
build = ["mkdir -p build && env >build/environment && echo built for $SHIPIT_ENVIRONMENT"]
image = {{ name = "{name}-dev", tags = ["latest", "{{branch}}-{{sha}}"], args = {{ VERSION = "{{version}}" }} }}

[environments.prod]
branch = "prod"
image = {{ name = "{name}", tags = ["latest", "{{version}}"], args = {{ VERSION = "{{version}}" }} }}
"""
ACCEPTED = "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json"


class Shop:
    """`acme/app` with a Dockerfile, and a registry that wants a login."""

    def __init__(self, consumer: Consumer, engine: Engine, registry: Registry) -> None:
        self.consumer, self.engine, self.registry = consumer, engine, registry
        self.path = f"shop/{uuid.uuid4().hex[:12]}"
        self.name = f"{registry.address}/{self.path}"
        self.temp = consumer.place / "temp"
        self.temp.mkdir()
        consumer.variables = {**engine.environment, "TMPDIR": str(self.temp)}
        consumer.given = {"REGISTRY_USERNAME": registry.username, "REGISTRY_PASSWORD": registry.password}
        files = {"shipit.toml": CONFIG.format(name=self.name), ".gitignore": "build/\n"}
        consumer.commit("feat: 채팅", {**files, "Dockerfile": (SERVED / "Dockerfile").read_text()})

    def push(self, source: str, branch: str) -> str:
        """Make `branch` what `source` is; the commit."""
        self.consumer.git("fetch", "--quiet", "origin")
        self.consumer.git("push", "--quiet", "origin", f"origin/{source}:refs/heads/{branch}")
        return self.consumer.git("rev-parse", f"origin/{source}")

    def tags(self, path: str) -> dict[str, str]:
        """The digest of every tag that the registry has."""
        with self._ask("GET", f"{path}/tags/list") as answer:
            names = json.load(answer)["tags"]
        return {name: self._digest(path, name) for name in names}

    def _digest(self, path: str, tag: str) -> str:
        with self._ask("HEAD", f"{path}/manifests/{tag}") as answer:
            return str(answer.headers["Docker-Content-Digest"])

    def _ask(self, method: str, what: str) -> HTTPResponse:
        basic = Login(self.registry.username, self.registry.password).basic
        headers = {"Authorization": f"Basic {basic}", "Accept": ACCEPTED}
        asked = urllib.request.Request(f"{self.registry.url}/v2/{what}", headers=headers, method=method)
        answer: HTTPResponse = urllib.request.urlopen(asked)
        return answer

    def paths(self) -> list[str]:
        """The repositories of this shop in the registry."""
        with self._ask("GET", "_catalog?n=1000") as answer:
            return [path for path in json.load(answer)["repositories"] if path.startswith(self.path)]

    def labels(self, reference: str) -> dict[str, str]:
        found = self.engine.docker("image", "inspect", "--format", "{{json .Config.Labels}}", reference)
        return dict(json.loads(found))

    def assert_no_secret_is_left(self, run: Run) -> None:
        """Not in the log, an argument, the workspace (the build wrote its environment there) or a temporary file."""
        kept = [path for path in self.temp.rglob("*") if path.is_file()]
        found = "\n".join([run.log, (run.kept / "arguments").read_text(), *map(str, kept)])
        assert [secret for secret in self.consumer.secrets if secret in found] == []
        assert not [path for path in kept for secret in self.consumer.secrets if secret.encode() in path.read_bytes()]
        assert run.leaks == ""


@pytest.fixture
def shop(consumer: Consumer, engine: Engine, base_image: str, locked_registry: Registry) -> Shop:
    return Shop(consumer, engine, locked_registry)


def the_error(run: Run) -> str:
    """The one annotation of a run that failed."""
    (annotation,) = [line for line in run.log.splitlines() if "::error " in line]
    return unquote(annotation)


def test_a_push_to_dev_leads_to_an_image_that_the_next_job_knows(shop: Shop) -> None:
    commit = shop.push("main", "dev")
    run = shop.consumer.run(ref="refs/heads/dev")
    assert run.jobs == {"deploy": "success"}
    outputs, tags = run.outputs["dev"], shop.tags(f"{shop.path}-dev")
    assert set(tags) == {"latest", f"dev-{commit[:7]}"}
    assert set(tags.values()) == {outputs["digest"]}
    assert (outputs["environment"], outputs["deployed"]) == ("dev", "false")
    assert (outputs["image"], outputs["version"]) == (f"{shop.name}-dev:dev-{commit[:7]}", f"1.1.0-dev.3+{commit[:7]}")
    assert shop.labels(outputs["image"])["org.opencontainers.image.revision"] == commit
    assert outputs["image"] in run.summary and outputs["digest"] in run.summary
    assert "built for dev" in run.log
    shop.assert_no_secret_is_left(run)


def test_a_push_to_prod_after_a_release_gives_the_version_and_latest_with_one_digest(shop: Shop) -> None:
    assert shop.consumer.run().outputs["release"]["version"] == "1.1.0"
    commit = shop.push("main", "prod")
    run = shop.consumer.run(ref="refs/heads/prod")
    assert run.jobs == {"deploy": "success"}
    outputs = run.outputs["prod"]
    assert shop.tags(shop.path) == {"latest": outputs["digest"], "1.1.0": outputs["digest"]}
    assert (outputs["environment"], outputs["version"]) == ("prod", "1.1.0")
    assert (outputs["image"], json.loads(outputs["json"])["released"]) == (f"{shop.name}:1.1.0", "false")
    assert shop.labels(outputs["image"])["org.opencontainers.image.revision"] == commit
    shop.assert_no_secret_is_left(run)


def test_prod_before_any_release_is_refused_with_the_way_out(shop: Shop) -> None:
    shop.push("main", "prod")
    run = shop.consumer.run(ref="refs/heads/prod")
    assert run.jobs == {"deploy": "failure"}
    assert "exit status 3" in run.log
    assert "in no release" in the_error(run)
    assert shop.paths() == []


def test_a_wrong_password_of_the_registry_ends_with_4_and_an_annotation(shop: Shop) -> None:
    shop.consumer.given["REGISTRY_PASSWORD"] = "wrong battery"
    shop.push("main", "dev")
    run = shop.consumer.run(ref="refs/heads/dev")
    assert run.jobs == {"deploy": "failure"}
    assert "exit status 4" in run.log
    assert f"`{shop.registry.address}` rejected the login of `pusher`" in the_error(run)
    assert "`SHIPIT_REGISTRY_USERNAME` and `SHIPIT_REGISTRY_PASSWORD`" in the_error(run)
    assert "built for dev" not in run.log, "the registry is asked before anything is built"
    assert shop.paths() == []
    shop.assert_no_secret_is_left(run)


def test_without_a_login_the_token_of_github_reaches_no_other_registry(shop: Shop) -> None:
    shop.consumer.given = {}
    shop.push("main", "dev")
    run = shop.consumer.run(ref="refs/heads/dev")
    assert run.jobs == {"deploy": "failure"}
    assert "exit status 4" in run.log
    assert f"`{shop.registry.address}` requires a login" in run.log
    shop.assert_no_secret_is_left(run)


def test_a_dry_run_tells_the_version_and_pushes_nothing(shop: Shop) -> None:
    commit = shop.push("main", "dev")
    inputs = {"version": "", "dry-run": "true"}
    run = shop.consumer.run("workflow_dispatch", ref="refs/heads/dev", inputs=inputs)
    assert run.jobs == {"deploy": "success"}
    outputs = run.outputs["dev"]
    assert (outputs["version"], outputs["image"], outputs["digest"]) == (f"1.1.0-dev.3+{commit[:7]}", "", "")
    assert f"push {shop.name}-dev:dev-{commit[:7]}" in run.log
    assert shop.paths() == []


def test_the_workflow_gives_the_build_a_secret_and_the_name_of_the_image_a_variable(shop: Shop) -> None:
    mounting = (
        "FROM base/busybox:1\nRUN --mount=type=secret,id=npmrc cat /run/secrets/npmrc && grep -q x /run/secrets/npmrc\n"
    )
    owner = shop.path.partition("/")[2]
    config = f'''[environments.dev]
branch = "dev"
image = {{ name = "{shop.registry.address}/shop/{{env:OWNER}}", tags = ["{{sha}}"], secrets = {{ npmrc = "NPMRC" }} }}
'''
    commit = shop.consumer.commit("feat: a front end", {"Dockerfile": mounting, "shipit.toml": config})
    shop.push("main", "dev")
    job = shop.consumer.workflow["jobs"]["dev"]
    job["with"]["variables"] = f"OWNER={owner}"
    job["secrets"]["BUILD_SECRETS"] = "${{ secrets.BUILD_SECRETS }}"
    shop.consumer.given["BUILD_SECRETS"] = "NPMRC=registry=https://npm.example.com"
    run = shop.consumer.run(ref="refs/heads/dev")
    assert run.jobs == {"deploy": "success"}
    assert run.outputs["dev"]["image"] == f"{shop.name}:{commit[:7]}"
    assert "npm.example.com" not in run.log.replace("::add-mask::registry=https://npm.example.com", "")


def test_a_job_of_ones_own_gives_the_build_a_secret_and_the_next_step_the_image(shop: Shop) -> None:
    mounting = "FROM base/busybox:1\nRUN --mount=type=secret,id=npmrc grep -q registry /run/secrets/npmrc\n"
    config = f'''[environments.dev]
branch = "dev"
image = {{ name = "{shop.name}-dev", tags = ["{{sha}}"], secrets = {{ npmrc = "NPM_CONFIG" }} }}
'''
    commit = shop.consumer.commit("feat: a front end", {"Dockerfile": mounting, "shipit.toml": config})
    shop.push("main", "dev")
    shop.consumer.workflow = YAML(typ="safe").load(IMAGE_EXAMPLE.replace("OWNER/shipit@COMMIT", "acme/shipit@selftest"))
    shop.consumer.given["NPM_CONFIG"] = "registry=https://npm.example.com"
    run = shop.consumer.run(ref="refs/heads/dev")
    assert run.jobs == {"image": "success"}
    digest = shop.tags(f"{shop.path}-dev")[commit[:7]]
    assert f"{shop.name}-dev:{commit[:7]} is {digest}" in run.log
