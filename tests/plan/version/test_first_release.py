from __future__ import annotations

import pytest
from plan.asking import decision, next_of
from repositories import Repository

GRADLE = "plugins {{\n    id 'java'\n}}\n\nversion = '{}'\n"


def test_the_first_release_is_the_initial_version(repo: Repository) -> None:
    repo.commit("feat: begin")
    found = decision(repo)
    assert (found.version, found.tag, found.previous) == ("0.1.0", "v0.1.0", None)


@pytest.mark.parametrize("message", ["fix: a", "feat: a", "feat!: a"])
def test_the_first_release_does_not_depend_on_the_bump_of_its_commits(repo: Repository, message: str) -> None:
    repo.commit(message)
    assert next_of(repo) == "0.1.0"


def test_the_initial_version_can_be_configured(repo: Repository) -> None:
    repo.commit("feat: begin")
    assert next_of(repo, 'release.initial-version = "1.0.0"') == "1.0.0"


@pytest.mark.parametrize(("written", "declared"), [("0.0.1-SNAPSHOT", "0.0.1"), ("2.5.0", "2.5.0")])
def test_the_first_release_is_the_declared_version(repo: Repository, written: str, declared: str) -> None:
    repo.commit("feat: begin", files={"build.gradle": GRADLE.format(written)})
    assert next_of(repo) == declared
    assert next_of(repo, 'release.initial-version = "7.0.0"') == declared


def test_the_declared_version_is_the_committed_one_and_not_an_edit(repo: Repository) -> None:
    repo.commit("feat: begin", files={"build.gradle": GRADLE.format("0.0.1-SNAPSHOT")})
    (repo.check_out() / "build.gradle").write_text(GRADLE.format("9.9.9"))
    assert next_of(repo) == "0.0.1"


@pytest.mark.parametrize("written", ["0.9.0", "1.0.0", "1.0.1-SNAPSHOT", "next"])
def test_the_declared_version_is_ignored_after_the_first_release(repo: Repository, written: str) -> None:
    repo.commit("feat: begin", files={"build.gradle": GRADLE.format(written)})
    repo.tag("v1.0.0")
    repo.commit("fix: a")
    assert next_of(repo) == "1.0.1"


def test_a_version_file_without_a_readable_version_declares_no_version(repo: Repository) -> None:
    repo.commit("feat: begin", files={"build.gradle": "version = rootProject.findProperty('v')\n"})
    assert next_of(repo) == "0.1.0"


@pytest.mark.parametrize("message", ["docs: begin", "chore: begin", "Initial commit"])
def test_without_a_commit_that_counts_the_declared_version_is_not_released(repo: Repository, message: str) -> None:
    repo.commit(message, files={"build.gradle": GRADLE.format("1.0.0-SNAPSHOT")})
    assert next_of(repo) is None


def test_release_as_decides_the_first_release(repo: Repository) -> None:
    repo.commit("feat: begin\n\nRelease-As: 3.0.0")
    assert next_of(repo) == "3.0.0"


def test_floating_tags_alone_are_not_releases(repo: Repository) -> None:
    repo.commit("feat: begin")
    repo.tag("v1")
    repo.tag("nightly")
    assert next_of(repo) == "0.1.0"


def test_the_whole_history_counts_for_the_first_release(repo: Repository) -> None:
    for name in "abc":
        repo.commit(f"feat: {name}")
    assert [remark.subject for remark in decision(repo).reasons] == ["feat: c", "feat: b", "feat: a"]


def test_a_placeholder_in_a_version_file_declares_no_version(repo: Repository) -> None:
    repo.commit("feat: begin", files={"package.json": '{"version": "0.0.0-development"}'})
    assert next_of(repo) == "0.1.0"
