"""Workflows as teams write them, and what `shipit init` makes of each.

A case is a workflow in `workflows/`, and beside it the expected text: the report, `shipit.toml`, and the new workflow.
`SHIPIT_ACCEPT=1` writes the expected texts.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
from pathlib import Path

import pytest
from importers.test_laws import mutants
from ruamel.yaml import YAML

from shipit.config.load import parse_config
from shipit.core.versions import Version
from shipit.errors import ConfigError
from shipit.importers import RepositoryFacts, read_settings
from shipit.plan.adoption import Adoption, adoption_of
from shipit.plan.adoption.model import PIPELINE_FILE
from shipit.plan.views import render_adoption

pytestmark = pytest.mark.slow

ACCEPT = "SHIPIT_ACCEPT" in os.environ
CASES = sorted(Path(__file__).parent.glob("workflows/*.yml"))


def adoption(case: Path) -> Adoption:
    """Return the adoption of a repository whose only workflow is that of a case."""
    workflows = {f".github/workflows/{case.name}": case.read_text()}
    repository = RepositoryFacts(lambda path: None, "main", ("v1.2.0",), Version(1, 2), workflows, "acme/shop")
    return adoption_of(repository, read_settings(repository))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_each_step_of_a_workflow_is_converted_or_named_with_its_line(case: Path) -> None:
    found = adoption(case)
    written = "".join(f"--- {path}\n{text}" for path, text in found.files.items())
    text, expected = f"{render_adoption(found)}{written}", case.with_suffix(".expected")
    if ACCEPT:
        expected.write_text(text)
    assert text == expected.read_text()


def test_a_value_of_another_type_is_no_crash() -> None:
    chance = random.Random(2026)
    for case in CASES:
        values = YAML(typ="safe").load(case)
        for changed in chance.sample(list(mutants(values)), 4):
            workflows = {f".github/workflows/{case.name}": json.dumps(changed)}
            with contextlib.suppress(ConfigError):
                adoption_of(RepositoryFacts(lambda path: None, "main", (), None, workflows), ())


@pytest.mark.parametrize(
    "piece", ["${{", "$(", "x", " ", "/a", "docker compose ", "gradlew ", "npx ", ">", "cd ", "&& "]
)
def test_a_workflow_of_one_repeated_piece_is_read_to_its_end(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    script = {"uses": "appleboy/ssh-action@v1", "with": {"script": text}}
    built = {"uses": "docker/build-push-action@v6", "with": {"push": True, "tags": text}}
    steps = [{"run": f"docker build {text}"}, {"run": f"echo {text}"}, {"run": text}, script, built]
    sources = [json.dumps({"on": "push", "jobs": {"a": {"steps": [step]}}}) for step in steps]
    for source in (*sources, f"docker {text}"):
        adoption_of(RepositoryFacts(lambda path: None, "main", (), None, {".github/workflows/a.yml": source}), ())


def test_a_workflow_that_cannot_be_read_is_named() -> None:
    workflows = {".github/workflows/a.yml": "docker: [", ".github/workflows/b.yml": "docker: " + "x" * (10 << 20)}
    found = adoption_of(RepositoryFacts(lambda path: None, "main", (), None, workflows), ())
    assert [(each.files, each.keys[0].status) for each in found.imported] == [
        ((path,), "needs your decision") for path in workflows
    ]


def test_there_are_at_least_twenty_shapes() -> None:
    assert len(CASES) >= 20


def test_the_workflow_is_not_read_again_as_one_of_the_old_ones() -> None:
    assert adoption(CASES[0]).files.keys() <= {"shipit.toml", PIPELINE_FILE}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_proposed_target_is_valid_without_its_number_signs(case: Path) -> None:
    text = adoption(case).text
    proposed = [line[2:] for line in text.splitlines() if line.startswith("# ")]
    begin = next((number for number, line in enumerate(proposed) if line.startswith("[")), len(proposed))
    parse_config(f"{text}\n" + "\n".join(proposed[begin:]))


@pytest.mark.parametrize(
    ("command", "files", "kept"),
    [
        ("./gradlew build", {}, False),
        ("npm run build", {}, True),
        ("./gradlew build", {"package.json": "{}"}, True),
        (
            "npm i -g semantic-release@24 \\\n  @semantic-release/git conventional-changelog-conventionalcommits",
            {},
            False,
        ),
        ("npm install -g semantic-release vite", {}, True),
    ],
)
def test_node_is_set_up_only_if_more_than_the_release_tool_needs_it(
    command: str, files: dict[str, str], kept: bool
) -> None:
    node = {"uses": "actions/setup-node@v4", "with": {"node-version": 20}}
    steps = [node, {"run": command}, {"run": "npx semantic-release"}]
    text = json.dumps({"on": {"push": {"branches": ["main"]}}, "jobs": {"release": {"steps": steps}}})
    workflows = {".github/workflows/release.yml": json.dumps(json.loads(text), indent=1)}
    found = adoption_of(RepositoryFacts(files.get, "main", (), None, workflows), ())
    assert ("Set up Node.js" in found.pipeline) == kept


@pytest.mark.parametrize(
    ("command", "needed"),
    [
        (
            "npm install --no-save semantic-release semantic-release-helm3 @google/semantic-release-replace-plugin",
            False,
        ),
        ("sudo npm -g i standard-version@9", False),
        ("yarn global add semantic-release", False),
        ("python -m pip install -U python-semantic-release==9.*", False),
        ("pipx install commitizen", False),
        ("npm ci", True),
        ("npm i -g semantic-release && ./gradlew build", True),
        ("pip install semantic-release-of-ours/evil mkdocs", True),
    ],
)
def test_the_installation_of_the_release_tool_is_not_needed_any_more(command: str, needed: bool) -> None:
    steps = [{"run": command}, {"run": "npx semantic-release"}]
    text = json.dumps({"on": {"push": {"branches": ["main"]}}, "jobs": {"release": {"steps": steps}}}, indent=1)
    found = adoption_of(
        RepositoryFacts(lambda path: None, "main", (), None, {".github/workflows/release.yml": text}), ()
    )
    keys = [key for each in found.imported if each.tool == "workflow" for key in each.keys]
    assert ("needs your decision" in {key.status for key in keys}) == needed


def pushing(branches: list[str]) -> str:
    """Return a workflow that pushes an image from these branches."""
    steps = [{"run": "docker build -t acme/app:latest ."}, {"run": "docker push acme/app:latest"}]
    return json.dumps({"on": {"push": {"branches": branches}}, "jobs": {"image": {"steps": steps}}}, indent=1)


def test_each_branch_of_all_workflows_has_an_environment_of_its_own() -> None:
    branches = ["main", "prod", "a/b", "a-b", "가", "나"]
    workflows = {f".github/workflows/{number}.yml": pushing([each]) for number, each in enumerate(branches)}
    found = adoption_of(RepositoryFacts(lambda path: None, "main", (), None, workflows), ())
    assert {each.branch: name for name, each in found.config.environments.items()} == {
        "main": "main",
        "prod": "prod",
        "a/b": "a-b",
        "a-b": "a-b-2",
        "가": "prod-2",
        "나": "prod-3",
    }


def test_a_branch_that_no_environment_can_have_is_named_and_the_others_are_taken() -> None:
    others = ["../x", "release/**", "a b", "x'", "-x", '"; rm -rf /']
    workflows = {".github/workflows/a.yml": pushing([*others, "dev"])}
    found = adoption_of(RepositoryFacts(lambda path: None, "main", (), None, workflows), ())
    assert [each.branch for each in found.config.environments.values()] == ["dev"]
    keys = {key.key: key.status for each in found.imported for key in each.keys}
    assert all(any(f"branch `{other}`" in key for key in keys) for other in others)
    assert not any(other in found.pipeline for other in others)
