"""Workflows, actions and scripts, as the checkers that know them best see them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from action.contract import (
    ACTION,
    COMPOSE,
    ECS,
    EXAMPLE,
    KUBERNETES,
    ROLLBACK,
    ROOT,
    STATIC_SITE,
    TWIN,
    WATCHTOWER,
    WORKFLOWS,
    Tree,
)

BIN = Path(sys.executable).parent
LANGUAGE_SERVICE = ROOT / ".cache/language-service"
OWN_WORKFLOWS = sorted(path for path in Tree().workflows if path.startswith(WORKFLOWS))


def said(command: Sequence[str | Path], **options: object) -> str:
    """What a checker has to say; nothing when all is well."""
    run = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, **options)  # type: ignore[call-overload]
    return "" if run.returncode == 0 else run.stdout + run.stderr


@pytest.fixture(params=[EXAMPLE, ROLLBACK, WATCHTOWER, COMPOSE, KUBERNETES, STATIC_SITE, ECS])
def example(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The example, as a user with the commit filled in has it."""
    path = tmp_path / "pipeline.yml"
    text = (ROOT / request.param).read_text()
    path.write_text(text.replace("OWNER", "octo").replace("@COMMIT", "@" + "1" * 40 + " # v1.0.0"))
    return path


def zizmor(*words: str | Path) -> str:
    return said([BIN / "zizmor", "--offline", "--no-progress", "--no-config", *words])


def test_zizmor_finds_no_attack_path_even_when_pedantic() -> None:
    assert zizmor("--persona", "pedantic", *OWN_WORKFLOWS, ACTION, TWIN) == ""


def test_zizmor_finds_no_attack_path_in_the_example(example: Path) -> None:
    assert zizmor(example) == ""


@pytest.mark.parametrize("path", [ACTION, TWIN])
def test_an_action_has_the_form_of_one(path: str) -> None:
    assert said([BIN / "check-jsonschema", "--builtin-schema", "vendor.github-actions", path]) == ""


@pytest.mark.parametrize("path", [*OWN_WORKFLOWS, EXAMPLE, ROLLBACK, WATCHTOWER, COMPOSE, KUBERNETES, STATIC_SITE, ECS])
def test_a_workflow_has_the_form_of_one(path: str) -> None:
    assert said([BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", path]) == ""


@pytest.mark.parametrize(("name", "schema"), [("bug", "forms"), ("idea", "forms"), ("config", "config")])
def test_an_issue_template_has_the_form_of_one(name: str, schema: str) -> None:
    template = ROOT / f".github/ISSUE_TEMPLATE/{name}.yml"
    assert said([BIN / "check-jsonschema", "--builtin-schema", f"vendor.github-issue-{schema}", template]) == ""


def test_the_preset_for_renovate_follows_the_schema_of_renovate() -> None:
    preset = ROOT / ".github/renovate-preset.json"
    assert said([BIN / "check-jsonschema", "--builtin-schema", "vendor.renovate", preset]) == ""


def test_githubs_language_service_finds_nothing(tmp_path: Path) -> None:
    examples = [tmp_path / "pipeline.yml", tmp_path / "rollback.yml"]
    for path, text in zip(examples, (EXAMPLE, ROLLBACK), strict=True):
        path.write_text((ROOT / text).read_text().replace("OWNER/shipit/", "./").replace("@COMMIT", ""))
    assert diagnosed(*(str(ROOT / path) for path in (*OWN_WORKFLOWS, ACTION, TWIN)), *map(str, examples)) == []


def test_githubs_language_service_would_find_something(tmp_path: Path) -> None:
    (tmp_path / "broken.yml").write_text((ROOT / EXAMPLE).read_text().replace("contents: read", "contents: red"))
    assert any("red" in finding for finding in diagnosed(str(tmp_path / "broken.yml")))


def diagnosed(*files: str) -> list[str]:
    if not (LANGUAGE_SERVICE / ".installed").exists() or shutil.which("node") is None:
        pytest.skip("not installed: GitHub's language service (make test installs it, where there is npm)")
    command: list[str | Path] = ["node", "tests/action/npm/diagnose.mjs", LANGUAGE_SERVICE, ROOT, *files]
    answer: list[str] = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    return answer


def test_shellcheck_finds_nothing_in_the_scripts() -> None:
    scripts = [*(ROOT / "scripts").iterdir(), *(ROOT / ".ci").iterdir(), *(ROOT / "examples").glob("**/*.sh")]
    shell = [path for path in scripts if path.is_file() and b"sh\n" in path.read_bytes().partition(b"set -")[0][:24]]
    assert len(shell) >= 3
    assert said([BIN / "shellcheck", *shell]) == ""


def test_shellcheck_finds_nothing_in_the_steps() -> None:
    for where, steps, _ in Tree().step_lists():
        for step in steps:
            found = said([BIN / "shellcheck", "--shell=bash", "-"], input=step["run"]) if "run" in step else ""
            assert not found, where
