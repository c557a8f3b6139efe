"""The workflows that `shipit init` writes, as the checkers see them, and beside the old ones in real runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from action.contract import Tree, findings, repository
from action.test_checkers import BIN, said, zizmor
from action.test_images import Shop
from action.test_images import shop as shop
from parts.images import SERVED
from ruamel.yaml import YAML

from shipit.api import open_project, plan_adoption
from shipit.plan.adoption.model import PIPELINE_FILE
from shipit.plan.adoption.pipeline import CHECKOUT, SETUP_JAVA, SETUP_NODE

EXPECTED = Path(__file__).parents[1] / "plan/adoption/workflows"


def written(case: Path) -> str:
    """Return the workflow that a case of the conversion expects; empty for a case without one."""
    return case.read_text().partition(f"--- {PIPELINE_FILE}\n")[2]


PIPELINES = {case.stem: text for case in sorted(EXPECTED.glob("*.expected")) if (text := written(case))}


@pytest.fixture
def pipelines(tmp_path: Path) -> list[Path]:
    """The workflows as files, with the commit filled in."""
    for name, text in PIPELINES.items():
        filled = text.replace("OWNER", "octo").replace("@COMMIT", "@" + "1" * 40 + " # v1.0.0")
        (tmp_path / f"{name}.yml").write_text(filled)
    return sorted(tmp_path.glob("*.yml"))


def test_zizmor_finds_no_attack_path(pipelines: list[Path]) -> None:
    assert len(pipelines) >= 20
    assert zizmor(*pipelines) == ""


def test_they_have_the_form_of_workflows(pipelines: list[Path]) -> None:
    assert said([BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *pipelines]) == ""


def test_they_fit_the_action() -> None:
    texts = {f"examples/{name}.yml": text for name, text in PIPELINES.items()}
    assert findings(Tree({**repository(), **texts})) == []


def test_they_use_the_actions_of_this_repository() -> None:
    own = "".join(text for path, text in repository().items() if path.startswith(".github/workflows/"))
    assert [each for each in (CHECKOUT, SETUP_JAVA, SETUP_NODE) if each not in own] == []


OLD_WORKFLOWS = {
    "commands": """\
on:
  push:
    branches: [dev]
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@{checkout}
      - run: echo "${{{{ secrets.REGISTRY_PASSWORD }}}}" | docker login {address} -u "${{{{ secrets.REGISTRY_USERNAME }}}}" --password-stdin
      - run: |
          docker build -t {name}:latest .
          docker push {name}:latest
""",
    "variables": """\
on:
  push:
    branches: [dev]
env:
  IMAGE: {name}
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@{checkout}
      - run: docker login -u "${{{{ secrets.REGISTRY_USERNAME }}}}" -p "${{{{ secrets.REGISTRY_PASSWORD }}}}" {address}
      - run: |
          TAG=${{GITHUB_SHA::7}}
          docker build --build-arg VERSION=dev -f docker/Dockerfile -t $IMAGE:$TAG .
          docker tag $IMAGE:$TAG $IMAGE:${{{{ github.ref_name }}}}
          docker push --all-tags $IMAGE
""",
    "two-images": """\
on:
  push:
    branches: [dev]
jobs:
  both:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@{checkout}
      - run: echo "${{{{ secrets.REGISTRY_PASSWORD }}}}" | docker login {address} -u "${{{{ secrets.REGISTRY_USERNAME }}}}" --password-stdin
      - run: mkdir -p build && echo built > build/app
      - run: |
          docker build -t {name}-a:latest . && docker push {name}-a:latest
          docker build -t {name}-b:edge -f docker/Dockerfile . && docker push {name}-b:edge
""",
    "after-a-test": """\
on:
  push:
    branches: [dev]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@{checkout}
      - run: test -f docker/Dockerfile
  image:
    needs: test
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@{checkout}
      - run: docker login -u "${{{{ secrets.REGISTRY_USERNAME }}}}" -p "${{{{ secrets.REGISTRY_PASSWORD }}}}" {address}
      - name: Names
        id: names
        run: echo "tag=$(echo ${{GITHUB_SHA}} | cut -c1-7)" >> $GITHUB_OUTPUT
      - run: |
          set -e
          mkdir -p build
          echo built > build/app
      - run: |
          docker build \\
            --tag {name}:stable \\
            --file docker/Dockerfile \\
            .
          docker push {name}:stable
""",
    "in-a-directory": """\
on:
  push:
    branches: [dev]
jobs:
  image:
    runs-on: ubuntu-latest
    defaults:
      run:
        working-directory: docker
    steps:
      - uses: actions/checkout@{checkout}
      - run: echo "${{{{ secrets.REGISTRY_PASSWORD }}}}" | docker login {address} -u "${{{{ secrets.REGISTRY_USERNAME }}}}" --password-stdin
      - run: docker build -t {name}:${{{{ github.sha }}}} -t {name}:latest .
      - run: docker push {name}:latest
      - run: docker push {name}:${{{{ github.sha }}}}
""",
}
COMMIT = re.compile("[0-9a-f]{7}|[0-9a-f]{40}")  # the tag of a commit, which another commit does not get


def test_the_new_workflow_pushes_the_images_of_the_old_one(shop: Shop) -> None:
    pushes_the_same_images(shop, OLD_WORKFLOWS["variables"])


def pushes_the_same_images(shop: Shop, workflow: str) -> None:
    """Run a workflow, and then the one that it is converted to: the registry must get the same images and tags."""
    checkout = CHECKOUT.partition("@")[2]
    text = workflow.format(name=shop.name, address=shop.registry.address, checkout=checkout)
    shop.consumer.git("rm", "--quiet", "shipit.toml")
    files = {".github/workflows/dev-cd.yml": text, "docker/Dockerfile": (SERVED / "Dockerfile").read_text()}
    shop.consumer.commit("feat: adopt", files)
    try:
        old = pushed(shop, YAML(typ="safe").load(text))
    finally:  # an old workflow leaves its login, which later tests must not find
        shop.engine.docker("logout", shop.registry.address)
    (shop.consumer.place / "kept" / "arguments").unlink()  # an old workflow may have its password there
    adoption = plan_adoption(open_project(str(shop.consumer.clone)))
    shop.consumer.commit("feat: convert", adoption.files)
    new = pushed(shop, runnable(adoption.pipeline))
    assert old.keys() == new.keys()
    for path, tags in old.items():
        moving = {tag for tag in tags if not COMMIT.fullmatch(tag)}
        assert moving <= new[path].keys()
        assert [tag for tag in moving if new[path][tag] == tags[tag]] == [], "the new run did not push it"


def pushed(shop: Shop, workflow: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Run a workflow on the branch `dev`; return the tags of each image in the registry, with their digests."""
    shop.push("main", "dev")
    shop.consumer.workflow = workflow
    run = shop.consumer.run(ref="refs/heads/dev")
    assert set(run.jobs.values()) == {"success"}, run.log
    return {path: shop.tags(path) for path in shop.paths()}


def runnable(text: str) -> dict[str, Any]:
    """Return a workflow of `shipit init` as act can run it, with shipit from this repository."""
    workflow: dict[str, Any] = YAML(typ="safe").load(text.replace("OWNER/shipit@COMMIT", "acme/shipit@selftest"))
    for job in workflow["jobs"].values():
        job.pop("concurrency", None)
        job.pop("environment", None)
    return workflow
