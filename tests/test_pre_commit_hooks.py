"""The hooks that other repositories use with pre-commit: their commands run as pre-commit runs them."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from repositories import run
from ruamel.yaml import YAML

ROOT = Path(__file__).parent.parent
HOOKS = {hook["id"]: hook for hook in YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml")}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    run(tmp_path, "init", "--quiet", "--initial-branch=main")
    for message in ("feat: begin", "update stuff", "fix: crash"):
        run(tmp_path, "commit", "--quiet", "--allow-empty", "-m", message)
    return tmp_path


def status(hook: str, place: Path, *files: str, **variables: str) -> int:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    argv = [*shlex.split(HOOKS[hook]["entry"]), *files]
    return subprocess.run(argv, cwd=place, env={**os.environ, "PATH": path, **variables}, check=False).returncode


@pytest.mark.parametrize(("message", "expected"), [("feat: search\n", 0), ("update stuff\n", 3)])
def test_the_hook_for_a_message_gets_the_file_of_git(repository: Path, message: str, expected: int) -> None:
    (repository / ".git" / "COMMIT_EDITMSG").write_text(message)
    assert HOOKS["shipit-lint"]["stages"] == ["commit-msg"]
    assert status("shipit-lint", repository, ".git/COMMIT_EDITMSG") == expected


@pytest.mark.parametrize(("since", "expected"), [("HEAD~1", 0), ("HEAD~2", 3), ("", 3)])
def test_the_hook_for_a_push_checks_its_commits_also_for_a_new_branch(
    repository: Path, since: str, expected: int
) -> None:
    assert not HOOKS["shipit-lint-push"]["pass_filenames"]
    refs = {"PRE_COMMIT_FROM_REF": since, "PRE_COMMIT_TO_REF": "HEAD"}
    assert status("shipit-lint-push", repository, **refs) == expected
