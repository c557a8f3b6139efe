"""Old workflows in real runs, each beside the one that `shipit init` makes of it: both must push the same images.

They are the shapes of the conversion, in `tests/plan/adoption/workflows/`, and those of `test_adoption.py`. Actions of
others are stand-ins, and programs that deploy or compile do nothing. It takes some minutes; only its name starts it:
`make test-workflows`.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from action.act import STANDINS
from action.test_adoption import COMMIT, EXPECTED, OLD_WORKFLOWS, PIPELINES, pushes_the_same_images, runnable
from action.test_images import Shop
from action.test_images import shop as shop
from ruamel.yaml import YAML

from shipit.adapters.login import Login
from shipit.api import open_project, plan_adoption

# The release that an old workflow is started for, and the one that is due in the repository of these tests.
OLD_RELEASE, RELEASE = "0.8.7", "1.1.0"
AS_NEW = {OLD_RELEASE: RELEASE, "0.8": "1.1"}
SHAPES = sorted(PIPELINES)
DOCKERFILE = "FROM base/busybox:1 AS runtime\nLABEL shop=1\n"
FILES = {
    **dict.fromkeys(("Dockerfile", "docker/Dockerfile", "backend/Dockerfile", "frontend/Dockerfile.prod"), DOCKERFILE),
    "web/package.json": "{}\n",
    ".gitignore": "build/\nbuild.json\nbuild.log\n",
}
# Programs that deploy, compile or tell somebody: their part of a workflow pushes no image.
QUIET = ("aws", "curl", "kubectl", "node", "npm", "npx")
DOCKER = """\
#!/bin/sh
case "$1 $2" in "compose "* | "service "* | "image prune") exit ;; esac
exec {docker} "$@"
"""
NOTHING = "name: Nothing\ndescription: A stand-in.\nruns: {using: composite, steps: [{shell: bash, run: 'true'}]}\n"
# What starts the old workflow, where it is no push to the branch of the environment.
EVENTS: dict[str, dict[str, Any]] = {
    "after-ci": {"event": "workflow_run", "workflow_run": {"conclusion": "success"}},
    "merged-pull-request": {"event": "pull_request", "pull_request": {"merged": True, "number": 1}, "number": 1},
    "release-published": {"event": "release", "release": {"tag_name": f"v{OLD_RELEASE}"}},
    "tag-push": {"ref": f"refs/tags/v{OLD_RELEASE}"},
}
# Tags that the new workflow does not push; the report of `shipit init` names them.
NAMED = {"run-number": {"1"}}


@pytest.mark.parametrize("shape", OLD_WORKFLOWS)
def test_the_new_workflow_pushes_the_images_of_the_old_one(shop: Shop, shape: str) -> None:
    pushes_the_same_images(shop, OLD_WORKFLOWS[shape])


@pytest.mark.parametrize("shape", SHAPES)
def test_the_new_workflow_pushes_the_images_of_each_shape(shop: Shop, shape: str) -> None:
    text = renamed((EXPECTED / f"{shape}.yml").read_text(), shop)
    prepare(shop, text)
    shop.consumer.git("rm", "--quiet", "shipit.toml")
    make_executable(shop.consumer.clone / "gradlew", "#!/bin/sh\nmkdir -p build\n")
    shop.consumer.commit("feat: adopt", {**FILES, f".github/workflows/{shape}.yml": text})
    adoption = plan_adoption(open_project(str(shop.consumer.clone)))
    named = [each.branch or "main" for each in adoption.config.environments.values()] or ["main"]
    branches = sorted(named, key="main".__eq__)  # `main` last, because a release changes it
    old = run(shop, branches, old_workflow(text), **EVENTS.get(shape, {}))
    before = shop.consumer.git("rev-parse", "HEAD")
    files = {**adoption.files, "shipit.toml": only_images(adoption.files["shipit.toml"])}
    shop.consumer.commit("feat: convert", files)
    first = ["main"] if "prod" in branches else []  # shipit builds an image of prod from a release only
    new = run(shop, [*first, *branches], runnable_here(runnable(adoption.pipeline)))
    assert old.keys() == new.keys()
    assert bool(new) == (shape != "semantic-release")
    for path, tags in old.items():
        moving = {AS_NEW.get(tag, tag) for tag in tags if not is_of_commit(tag, before)} - NAMED.get(shape, set())
        assert moving <= new[path].keys()
        assert [tag for tag in moving if new[path][tag] == tags.get(tag)] == [], "the new run did not push it"
        if any(is_of_commit(tag, before) for tag in tags):
            assert any(COMMIT.fullmatch(tag.removeprefix("sha-")) for tag in new[path].keys() - tags.keys())


def is_of_commit(tag: str, commit: str) -> bool:
    name = tag.removeprefix("sha-")
    return COMMIT.fullmatch(name) is not None and commit.startswith(name)


def renamed(text: str, shop: Shop) -> str:
    """Return a workflow that pushes to the registry of the test."""
    names = {
        r"(ghcr\.io/|registry\.example\.com/)?\bacme/(?=shop|backend|frontend|first|second)": f"{shop.name}/",
        r"ghcr\.io/\$\{\{ github\.repository \}\}": f"{shop.name}/app",
        r"registry\.example/": f"{shop.name}/",
        r"registry\.example\.com": shop.registry.address,
        r"docker login (?=-u)": f"docker login {shop.registry.address} ",
        r"\d+\.dkr\.ecr\.[\w-]+\.amazonaws\.com": shop.name,
        r"(?<=tags: )(?=\$\{\{ secrets)": f"{shop.name}/",
    }
    for pattern, name in names.items():
        text = re.sub(pattern, name, text)
    return text


def prepare(shop: Shop, text: str) -> None:
    """Give a runner what a workflow needs: a login, its secrets, its actions, and programs that do nothing."""
    consumer = shop.consumer
    config = consumer.place / "docker"
    shutil.copytree(shop.engine.config, config, symlinks=True)
    login = {"auth": Login(shop.registry.username, shop.registry.password).basic}
    (config / "config.json").write_text(json.dumps({"auths": {shop.registry.address: login}}))
    consumer.variables["DOCKER_CONFIG"] = str(config)
    consumer.given |= {name: secret(shop, name) for name in re.findall(r"secrets\.(\w+)", text)}
    for program in QUIET:
        make_executable(consumer.place / "bin" / program, "#!/bin/sh\n")
    make_executable(consumer.place / "bin/docker", DOCKER.format(docker=shutil.which("docker")))
    for used in re.findall(r"uses: ([\w./-]+@[\w.]+)", text):
        consumer.third_party.setdefault(*standin(consumer.place / "actions", used))


def standin(place: Path, used: str) -> tuple[str, Path]:
    """Return an action as act names it, and the stand-in of its repository: one of the tests, or one without effect."""
    path, _, version = used.partition("@")
    owner, name, *inside = path.split("/")
    found = STANDINS / f"{owner}/{name}".removeprefix("actions/")
    if owner == "aws-actions" or not found.joinpath(*inside, "action.yml").exists():
        found = place / owner / name
        file = found.joinpath(*inside, "action.yml")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(NOTHING)
    return f"{owner}/{name}@{version}", found


def make_executable(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def secret(shop: Shop, name: str) -> str:
    if name == "GITHUB_TOKEN":
        return str(shop.consumer.token)
    if "USER" in name:
        return shop.registry.username
    return shop.registry.password if "PASS" in name or "TOKEN" in name else f"value of {name}"


def old_workflow(text: str) -> dict[str, Any]:
    """Return the old workflow with a password that may have a blank, and without the directory of a server."""
    quoted = re.sub(r"-p (\$\{\{.*?\}\})", r'-p "\1"', text)
    return runnable_here(YAML(typ="safe").load(quoted.replace("cd /srv/shop", "cd .")))


def runnable_here(workflow: dict[str, Any]) -> dict[str, Any]:
    """Return a workflow as act can run it: on this machine, without services and environments."""
    for job in workflow["jobs"].values():
        job["runs-on"] = "ubuntu-latest"
        for key in ("services", "environment"):
            job.pop(key, None)
    return workflow


def only_images(text: str) -> str:
    """Return settings without deployments, and without what the builder of this machine lacks."""
    settings = tomlkit.parse(text)
    for environment in settings.get("environments", {}).values():
        environment.pop("deploy", None)
        for image in [environment.get("image", {}), *environment.get("images", {}).values()]:
            for key in ("platforms", "cache-from", "cache-to"):
                image.pop(key, None)
    return tomlkit.dumps(settings)


def run(
    shop: Shop, branches: list[str], workflow: dict[str, Any], event: str = "push", ref: str = "", **payload: Any
) -> dict[str, dict[str, str]]:
    """Run a workflow for each branch; return the tags of each image in the registry, with their digests."""
    shop.consumer.workflow = workflow
    for branch in branches:
        commit = shop.push("main", branch)
        run = shop.consumer.run(event, ref=ref or f"refs/heads/{branch}", sha=commit, **payload)
        assert set(run.jobs.values()) == {"success"}, run.log
    return {path: shop.tags(path) for path in shop.paths()}
