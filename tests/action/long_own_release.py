"""The next release of shipit itself, by its own workflows in act: a copy of this repository, and GitHub as a stand-in.

`ci.yml` releases it, without the tests of its first job, and `publish.yml` then builds its packages. Actions of others
are stand-ins: nothing is published. `make test-workflows` starts this file; it takes some minutes.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from action.act import Consumer
from action.conftest import shipit_copy as shipit_copy
from action.contract import ROOT, WORKFLOWS
from ruamel.yaml import YAML
from standin.server import GitHubStandIn

pytestmark = pytest.mark.timeout(1200)

FIRST, ITS_COMMIT = "v0.1.0", "40411d3adf"  # as CONTRIBUTING.md says
# Actions of others, by name: their inputs, and what they do instead.
STANDINS = {
    "actions/checkout": (
        ["ref", "fetch-depth", "persist-credentials"],
        'git init --quiet . && git remote add origin "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY" && git fetch --quiet --tags'
        " origin '+refs/heads/*:refs/remotes/origin/*' && git checkout --quiet --force -B main \"${REF:-$GITHUB_SHA}\"",
    ),
    "actions/upload-artifact": (
        ["name", "path", "if-no-files-found"],
        'mkdir -p "$KEPT/artifacts/$NAME" && cp -r "$([ -d "$FROM" ] && echo "$FROM/." || echo "$FROM")" "$KEPT/artifacts/$NAME"',
    ),
    "actions/download-artifact": (
        ["name", "path"],
        'mkdir -p "./$FROM" && cp -r "$KEPT/artifacts/$NAME/." "./$FROM"',
    ),
    "actions/attest": (["subject-path", "sbom-path"], 'ls $SUBJECT_PATH $SBOM_PATH >>"$KEPT/attested"'),
    "pypa/gh-action-pypi-publish": (
        ["packages-dir", "attestations", "skip-existing"],
        'cp -r "$PACKAGES_DIR" "$KEPT/pypi"',
    ),
}
GH = '#!/bin/sh\necho "$@" >>"$KEPT/gh"\n'


@pytest.fixture
def own(tmp_path: Path, shipit_copy: Path) -> Iterator[Consumer]:
    """This repository with its whole history and the tag of its first release, on a GitHub of its own."""
    bare = tmp_path / "remote" / "acme" / "app"
    bare.parent.mkdir(parents=True)
    git(ROOT, "clone", "--quiet", "--bare", "--no-tags", str(ROOT), str(bare))
    git(bare, "update-ref", "refs/heads/main", git(ROOT, "rev-parse", "HEAD"))
    git(bare, "symbolic-ref", "HEAD", "refs/heads/main")
    git(bare, "tag", "-a", FIRST, ITS_COMMIT, "-m", FIRST)
    consumer = Consumer(tmp_path, shipit_copy, GitHubStandIn(bare))
    consumer.patience = 900
    (tmp_path / "bin" / "gh").write_text(GH)
    (tmp_path / "bin" / "gh").chmod(0o755)
    for action in list(consumer.third_party):
        if (name := action.partition("@")[0]) in STANDINS:
            consumer.third_party[action] = standin(tmp_path / "standins" / name, *STANDINS[name])
    with consumer.github:
        yield consumer
        assert not consumer.github.violations


def git(place: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=place, check=True, capture_output=True, text=True).stdout.strip()


def standin(place: Path, inputs: list[str], command: str) -> Path:
    variables = {"FROM" if name == "path" else name.upper().replace("-", "_"): name for name in inputs}
    env = {variable: f"${{{{ inputs.{name} }}}}" for variable, name in variables.items()}
    step = {"shell": "bash", "run": command, "env": env}
    declared = {name: {"default": ""} for name in inputs}
    place.mkdir(parents=True)
    with (place / "action.yml").open("w") as file:
        YAML(typ="safe").dump({"inputs": declared, "runs": {"using": "composite", "steps": [step]}}, file)
    return place


def own_workflow(name: str) -> dict[str, Any]:
    """Return a workflow of this repository as act can run it; its tests are left out."""
    workflow: dict[str, Any] = YAML(typ="safe").load(ROOT / WORKFLOWS / name)
    workflow.pop("concurrency")
    for job in workflow["jobs"].values():
        job.pop("environment", None)
        job.pop("strategy", None)
        if "uses" in job:
            job["uses"] = job["uses"].replace("$/", "acme/shipit/") + "@selftest"
        for step in job.get("steps", ()):
            if "make test" in step.get("run", ""):
                step["run"] = "true"
    return workflow


def test_a_push_to_main_releases_shipit_and_its_packages_have_the_new_version(own: Consumer, tmp_path: Path) -> None:
    before = own.github.git.resolve("main")
    own.workflow = own_workflow("ci.yml")
    run = own.run()
    assert run.jobs == {"test": "success", "release": "success", "publish": "success"}, run.log
    (release,) = own.github.releases
    tag, version = release.tag_name, release.tag_name.removeprefix("v")
    assert (release.draft, tag != FIRST) == (False, True)
    assert own.github.git.resolve(tag) == own.github.git.resolve("main") != before
    bare = own.github.git.path
    assert f'version = "{version}"' in git(bare, "show", f"{tag}:pyproject.toml")
    assert f'__version__ = "{version}"' in git(bare, "show", f"{tag}:src/shipit/__init__.py")
    assert f"## [{version}](" in git(bare, "show", f"{tag}:CHANGELOG.md")
    changed = git(bare, "diff", "--name-only", f"{tag}~1", tag).split()
    assert changed == ["CHANGELOG.md", "pyproject.toml", "src/shipit/__init__.py"]
    started = (run.kept / "gh").read_text().splitlines()
    assert started == [f"workflow run {name}.yml --field tag={tag}" for name in ("publish", "publish-docs")]

    own.workflow = own_workflow("publish.yml")
    own.copies_environments(False)  # `make packages` installs other environments than the action
    run = own.run("workflow_dispatch", inputs={"tag": tag})
    assert run.jobs == {"build": "success", "pypi": "success", "sbom": "success"}, run.log
    wheel = run.kept / "pypi" / f"shipit_release-{version}-py3-none-any.whl"
    assert {each.name for each in wheel.parent.iterdir()} == {wheel.name, f"shipit_release-{version}.tar.gz"}
    assert (run.kept / "gh").read_text().splitlines()[-1] == f"release upload {tag} sbom/sbom.cdx.json --clobber"
    installed = tmp_path / "installed"
    subprocess.run([sys.executable, "-m", "venv", installed], check=True)
    subprocess.run([installed / "bin/pip", "install", "--quiet", wheel], check=True)
    said = subprocess.run([installed / "bin/shipit", "--version"], check=True, capture_output=True, text=True).stdout
    assert said == f"shipit {version}\n"
