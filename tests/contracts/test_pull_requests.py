"""The contract of the release pull request on every forge that has pull requests: GitHub, and in memory."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from contracts.clones import Clone, InMemory, Real
from standin.pulls import merge
from standin.server import GOOD, INSTALLATION, GitHubStandIn

from shipit.adapters.github import GitHubForge
from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.core.write_back import MergeMethod
from shipit.errors import AuthError, RemoteError
from shipit.testing import FakeWorld
from shipit.world import Forge, ForgePullRequest

BRANCH = "shipit/release/main"


@dataclass(frozen=True)
class Bench:
    """A forge, a clone of its repository, and the actions of people on the web page."""

    forge: Forge
    clone: Clone
    close: Callable[[int], object]
    merge: Callable[[int, Any], object]
    writes: Callable[[], Any]


def in_memory(tmp_path: Path, request: pytest.FixtureRequest) -> Bench:
    world = FakeWorld.new({})
    pulls = world.remote.pull_requests
    return Bench(world.forge, InMemory(world), pulls.close, pulls.merge, lambda: [each.shown for each in pulls._held])


def github_over_the_stand_in(tmp_path: Path, request: pytest.FixtureRequest) -> Bench:
    github: GitHubStandIn = request.getfixturevalue("github")
    github.protected = {"main"}  # GitHub enables auto-merge only if a pull request has to wait for something
    clone = real_clone(github, tmp_path)

    def close(number: int) -> None:
        github.pulls[number - 1].state = "closed"

    def merge_it(number: int, how: str) -> None:
        merge(github, github.pulls[number - 1], how)

    return Bench(forge_of(github), clone, close, merge_it, lambda: len(github.writes))


def forge_of(github: GitHubStandIn, token: str = GOOD) -> GitHubForge:
    policy = RetryPolicy(timeout=5, pause=0, between_writes=None)
    return GitHubForge(github.slug, token, github.api_url, github.url, retry_policy=policy)


def real_clone(github: GitHubStandIn, tmp_path: Path) -> Real:
    subprocess.run(["git", "clone", "--quiet", str(github.git.path), str(tmp_path / "clone")], check=True)
    return Real(tmp_path)


@pytest.fixture(params=[in_memory, github_over_the_stand_in], ids=lambda make: make.__name__)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    bench: Bench = request.param(tmp_path, request)
    base = bench.clone.commit("chore: begin", {"a.txt": "1"})
    bench.clone.push()
    propose(bench, base, None)
    return bench


def propose(bench: Bench, base: str, expected: str | None, text: str = "2") -> str:
    git = bench.clone.git
    made = git.commit_files(git.write_files(base, {"a.txt": text}), base, f"chore(release): 1.0.0\n\n{text}\n")
    git.push(branch=BRANCH, commit=made, expected=expected, tags=())
    return made


def keep(forge: Forge, title: str = "chore(release): 1.0.0", body: str = "채팅 검색\n") -> ForgePullRequest:
    return forge.keep_pull_request(branch=BRANCH, base="main", title=title, body=body)


def test_a_pull_request_is_opened_once_and_found_with_its_text(bench: Bench) -> None:
    assert bench.forge.find_pull_request(BRANCH, "main") is None
    made = keep(bench.forge)
    head = bench.clone.git.remote_refs().branches[BRANCH]
    assert (made.number, made.state, made.title, made.body.strip()) == (1, "open", "chore(release): 1.0.0", "채팅 검색")
    assert made.head == head
    assert made.url.endswith("/pull/1")
    assert bench.forge.find_pull_request(BRANCH, "main") == made
    writes = bench.writes()
    assert keep(bench.forge) == made
    assert bench.writes() == writes
    assert bench.forge.find_pull_request("main", BRANCH) is None


def test_the_open_pull_request_gets_another_text(bench: Bench) -> None:
    keep(bench.forge)
    made = keep(bench.forge, "chore(release): 2.0.0", "more")
    assert (made.number, made.title, made.body) == (1, "chore(release): 2.0.0", "more")


def test_a_draft_is_opened_as_one_and_is_not_made_one_again(bench: Bench) -> None:
    drafted = bench.forge.keep_pull_request(branch=BRANCH, base="main", title="one", body="1", draft=True)
    assert drafted.draft
    bench.close(1)
    assert not keep(bench.forge, "two").draft
    assert not bench.forge.keep_pull_request(branch=BRANCH, base="main", title="three", body="3", draft=True).draft


def test_a_repository_without_drafts_is_told_the_setting(tmp_path: Path, github: GitHubStandIn) -> None:
    clone, forge = real_clone(github, tmp_path), forge_of(github)
    clone.git.push(branch=BRANCH, commit=clone.commit("feat: x"), expected=None, tags=())
    github.has_drafts = False
    with pytest.raises(RemoteError) as caught:
        forge.keep_pull_request(branch=BRANCH, base="main", title="one", body="1", draft=True)
    assert "remove `draft-pull-request`" in (caught.value.hint or "")


def test_a_pull_request_follows_its_branch(bench: Bench) -> None:
    keep(bench.forge)
    head = bench.clone.git.remote_refs().branches[BRANCH]
    other = propose(bench, str(bench.clone.git.head()), head, "3")
    found = bench.forge.find_pull_request(BRANCH, "main")
    assert found
    assert (found.number, found.state, found.head) == (1, "open", other)


def test_a_closed_pull_request_keeps_its_commits_and_another_one_can_be_opened(bench: Bench) -> None:
    keep(bench.forge)
    bench.close(1)
    found = bench.forge.find_pull_request(BRANCH, "main")
    assert found and found.state == "closed"
    assert [text.strip() for text in bench.forge.pull_request_messages(1)] == ["chore(release): 1.0.0\n\n2"]
    assert keep(bench.forge).number == 2


@pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
def test_a_merged_pull_request_is_merged_and_keeps_its_commits(bench: Bench, how: str) -> None:
    head = keep(bench.forge).head
    bench.merge(1, how)
    found = bench.forge.find_pull_request(BRANCH, "main")
    assert found
    assert (found.state, found.head) == ("merged", head)
    assert [text.strip() for text in bench.forge.pull_request_messages(1)] == ["chore(release): 1.0.0\n\n2"]
    bench.clone.git.fetch()
    assert bench.clone.git.text(str(bench.clone.git.tracked("main")), "a.txt") == "2"


@pytest.mark.parametrize("how", ["merge", "squash"])
def test_the_merged_pull_requests_of_a_branch_have_the_commit_of_the_merge(bench: Bench, how: str) -> None:
    keep(bench.forge)
    assert bench.forge.merged_pull_requests("main") == ()
    bench.merge(1, how)
    (found,) = bench.forge.merged_pull_requests("main")
    tip = bench.clone.git.remote_refs().branches["main"]
    assert (found.number, found.commit, found.body.strip(), found.by_writer) == (1, tip, "채팅 검색", True)
    assert bench.forge.merged_pull_requests("dev") == ()


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
def test_auto_merge_is_enabled_once_by_the_method_that_is_asked_for(bench: Bench, method: MergeMethod) -> None:
    assert keep(bench.forge).auto_merge == ""
    bench.forge.enable_auto_merge(BRANCH, "main", method)
    found = bench.forge.find_pull_request(BRANCH, "main")
    assert found
    assert found.auto_merge == method
    writes = bench.writes()
    bench.forge.enable_auto_merge(BRANCH, "main", method)
    assert bench.writes() == writes


@pytest.mark.parametrize("why", ["setting", "method", "clean"])
def test_an_auto_merge_that_github_refuses_is_an_error_with_the_fix(
    tmp_path: Path, github: GitHubStandIn, why: str
) -> None:
    clone, forge = real_clone(github, tmp_path), forge_of(github)
    github.protected = set() if why == "clean" else {"main"}
    github.allows_auto_merge = why != "setting"
    github.merge_methods = {"merge"} if why == "method" else {"squash"}
    clone.git.push(branch=BRANCH, commit=clone.commit("feat: x"), expected=None, tags=())
    keep(forge)
    with pytest.raises(RemoteError) as caught:
        forge.enable_auto_merge(BRANCH, "main", "squash")
    assert "`Allow auto-merge`" in (caught.value.hint or "")
    assert github.pulls[0].auto_merge == ""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_to_auto_merge_is_found(tmp_path: Path, github: GitHubStandIn, when: str) -> None:
    clone, forge = real_clone(github, tmp_path), forge_of(github)
    github.protected = {"main"}
    clone.git.push(branch=BRANCH, commit=clone.commit("feat: x"), expected=None, tags=())
    keep(forge)
    github.fail("POST", "/api/graphql$", 502, when=when)
    forge.enable_auto_merge(BRANCH, "main", "squash")
    assert github.pulls[0].auto_merge == "squash"


def test_a_pull_request_by_somebody_who_cannot_write_is_told_from_the_others(
    tmp_path: Path, github: GitHubStandIn
) -> None:
    clone = real_clone(github, tmp_path)
    forge = forge_of(github)
    head = clone.commit("feat: theirs")
    clone.git.push(branch=BRANCH, commit=head, expected=None, tags=())
    keep(forge)
    github.pulls[0].association = "CONTRIBUTOR"
    merge(github, github.pulls[0], "squash")
    (found,) = forge.merged_pull_requests("main")
    assert not found.by_writer


def test_a_branch_without_new_commits_gets_no_pull_request(bench: Bench) -> None:
    keep(bench.forge)
    bench.merge(1, "merge")
    with pytest.raises(RemoteError):
        keep(bench.forge)


def test_the_setting_that_forbids_actions_to_open_pull_requests_is_named(tmp_path: Path, github: GitHubStandIn) -> None:
    clone = real_clone(github, tmp_path)
    clone.commit("chore: begin", {"a.txt": "1"})
    clone.push()
    made = github.git.create_commit(str(clone.git.files_id("HEAD")), [str(clone.git.head())], "chore(release): 1.0.0")
    github.git.move(f"refs/heads/{BRANCH}", made)
    github.actions_may_open_pulls = False
    with pytest.raises(AuthError) as raised:
        keep(forge_of(github, INSTALLATION))
    assert "Allow GitHub Actions to create and approve pull requests" in str(raised.value.hint)


@pytest.mark.parametrize("required", ["rule", "protection", ""])
def test_a_pull_request_of_the_workflow_runs_no_checks_and_required_ones_are_known(
    tmp_path: Path, github: GitHubStandIn, required: str
) -> None:
    clone = real_clone(github, tmp_path)
    made = github.git.create_commit(str(clone.git.files_id("HEAD")), [str(clone.git.head())], "chore(release): 1.0.0")
    github.git.move(f"refs/heads/{BRANCH}", made)
    forge = forge_of(github, INSTALLATION)
    assert not keep(forge).runs_checks
    if required == "rule":
        github.rules = {
            "main": [
                {
                    "type": "required_status_checks",
                    "parameters": {"required_status_checks": [], "strict_required_status_checks_policy": False},
                }
            ]
        }
    elif required:
        github.protected, github.checks = {"main"}, {"test"}
    assert forge.requires_checks("main") is bool(required)


def test_only_an_administrator_learns_that_workflows_may_open_no_pull_request(github: GitHubStandIn) -> None:
    assert not forge_of(github, GOOD).refuses_workflow_pull_requests()
    github.actions_may_open_pulls = False
    assert forge_of(github, GOOD).refuses_workflow_pull_requests()
    assert not forge_of(github, INSTALLATION).refuses_workflow_pull_requests()
