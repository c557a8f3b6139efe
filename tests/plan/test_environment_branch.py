"""An environment that only the configuration of another branch has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from plan.clones import clone_of, remote_of
from repositories import Repository, run

from shipit import api
from shipit.adapters.project import Project
from shipit.errors import UsageError

DEV = '[environments.dev]\nbranch = "dev"\nimage.name = "acme/app"\n'


def clone_with(repo: Repository, file: str = "shipit.toml", text: str = DEV) -> Path:
    """Return a clone of `main`, whose branch `dev` has the configuration `text`."""
    repo.commit("feat: begin", files={"shipit.toml": "# nothing yet\n"})
    repo.branch("dev")
    repo.commit("build: deploy dev", files={file: text})
    repo.switch("main")
    return clone_of(repo)


def refusal(clone: Path, environment: str = "dev") -> UsageError:
    with pytest.raises(UsageError) as caught:
        api.plan_image(api.open_project(str(clone)), environment)
    return caught.value


@pytest.mark.parametrize(
    "ask",
    [
        lambda project: api.plan_image(project, "dev"),
        lambda project: api.next_task(project, environment="dev"),
        lambda project: api.plan_deploy(project, "dev"),
        lambda project: api.status(project, "dev"),
    ],
)
def test_the_error_names_the_branch_that_has_the_table(repo: Repository, ask: Callable[[Project], object]) -> None:
    with pytest.raises(UsageError) as caught:
        ask(api.open_project(str(clone_with(repo))))
    assert caught.value.what == "there is no environment `dev` on branch `main`"
    assert caught.value.hint == (
        "`[environments.dev]` is in shipit.toml on branch `dev`: "
        "run the command there, or merge it: git merge origin/dev"
    )


def test_a_branch_of_the_clone_is_named_too(repo: Repository) -> None:
    clone = clone_with(repo)
    run(clone, "switch", "--quiet", "dev")
    run(clone, "switch", "--quiet", "main")
    run(clone, "branch", "--quiet", "-r", "-d", "origin/dev")
    assert "git merge dev" in (refusal(clone).hint or "")


def test_the_table_of_pyproject_is_found(repo: Repository) -> None:
    clone = clone_with(repo, "pyproject.toml", DEV.replace("environments", "tool.shipit.environments"))
    assert "is in pyproject.toml on branch `dev`" in (refusal(clone).hint or "")


def test_a_clone_that_is_behind_is_pulled(repo: Repository) -> None:
    clone = clone_with(repo)
    repo.commit("build: deploy dev", files={"shipit.toml": DEV})
    repo.git("branch", "--quiet", "-D", "dev")
    remote_of(repo)
    run(clone, "fetch", "--quiet", "--prune")
    assert (refusal(clone).hint or "").endswith("on branch `main`: git pull")


def test_a_branch_whose_name_a_shell_would_read_is_quoted(repo: Repository) -> None:
    repo.commit("feat: begin")
    repo.branch("x;id")
    repo.commit("build: deploy dev", files={"shipit.toml": DEV})
    repo.switch("main")
    assert (refusal(clone_of(repo)).hint or "").endswith("git merge 'origin/x;id'")


@pytest.mark.parametrize("text", ["[environments.dev", "environments = 3 # dev", "dev = 1", "environments.qa = {}"])
def test_other_branches_without_the_table_change_nothing(repo: Repository, text: str) -> None:
    error = refusal(clone_with(repo, text=text))
    assert error.what == "there is no environment `dev`"
    assert error.hint == 'write `[environments.dev]` with `branch = "dev"` in shipit.toml'
