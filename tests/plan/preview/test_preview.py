"""The preview of a pull request: the releases after a merge and after a squash merge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from repositories import Repository

from shipit.adapters.clock import SystemClock
from shipit.adapters.files.templates import template_text
from shipit.adapters.git import GitRepository
from shipit.config.load import parse_config
from shipit.core.ci_event import PullRequest
from shipit.core.notes import Renderer
from shipit.plan.preview import Preview, PreviewMaker
from shipit.plan.views import preview_summary

PROPOSAL = PullRequest(12, "main")


@pytest.fixture
def repo(tmp_path: Path) -> Iterator[Repository]:
    """Yield a repository with v1.0.0, one fix, and the branch `proposal` checked out."""
    repo = Repository(tmp_path / "repo")
    repo.commit("feat: begin")
    repo.tag("v1.0.0")
    repo.commit("fix: crash")
    repo.branch("proposal")
    yield repo
    repo.close()


def preview(repo: Repository, toml: str = "", pull_request: PullRequest = PROPOSAL) -> Preview:
    """Merge `proposal` into main and return the preview."""
    repo.switch("main")
    merged = repo.merge("proposal", message="Merge proposal into main")
    notes = Renderer(template_text("default", "."))
    maker = PreviewMaker(GitRepository(str(repo.path)), parse_config(toml), "main", notes, SystemClock())
    return maker.preview(pull_request, merged)


def squashed(title: str, *, always: bool = False) -> PullRequest:
    return replace(PROPOSAL, title=title, squashed=True if always else None)


def test_a_preview_counts_the_proposed_commits_and_those_of_the_branch(repo: Repository) -> None:
    repo.commit("feat: search")
    found = preview(repo)
    assert found.headline == "Merging this releases 1.1.0"
    assert [remark.subject for remark in found.to_release[0].reasons] == ["feat: search", "fix: crash"]
    assert "### Features\n\n* search" in found.notes


def test_with_a_release_pull_request_only_merging_that_one_releases(repo: Repository) -> None:
    repo.commit("feat: search")
    config = '[release]\nwrite-back = "pull-request"\n'
    assert preview(repo, config).headline == "Merging this proposes 1.1.0 in the release pull request"
    own = replace(PROPOSAL, head="shipit/release/main")
    assert preview(repo, config, own).headline == "Merging this releases 1.1.0"


def test_a_pull_request_without_counted_commits_previews_the_release_of_the_branch(repo: Repository) -> None:
    repo.commit("docs: more")
    assert preview(repo).headline == "Merging this releases 1.0.1"


def test_a_preview_uses_the_settings_of_the_target_branch(repo: Repository) -> None:
    repo.commit("feat: search")
    toml = '[release]\nbranches = ["stable", { name = "main", prerelease = "beta" }]\n'
    assert preview(repo, toml).headline == "Merging this releases 1.1.0-beta.1"


def test_a_pull_request_to_another_branch_has_no_preview(repo: Repository) -> None:
    repo.commit("feat: search")
    assert preview(repo, '[release]\nbranch = "stable"\n').headline == "No preview: `main` is not a release branch"


def test_a_conflict_has_no_preview(repo: Repository) -> None:
    maker = PreviewMaker(GitRepository(str(repo.path)), parse_config(""), "main", Renderer(""), SystemClock())
    assert (
        maker.preview(PROPOSAL, None).headline
        == "No preview: GitHub has no merge commit of #12; resolve its conflicts with `main`"
    )


def test_where_pull_requests_are_squashed_the_title_decides(repo: Repository) -> None:
    repo.commit("feat!: try")
    repo.commit("wip")
    found = preview(repo, "", squashed("fix: search", always=True))
    assert found.headline == "Merging this releases 1.0.1"
    assert [remark.subject for remark in found.to_release[0].reasons] == ["fix: search (#12)", "fix: crash"]


def test_a_footer_of_a_squashed_commit_stays_a_footer(repo: Repository) -> None:
    repo.commit("fix: try\n\nBREAKING CHANGE: all is new")
    repo.commit("wip")
    assert preview(repo, "", squashed("feat: search", always=True)).headline == "Merging this releases 2.0.0"


def test_a_preview_shows_merge_and_squash_if_they_differ(repo: Repository) -> None:
    repo.commit("feat: search")
    repo.commit("wip")
    found = preview(repo, "", squashed("fix: search"))
    assert found.headline == "Merging this releases 1.1.0, squashing it releases 1.0.1"
    assert found.to_release[0].version == "1.1.0"


def test_a_preview_does_not_mention_the_squash_if_it_is_the_same(repo: Repository) -> None:
    repo.commit("feat: search")
    assert preview(repo, "", squashed("feat: search for all")).headline == "Merging this releases 1.1.0"


def test_a_squash_releases_only_the_changed_package(repo: Repository) -> None:
    repo.commit("wip", files={"web/index.html": "new"})
    toml = '[packages.api]\npath = "api"\ntag = "v{version}"\n[packages.web]\npath = "web"\n'
    found = preview(repo, toml, squashed("feat: page", always=True))
    assert found.headline == "Merging this releases web 0.1.0"


def test_a_footer_that_names_another_package_stays_with_that_package_in_a_squash(repo: Repository) -> None:
    repo.commit("fix: page\n\nRelease-As: api 2.0.0", files={"web/index.html": "new"})
    toml = '[packages.api]\npath = "api"\ntag = "v{version}"\n[packages.web]\npath = "web"\n'
    found = preview(repo, toml, squashed("feat: page", always=True))
    assert found.headline == "Merging this releases api 2.0.0, web 0.1.0"


def test_a_preview_has_the_commits_of_no_package_without_the_merge_commit(repo: Repository) -> None:
    repo.commit("fix: readme", files={"README.md": "new"})
    found = preview(repo, '[packages.web]\npath = "web"\ntag = "v{version}"\n', squashed("fix: readme", always=True))
    assert "fix: readme" in [each.subject for each in found.ignored]
    assert not [each for each in found.ignored if each.subject.startswith("Merge proposal")]
    assert "of no package" in preview_summary(found, None)
