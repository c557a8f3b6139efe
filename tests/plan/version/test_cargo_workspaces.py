"""The places in a Cargo workspace that repeat the version of a released crate."""

from __future__ import annotations

import pytest
from plan.clones import clone_of, configure, plan
from repositories import Repository

from shipit.steps.repository import WriteFile

CORE = '[package]\nname = "acme-core"\nversion = "1.2.3"\n'
CLI = """\
[package]
name = "acme-cli"
version = "0.4.0"

[dependencies]
core = { path = "../core", package = "acme-core", version = "@", features = ["x"] }
other = { path = "../other", version = "1.2.3" }
serde = "1.2.3"

[target."cfg(unix)".dev-dependencies.acme-core]
version = "=@" # pinned
path = "../core"
"""


def written(repo: Repository, toml: str = "") -> dict[str, str]:
    clone = clone_of(repo)
    configure(clone, toml)
    steps = [step for step in plan(clone).steps if isinstance(step, WriteFile)]
    return {step.path: step.text for step in steps if not step.path.endswith("CHANGELOG.md")}


def test_path_dependencies_on_a_released_crate_get_its_version(repo: Repository) -> None:
    lock = '[[package]]\nname = "acme-cli"\nversion = "0.4.0"\n\n[[package]]\nname = "acme-core"\nversion = "@"\n'
    files = {
        "core/Cargo.toml": CORE,
        "cli/Cargo.toml": CLI.replace("@", "1.2.3"),
        "Cargo.lock": lock.replace("@", "1.2.3"),
    }
    repo.commit("feat: begin", files=files)
    repo.tag("core-v1.2.3")
    repo.commit("feat!: drop", files={"core/a.rs": "a"})
    found = written(repo, '[packages.core]\npath = "core"\n[packages.cli]\npath = "cli"\ndepends-on = ["core"]\n')
    assert found["core/Cargo.toml"] == CORE.replace("1.2.3", "2.0.0")
    assert found["cli/Cargo.toml"] == CLI.replace("@", "2.0.0")
    assert found["Cargo.lock"] == lock.replace("@", "2.0.0")


@pytest.mark.parametrize("requirement", ["1", "1.2", "1.1.0", ">=1.0.0, <2", "*"])
def test_a_requirement_of_another_form_or_version_stays(repo: Repository, requirement: str) -> None:
    repo.commit("feat: begin", files={"core/Cargo.toml": CORE, "cli/Cargo.toml": CLI.replace("@", requirement)})
    repo.tag("core-v1.2.3")
    repo.commit("fix: crash", files={"core/a.rs": "a"})
    assert written(repo, '[packages.core]\npath = "core"\n').keys() == {"core/Cargo.toml"}


def test_a_shared_version_of_a_workspace_is_written_into_its_dependencies_and_lock(repo: Repository) -> None:
    root = """\
[workspace]
members = ["core", "cli"]

[workspace.package]
version = "@"

[workspace.dependencies]
acme-core = { path = "core", version = "@" }
"""
    member = '[package]\nname = "{}"\nversion.workspace = true\n'
    own = '[package]\nname = "acme-own"\nversion = "1.2.3"\n'
    lock = "".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\n\n'
        for name, version in (("acme-cli", "@"), ("acme-core", "@"), ("acme-own", "1.2.3"))
    )
    files = {
        "core/Cargo.toml": member.format("acme-core"),
        "cli/Cargo.toml": member.format("acme-cli"),
        "own/Cargo.toml": own,
    }
    texts = {"Cargo.toml": root, "Cargo.lock": lock}
    repo.commit("feat: begin", files={**files, **{path: text.replace("@", "1.2.3") for path, text in texts.items()}})
    repo.tag("v1.2.3")
    repo.commit("fix: crash")
    assert written(repo) == {path: text.replace("@", "1.2.4") for path, text in texts.items()}


def test_path_dependencies_in_the_files_of_a_list_are_written_with_their_crate(repo: Repository) -> None:
    crate = (
        '[package]\nname = "{}"\nversion = "1.2.3"\n[dependencies]\ncore = {{ path = "../core", version = "=1.2.3" }}\n'
    )
    files = {"core/Cargo.toml": CORE, "cli/Cargo.toml": crate.format("cli"), "web/Cargo.toml": crate.format("web")}
    repo.commit("feat: begin", files=files)
    repo.tag("v1.2.3")
    repo.commit("feat!: more")
    found = written(repo, 'release.version-files = ["core/Cargo.toml", "cli/Cargo.toml"]\n')
    assert found == {path: files[path].replace("1.2.3", "2.0.0") for path in ("core/Cargo.toml", "cli/Cargo.toml")}
