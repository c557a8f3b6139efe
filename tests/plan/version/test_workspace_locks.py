"""The lock file of a workspace, which repeats the versions of the packages below it."""

from __future__ import annotations

from pathlib import Path

import pytest
from plan.asking import config_of
from plan.clones import clone_of, configure, doctor, plan
from repositories import Repository

from shipit.adapters.git import GitRepository
from shipit.plan.version import packages
from shipit.plan.version.files.version_files import version_files
from shipit.plan.views import render_plan

CARGO = '[package]\nname = "{}"\nversion = "1.0.0"\n'
CARGO_LOCK = '[[package]]\nname = "acme"\nversion = "1.0.0"\n\n[[package]]\nname = "acme-core"\nversion = "1.0.0"\n'
PYPROJECT = '[project]\nname = "Acme_API"\nversion = "1.0.0"\n'
UV_LOCK = '[[package]]\nname = "acme-api"\nversion = "1.0.0"\nsource = { editable = "py/api" }\n'
NPM_LOCK = (
    '{"packages": {"apps/web": {"name": "@acme/web", "version": "1.0.0"}, "node_modules/web": {"version": "9.0.0"}}}'
)
FILES = {
    "crates/acme/Cargo.toml": CARGO.format("acme"),
    "crates/core/Cargo.toml": CARGO.format("acme-core"),
    "Cargo.lock": CARGO_LOCK,
    "py/api/pyproject.toml": PYPROJECT,
    "py/uv.lock": UV_LOCK,
    "apps/web/package.json": '{"version": "1.0.0"}',
    "package-lock.json": NPM_LOCK,
}


def of(repo: Repository, directory: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the path and the places of each version file of the package in `directory`."""
    repo.check_out()
    git = GitRepository(str(repo.path))
    (package,) = packages(config_of(f'[packages.it]\npath = "{directory}"\n'))
    return [(file.path, file.paths) for file in version_files(git, git.head() or "", package)]


@pytest.mark.parametrize(
    ("directory", "lock", "place"),
    [
        ("crates/core", "Cargo.lock", "acme-core"),
        ("py/api", "py/uv.lock", "acme-api"),
        ("apps/web", "package-lock.json", "packages.apps/web.version"),
    ],
)
def test_a_package_of_a_workspace_has_its_place_in_the_lock_file(
    repo: Repository, directory: str, lock: str, place: str
) -> None:
    repo.commit("feat: begin", files=FILES)
    assert of(repo, directory)[1:] == [(lock, (place,))]


@pytest.mark.parametrize("lock", ['[[package]]\nname = "other"\nversion = "1.0.0"\n', "not TOML", ""])
def test_a_lock_file_without_the_package_is_none_of_its_version_files(repo: Repository, lock: str) -> None:
    repo.commit("feat: begin", files={**FILES, "Cargo.lock": lock})
    assert of(repo, "crates/core") == [("crates/core/Cargo.toml", ())]


def test_two_packages_write_their_places_in_one_lock_file(repo: Repository, tmp_path: Path) -> None:
    repo.commit("feat: begin", files=FILES)
    repo.tag("acme-v1.0.0")
    repo.tag("core-v1.0.0")
    repo.commit("fix: both", files={"crates/acme/a.rs": "a", "crates/core/a.rs": "a"})
    clone = clone_of(repo)
    configure(clone, '[packages.acme]\npath = "crates/acme"\n[packages.core]\npath = "crates/core"\n')
    assert doctor(clone) == {}
    shown = render_plan(plan(clone))
    assert shown.count("write Cargo.lock") == 1
    assert shown.count('+ version = "1.0.1"') == 4
