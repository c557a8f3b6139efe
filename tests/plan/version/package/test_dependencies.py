"""Packages that depend on other packages."""

from __future__ import annotations

import pytest
from plan.asking import config_of, decisions, sections
from plan.clones import clone_of, configure, plan
from repositories import Repository

from shipit import api
from shipit.adapters.git import GitRepository
from shipit.plan.version import observe_upcoming

CHAIN = """
[packages.app]
path = "app"
depends-on = ["api"]
[packages.api]
path = "api"
depends-on = ["shared"]
[packages.shared]
path = "shared"
[packages.other]
path = "other"
"""


@pytest.fixture
def chain(repo: Repository) -> Repository:
    """A repository with a release of four packages; `app` depends on `api`, and that on `shared`."""
    names = ("app", "api", "shared", "other")
    repo.commit("feat: begin", files={f"{name}/package.json": '{"version": "1.0.0"}\n' for name in names})
    for name in names:
        repo.tag(f"{name}-v1.0.0")
    return repo


def change(repo: Repository, package: str, message: str = "feat: more") -> str:
    return repo.commit(message, files={f"{package}/{message}": message})


def versions(repo: Repository, *only: str) -> dict[str, str | None]:
    git, config = GitRepository(str(repo.path)), config_of(CHAIN)
    found = observe_upcoming(git, config, reasons=False, only=only).versions
    explained = observe_upcoming(git, config, reasons=True, only=only).versions
    assert [each.version for each in found] == [each.version for each in explained]
    return {each.package: each.version for each in found}


def test_every_package_that_depends_on_a_released_one_gets_a_patch_with_the_reason(chain: Repository) -> None:
    made = change(chain, "shared")
    assert versions(chain) == {"app": "1.0.1", "api": "1.0.1", "shared": "1.1.0", "other": None}
    found = decisions(chain, CHAIN)
    assert [(each.commit, each.subject, each.reason) for each in found["app"].reasons] == [
        (made, "api 1.0.1", "dependency → patch")
    ]
    assert found["app"].bump == "patch"


def test_a_stronger_commit_of_its_own_decides(chain: Repository) -> None:
    change(chain, "shared", "fix: less")
    change(chain, "api", "feat: more")
    assert versions(chain) == {"app": "1.0.1", "api": "1.1.0", "shared": "1.0.1", "other": None}


def test_a_package_does_not_get_a_version_when_only_one_that_depends_on_it_is_released(chain: Repository) -> None:
    change(chain, "app")
    assert versions(chain) == {"app": "1.1.0", "api": None, "shared": None, "other": None}


def test_a_release_of_the_dependency_alone_is_followed_in_a_later_run(chain: Repository) -> None:
    change(chain, "shared")
    assert versions(chain, "shared") == {"shared": "1.1.0"}
    assert versions(chain, "api") == {"api": None}  # not while `shared` is left out
    released = chain.commit("chore(release): shared 1.1.0")
    chain.tag("shared-v1.1.0")
    assert versions(chain) == {"app": "1.0.1", "api": "1.0.1", "shared": None, "other": None}
    [reason] = decisions(chain, CHAIN)["api"].reasons
    assert (reason.commit, reason.subject) == (released, "shared 1.1.0")


def test_a_release_of_all_of_them_is_followed_by_none(chain: Repository) -> None:
    change(chain, "shared")
    chain.commit("chore(release): app 1.0.1, api 1.0.1, shared 1.1.0")
    for tag in ("app-v1.0.1", "api-v1.0.1", "shared-v1.1.0"):
        chain.tag(tag)
    assert not any(versions(chain).values())


def test_a_package_without_a_release_gets_its_first_one_from_its_own_commits(repo: Repository) -> None:
    change(repo, "shared")
    repo.commit("docs: begin", files={"api/a": "a"})
    assert versions(repo) == {"app": None, "api": None, "shared": "0.1.0", "other": None}
    change(repo, "api")
    assert versions(repo)["api"] == "0.1.0"


def test_the_plan_tags_all_of_them_and_the_notes_name_the_dependency(chain: Repository) -> None:
    change(chain, "shared")
    clone = clone_of(chain)
    configure(clone, CHAIN)
    made = plan(clone)
    assert [step.summary for step in made.steps if step.kind == "create-tag"] == [
        "tag app-v1.0.1",
        "tag api-v1.0.1",
        "tag shared-v1.1.0",
    ]
    assert "Includes api-v1.0.1" in made.notes and "Includes shared-v1.1.0" in made.notes


def test_the_whole_changelog_names_the_included_releases_like_that_of_one_release(chain: Repository) -> None:
    change(chain, "shared")
    chain.commit("chore(release): app 1.0.1, api 1.0.1, shared 1.1.0")
    for tag in ("app-v1.0.1", "api-v1.0.1", "shared-v1.1.0"):
        chain.tag(tag)
    newest, first = sections(chain, CHAIN, package=1)
    assert (newest.version, newest.includes, first.includes) == ("1.0.1", ("shared-v1.1.0",), ())


def test_a_replay_makes_the_same_releases(chain: Repository) -> None:
    change(chain, "shared")
    for tag in ("app-v1.0.1", "api-v1.0.1", "shared-v1.1.0"):
        chain.tag(tag)
    clone = clone_of(chain)
    configure(clone, CHAIN)
    replay = api.replay(api.open_project(str(clone)))
    assert (replay.agreeing, len(replay.releases)) == (3, 3)
