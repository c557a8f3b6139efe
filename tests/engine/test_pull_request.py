"""The release pull request, in memory: proposed, kept current, merged by each method, and released from what was merged."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pytest
from engine.stage import Stage, new_world, public
from msgspec.structs import replace

from shipit.cli.commands.releases.release import report_release
from shipit.cli.session import Session
from shipit.config.load import parse_config
from shipit.config.model import AnnounceConfig
from shipit.engine.apply import Silent
from shipit.errors import CommandError, ConflictError, PreflightError, ShipitError
from shipit.plan.release import observe_release
from shipit.plan.views import render_plan
from shipit.steps.base import Step
from shipit.testing import FakeWorld, crash_matrix, interrupted, recorded
from shipit.testing.git.objects import FakeCommit
from shipit.testing.git.repository import FakeGit
from shipit.world import ForgePullRequest, World

BRANCH = "shipit/release/main"
METHODS = ("merge", "squash", "rebase")
Method = Literal["merge", "squash", "rebase"]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage.of(tmp_path, 'write-back = "pull-request"\n')


def pulls(world: FakeWorld) -> list[ForgePullRequest]:
    """Return all pull requests, oldest first."""
    world.remote.pull_requests.newest(BRANCH, "main")
    return [each.shown for each in world.remote.pull_requests._held]


def push(world: FakeWorld, message: str, path: str = "more.txt", text: str = "more") -> FakeWorld:
    """Somebody pushes a commit to main; return a fresh clone, as CI makes it."""
    other = world.fresh_clone()
    other.commit(message, {path: text})
    other.push()
    return world.fresh_clone()


def edit(world: FakeWorld, path: str, text: str, message: str = "docs: by hand") -> str:
    """Somebody commits to the branch of the pull request; return the id of the commit."""
    other = world.fresh_clone()
    other.git.check_out(BRANCH, world.remote.branches[BRANCH])
    made = other.commit(message, {path: text})
    other.push()
    return made


def test_a_release_is_proposed_in_a_pull_request_and_nothing_is_released(stage: Stage) -> None:
    world = new_world()
    before = world.remote.branches["main"]
    outcome = stage.release(world)
    assert not outcome.released
    assert outcome.report(applied=True)["released"] == "false"
    found = world.forge.find_pull_request(BRANCH, "main")
    assert found and (found.state, found.title) == ("open", "chore(release): 1.1.0")
    assert "search" in found.body
    assert world.remote.tree(BRANCH)["build.gradle"].endswith("version = '1.1.0'\n")
    assert "## [1.1.0]" in world.remote.tree(BRANCH)["CHANGELOG.md"]
    assert (world.remote.branches["main"], [*world.remote.tags], world.remote.releases) == (before, ["v1.0.0"], {})


def test_a_branch_that_accepts_only_signed_commits_is_a_warning_unless_git_or_the_forge_signs(tmp_path: Path) -> None:
    stage, world = Stage.of(tmp_path), new_world()
    world.forge.signed = {"main"}
    (finding,) = observe_release(world, stage.config).findings
    assert (finding.code, finding.severity) == ("github-unsigned", "warning")
    assert "its push can be refused" in finding.what
    assert '`write-back = "api"` or `"pull-request"`: then GitHub signs the commit' in finding.fix
    world.git.signing = True
    assert observe_release(world, stage.config).findings == ()
    for way in ("api", "pull-request"):
        through_forge, other = Stage.of(tmp_path, f'write-back = "{way}"\n').config, new_world()
        other.forge.signed = {"main"}
        assert observe_release(other, through_forge).findings == ()


def signing() -> FakeWorld:
    """Return a world whose release branch accepts only signed commits, and whose git does not sign."""
    world = new_world()
    world.forge.signed = {"main"}
    return world


def again(world: FakeWorld) -> FakeWorld:
    """Return a fresh clone of a world like `signing`."""
    clone = world.fresh_clone()
    clone.forge.signed = {"main"}
    return clone


def test_a_remote_that_removes_no_branch_gets_the_pull_request_too(stage: Stage) -> None:
    world = signing()
    world.remote.keeps_branches = True
    stage.release(world)
    assert world.remote.branches.keys() >= {BRANCH, "shipit/signing/main"}
    assert world.remote.pull_requests.newest(BRANCH, "main")
    stage.release(world)


def test_where_commits_must_be_signed_the_forge_makes_the_commit_of_the_pull_request(stage: Stage) -> None:
    world = signing()
    before = world.remote.branches["main"]
    clone, writes = recorded(world)
    outcome = stage.release(clone)
    assert outcome.plan.steps[0].summary == f"commit chore(release): 1.1.0 to {BRANCH} through the API"
    assert "forge.create_commit" in writes and "git.commit_files" not in writes
    assert outcome.outputs["commit-verified"] == "true"
    assert world.remote.commits.held[world.remote.branches[BRANCH]].parents == (before,)
    assert sorted(world.remote.branches) == ["main", BRANCH]
    watched, writes = recorded(again(world))
    stage.release(watched)
    assert writes == []


def test_the_branch_of_the_pull_request_moves_only_to_the_finished_commit_so_that_it_stays_open(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = signing()
    stage.release(world)
    push(world, "feat: filters", "filters.txt")
    moves, push_it = list[str | None](), FakeGit.push

    def noted(git: FakeGit, *, branch: str | None, **rest: Any) -> None:
        moves.append(branch)
        push_it(git, branch=branch, **rest)

    monkeypatch.setattr(FakeGit, "push", noted)
    stage.release(again(world))
    assert moves == ["shipit/signing/main", BRANCH]
    assert [(each.number, each.state) for each in pulls(world)] == [(1, "open")]
    assert "filters" in world.remote.tree(BRANCH)["CHANGELOG.md"]


def test_edits_of_people_that_git_makes_again_without_a_signature_are_named(stage: Stage) -> None:
    world = signing()
    stage.release(world)
    edit(world, "NEWS.md", "We can search!\n", "docs: add news")
    push(world, "feat: filters", "filters.txt")
    plan = stage.release(again(world)).plan
    assert [(each.code, each.severity) for each in plan.findings] == [("github-unsigned", "warning")]
    assert plan.findings[0].fix == (
        "merge it with a squash, which GitHub signs; to sign the commits of the next update: "
        "git config commit.gpgSign true"
    )
    assert world.remote.tree(BRANCH)["NEWS.md"] == "We can search!\n"


def test_a_commit_of_the_pull_request_that_was_made_before_the_rule_is_named(stage: Stage) -> None:
    world = new_world()
    stage.release(world)
    clone = again(world)
    clone.forge.signs = False
    (finding,) = stage.release(clone).plan.findings
    assert (finding.code, finding.severity) == ("github-unsigned", "warning")
    assert f"the commit of shipit on `{BRANCH}` is not signed" in finding.what


def test_a_run_killed_while_the_forge_signs_is_finished_by_running_again(stage: Stage) -> None:
    def rebuild() -> FakeWorld:
        world = signing()
        stage.release(world)
        edit(world, "NEWS.md", "We can search!\n", "docs: add news")
        push(world, "feat: filters", "filters.txt")
        return again(world)

    for make in (signing, rebuild):
        whole = make()
        stage.release(whole)
        crashes = list(crash_matrix(make, stage.release, everything, again))
        assert crashes
        assert {(each.write, each.when) for each in crashes if each.state != everything(whole)} == set()


def test_a_proposal_that_is_current_is_not_written_again_on_another_day_either(stage: Stage) -> None:
    world = new_world()
    stage.release(world)
    world.clock.sleep(100_000)
    for again in (world.next_run(), world.fresh_clone()):
        watched, writes = recorded(again)
        stage.release(watched)
        assert writes == []


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("message", [None, "Search for everyone (#1)\n\nThank you!"])
def test_merging_by_any_method_releases_what_was_merged(stage: Stage, method: Method, message: str | None) -> None:
    world = new_world()
    stage.release(world)
    merged = world.remote.pull_requests.merge(1, method, message, delete_branch=True)
    assert stage.release(world.fresh_clone()).released
    assert world.remote.tags["v1.1.0"].commit == merged
    release = world.remote.releases["v1.1.0"]
    assert not release.draft
    assert "search" in release.body
    assert [asset.name for asset in release.assets] == ["app.jar"]
    watched, writes = recorded(world.fresh_clone())
    assert not stage.release(watched).released
    assert writes == []


def test_a_merge_on_the_command_line_is_released(stage: Stage) -> None:
    world = new_world()
    stage.release(world)
    other = world.fresh_clone()
    head = world.remote.branches[BRANCH]
    other.git.merge(head, "Merge the release", world.remote.commits.held[head].tree)
    other.push()
    assert stage.release(world.fresh_clone()).released
    assert "v1.1.0" in world.remote.releases


def test_a_proposal_that_was_merged_without_its_files_is_made_again(stage: Stage) -> None:
    world = new_world()
    stage.release(world)
    other = world.fresh_clone()
    other.git.merge(world.remote.branches[BRANCH], "Merge with the files of main")
    other.push()
    assert not stage.release(world.fresh_clone()).released
    assert [each.state for each in pulls(world)] == ["merged", "open"]


def test_the_branch_follows_main_in_one_forced_update_and_the_pull_request_stays_open(stage: Stage) -> None:
    world = new_world()
    stage.release(world)
    clone, writes = recorded(push(world, "feat: filters"))
    stage.release(clone)
    assert writes.count("git.push") == 1
    assert [(each.number, each.state, each.title) for each in pulls(world)] == [(1, "open", "chore(release): 1.1.0")]
    assert "filters" in world.remote.tree(BRANCH)["CHANGELOG.md"]
    assert world.remote.subjects(BRANCH)[:2] == ["chore(release): 1.1.0", "feat: filters"]


def test_a_commit_that_changes_no_file_does_not_change_the_branch(stage: Stage) -> None:
    world = new_world()
    stage.release(world)
    head = world.remote.branches[BRANCH]
    push(world, "chore: set", "more.txt", "1")
    back = world.fresh_clone()
    del back.files.held["more.txt"]
    back.git.create_commit(("more.txt",), "chore: take back", by_hand=True)
    back.push()
    stage.release(world.fresh_clone())
    assert world.remote.branches[BRANCH] == head


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("message", [None, "Search for everyone\n\nThank you!"])
def test_commits_that_landed_before_the_merge_are_named_in_the_release_and_listed_by_the_next(
    stage: Stage, method: Method, message: str | None
) -> None:
    world = new_world()
    stage.release(world)
    push(world, "fix: too late", "late.txt")
    world.remote.pull_requests.merge(1, method, message, delete_branch=True)
    outcome = stage.release(world.fresh_clone())
    report = outcome.report(applied=True)
    assert (outcome.plan.finishes, report["pull-request"]) == (("v1.1.0",), pulls(world)[-1].url)
    body = world.remote.releases["v1.1.0"].body
    assert "Also in this version, and described with the next one:\n\n* fix: too late (" in body
    assert "too late" not in world.remote.tree()["CHANGELOG.md"]

    proposed = pulls(world)[-1]
    assert (proposed.number, proposed.state, proposed.title) == (2, "open", "chore(release): 1.1.1")
    section = world.remote.tree(BRANCH)["CHANGELOG.md"].partition("## [1.1.0]")[0]
    assert (section.count("too late"), section.count("search")) == (1, 0)
    world.remote.pull_requests.merge(2, method)
    stage.release(world.fresh_clone())
    watched, writes = recorded(world.fresh_clone())
    assert not stage.release(watched).plan.to_release
    assert writes == []


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("first", ["the feature", "the release"])
def test_a_merge_queue_that_merges_a_group_at_once_releases_the_release_and_proposes_the_rest(
    stage: Stage, method: Method, first: str
) -> None:
    world = new_world()
    stage.release(world)
    before = world.remote.branches["main"]
    if first == "the feature":
        push(world, "feat: filters (#7)", "filters.txt")
    merged = world.remote.pull_requests.merge(1, method)
    if first == "the release":
        push(world, "feat: filters (#7)", "filters.txt")
    world.remote.branches[f"gh-readonly-queue/main/pr-7-{before}"] = world.remote.branches["main"]
    assert stage.release(world.fresh_clone()).released
    assert world.remote.tags["v1.1.0"].commit == merged
    assert "filters" not in world.remote.tree()["CHANGELOG.md"]
    proposed = pulls(world)[-1]
    assert (proposed.number, proposed.state, proposed.title) == (2, "open", "chore(release): 1.2.0")
    assert world.remote.tree(BRANCH)["CHANGELOG.md"].count("filters") == 1


def test_a_closed_pull_request_is_not_opened_again_until_something_counts(stage: Stage) -> None:
    world = new_world()
    stage.release(world)
    world.remote.pull_requests.close(1, delete_branch=True)
    plan = stage.release(push(world, "chore: tidy up")).plan
    assert [finding.code for finding in plan.findings] == ["release-pr-closed"]
    assert plan.steps == ()
    assert [each.state for each in pulls(world)] == ["closed"]
    stage.release(push(world, "fix: crash", "crash.txt"))
    assert [each.state for each in pulls(world)] == ["closed", "open"]


def test_a_closed_pull_request_is_opened_again_when_a_counted_commit_is_reverted(stage: Stage) -> None:
    world = new_world()
    reverted = push(world, "feat: filters").git.head()
    stage.release(world.fresh_clone())
    world.remote.pull_requests.close(1)
    stage.release(push(world, f'Revert "feat: filters"\n\nThis reverts commit {reverted}.', "more.txt", ""))
    assert [each.state for each in pulls(world)] == ["closed", "open"]
    assert "filters" not in world.remote.tree(BRANCH)["CHANGELOG.md"]


def test_the_edits_of_people_are_kept_and_new_entries_are_added_below_their_heading(stage: Stage) -> None:
    world = new_world()
    stage.release(world)
    written = world.remote.tree(BRANCH)["CHANGELOG.md"].replace("* search (", "* **Find** every message (")
    edit(world, "CHANGELOG.md", written)
    edit(world, "NEWS.md", "We can search!\n", "docs: add news")
    assert "[`" not in written
    stage.release(push(world, "feat: filters", "filters.txt"))
    changelog = world.remote.tree(BRANCH)["CHANGELOG.md"]
    assert "* **Find** every message (" in changelog
    assert "* search (" not in changelog
    assert changelog.index("* **Find**") < changelog.index("* filters (")
    assert world.remote.tree(BRANCH)["NEWS.md"] == "We can search!\n"
    assert world.remote.tree(BRANCH)["filters.txt"] == "more"
    assert world.remote.subjects(BRANCH)[:3] == ["docs: add news", "docs: by hand", "chore(release): 1.1.0"]
    watched, writes = recorded(world.fresh_clone())
    outcome = stage.release(watched)
    assert writes == []
    assert "* **Find** every message (" in outcome.plan.notes
    assert "* **Find** every message (" in pulls(world)[0].body
    assert [step.summary for step in outcome.plan.steps] == [
        "commit chore(release): 1.1.0 to shipit/release/main, and keep 2 edits",
        "give pull request #1 into main the title chore(release): 1.1.0, and its notes",
    ]

    world.remote.pull_requests.merge(1, "squash")
    stage.release(world.fresh_clone())
    assert "* **Find** every message (" in world.remote.releases["v1.1.0"].body


def amend(world: FakeWorld) -> None:
    """Somebody amends the commit of shipit, and forces the branch to it."""
    other = world.fresh_clone()
    own = other.git.commit(world.remote.branches[BRANCH])
    assert own
    tree = world.remote.tree(BRANCH)
    other.git.check_out("amend", own.parents[0])
    changelog = tree["CHANGELOG.md"] + "\nBy hand.\n"
    other.commit(own.message, {"build.gradle": tree["build.gradle"], "CHANGELOG.md": changelog})
    head = world.remote.branches[BRANCH]
    other.git.push(branch=BRANCH, commit=str(other.git.head()), expected=head, tags=())


@pytest.mark.parametrize("method", METHODS)
def test_an_amended_commit_of_shipit_is_kept_as_an_edit(stage: Stage, method: Method) -> None:
    world = new_world()
    stage.release(world)
    amend(world)
    stage.release(push(world, "fix: crash", "crash.txt"))
    assert "By hand." in world.remote.tree(BRANCH)["CHANGELOG.md"]
    assert world.remote.tree(BRANCH)["CHANGELOG.md"].count("crash (") == 1
    push(world, "fix: too late", "late.txt")
    world.remote.pull_requests.merge(1, method)
    stage.release(world.fresh_clone())
    section = world.remote.tree(BRANCH)["CHANGELOG.md"].partition("## [1.1.0]")[0]
    assert (section.count("too late"), section.count("crash")) == (1, 0)


def test_an_edit_that_conflicts_stops_the_update_and_is_not_lost(stage: Stage) -> None:
    world = new_world()
    stage.release(world)
    edit(world, "search.txt", "found by hand")
    head = world.remote.branches[BRANCH]
    with pytest.raises(PreflightError) as raised:
        stage.release(push(world, "fix: search again", "search.txt", "found again"))
    (finding,) = raised.value.findings
    assert finding.code == "release-pr-conflict"
    assert "`search.txt`" in finding.what
    assert world.remote.branches[BRANCH] == head

    own = world.remote.commits.held[head].parents[0]
    assert f"git push origin +{own}:refs/heads/{BRANCH}" in finding.fix
    world.remote.branches[BRANCH] = own
    stage.release(world.fresh_clone())
    assert world.remote.tree(BRANCH)["search.txt"] == "found again"
    assert [each.state for each in pulls(world)] == ["open"]


def test_a_pull_request_whose_branch_somebody_deletes_stays_closed(stage: Stage) -> None:
    world = new_world()
    stage.release(world)
    del world.remote.branches[BRANCH]
    assert codes(stage, world.fresh_clone()) == ["release-pr-closed"]
    stage.release(push(world, "fix: crash", "crash.txt"))
    assert [each.state for each in pulls(world)] == ["closed", "open"]


@pytest.mark.parametrize("how", ["file", "file and heading", "footer"])
def test_a_version_that_a_person_asks_for_on_the_branch_is_proposed_from_then_on(stage: Stage, how: str) -> None:
    world = new_world()
    stage.release(world)
    if "heading" in how:
        edit(world, "CHANGELOG.md", world.remote.tree(BRANCH)["CHANGELOG.md"].replace("## [1.1.0]", "## [2.0.0]"))
    if "file" in how:
        edit(world, "build.gradle", world.remote.tree(BRANCH)["build.gradle"].replace("1.1.0", "2.0.0"))
    else:
        edit(world, "NEWS.md", "2.0\n", "docs: news\n\nRelease-As: 2.0.0")
    stage.release(world.fresh_clone())
    stage.release(push(world, "feat: filters", "filters.txt"))
    stage.release(world.fresh_clone())
    assert pulls(world)[-1].title == "chore(release): 2.0.0"
    assert world.remote.tree(BRANCH)["build.gradle"].endswith("version = '2.0.0'\n")
    assert "## [2.0.0]" in world.remote.tree(BRANCH)["CHANGELOG.md"]
    world.remote.pull_requests.merge(1, "squash")
    stage.release(world.fresh_clone())
    assert "v2.0.0" in world.remote.releases


def test_update_branch_by_the_forge_is_no_edit(stage: Stage) -> None:
    world = new_world()
    stage.release(world)
    other = push(world, "fix: crash", "crash.txt")
    other.git.check_out(BRANCH, world.remote.branches[BRANCH])
    other.git.merge(world.remote.branches["main"], f"Merge branch 'main' into {BRANCH}")
    other.push()
    stage.release(world.fresh_clone())
    assert world.remote.subjects(BRANCH)[:2] == ["chore(release): 1.1.0", "fix: crash"]


def test_auto_merge_is_enabled_and_the_merge_is_released(tmp_path: Path) -> None:
    settings = 'write-back = "pull-request"\nauto-merge = "squash"\n'
    stage, world = Stage.of(tmp_path, settings), new_world()
    stage.release(world)
    assert pulls(world)[0].auto_merge == "squash"
    watched, writes = recorded(world.fresh_clone())
    stage.release(watched)
    assert writes == []
    stage.release(push(world, "feat: filters", "filters.txt"))  # a rebuild keeps it
    assert (pulls(world)[0].auto_merge, len(pulls(world))) == ("squash", 1)
    world.remote.pull_requests.merge(1, "squash")
    assert stage.release(world.fresh_clone()).released
    crashes = crash_matrix(
        new_world, stage.release, lambda world: [each.auto_merge for each in pulls(world)], FakeWorld.fresh_clone
    )
    assert [crash.state for crash in crashes if crash.state != ["squash"]] == []


def test_an_auto_merge_that_is_on_and_not_in_the_settings_any_more_is_a_warning(stage: Stage, tmp_path: Path) -> None:
    world = new_world()
    with_key = Stage.of(tmp_path, 'write-back = "pull-request"\nauto-merge = "squash"\n')
    with_key.release(world)
    assert codes(with_key, world.fresh_clone()) == []
    assert codes(stage, world.fresh_clone()) == ["release-pr-auto-merge"]
    world.remote.pull_requests.close(1)
    assert "release-pr-auto-merge" not in codes(stage, world.fresh_clone())


def test_a_draft_that_a_person_marked_as_ready_stays_so_when_it_is_updated(tmp_path: Path) -> None:
    stage, world = Stage.of(tmp_path, 'write-back = "pull-request"\ndraft-pull-request = true\n'), new_world()
    stage.release(world)
    assert pulls(world)[0].draft
    held = world.remote.pull_requests._held[0]
    held.shown = replace(held.shown, draft=False)
    stage.release(push(world, "feat: filters", "filters.txt"))
    assert [(each.number, each.draft) for each in pulls(world)] == [(1, False)]


def test_an_auto_merge_that_the_repository_does_not_allow_is_a_warning_and_the_proposal_stays(tmp_path: Path) -> None:
    stage, world = Stage.of(tmp_path, 'write-back = "pull-request"\nauto-merge = "rebase"\n'), new_world()
    world.forge.methods = {"squash"}
    failed: list[str] = []

    class Failures(Silent):
        """The kinds of the optional steps that failed."""

        def optional_failed(self, step: Step, error: ShipitError) -> None:
            failed.append(step.kind)

    stage.release(world, Failures())
    assert (failed, pulls(world)[0].state) == (["auto-merge"], "open")


WORLDS: dict[str, Callable[[Stage], FakeWorld]] = {
    "open": lambda stage: new_world(),
    "rebuild": lambda stage: rebuilt(stage),
    "rebuild after a message was corrected": lambda stage: with_note(stage),
    **{f"release after {method}": partial(lambda method, stage: merged(stage, method), method) for method in METHODS},
    "release after a late commit": lambda stage: merged(stage, "squash", late=True),
}


def rebuilt(stage: Stage) -> FakeWorld:
    """Return a world whose pull request has an edit, and is behind main."""
    world = new_world()
    stage.release(world)
    edit(world, "NEWS.md", "We can search!\n", "docs: add news")
    return push(world, "feat: filters", "filters.txt")


def with_note(stage: Stage) -> FakeWorld:
    """Return a world in which a person corrected the message of a commit that the pull request lists."""
    world = rebuilt(stage)
    world.remote.notes[world.remote.branches["main"]] = "feat!: new filters\n"
    return world


def merged(stage: Stage, method: Method, *, late: bool = False) -> FakeWorld:
    world = new_world()
    stage.release(world)
    if late:
        push(world, "fix: too late", "late.txt")
    world.remote.pull_requests.merge(1, method, "Search for everyone\n\nThank you!", delete_branch=True)
    return world.fresh_clone()


def everything(world: FakeWorld) -> dict[str, object]:
    shown = [(each.state, each.title, each.body.count("\n")) for each in pulls(world)]
    return public(world) | {"pull requests": shown}


@pytest.mark.parametrize("fresh", [True, False], ids=["in a fresh clone", "in the same clone"])
@pytest.mark.parametrize("begin", [*WORLDS])
def test_a_run_killed_at_any_write_is_finished_by_running_again(stage: Stage, begin: str, fresh: bool) -> None:
    whole = WORLDS[begin](stage)
    stage.release(whole)
    crashes = list(
        crash_matrix(
            lambda: WORLDS[begin](stage),
            stage.release,
            everything,
            lambda world: world.fresh_clone() if fresh else world.next_run(),
        )
    )
    assert len(crashes) >= 8
    assert {(c.write, c.at, c.when) for c in crashes if c.state != everything(whole)} == set()


PERSON: dict[str, Callable[[FakeWorld, int], object]] = {
    "a new file": lambda world, n: edit(world, f"by-hand-{n}.md", f"by hand {n}\n"),
    "the section": lambda world, n: edit(world, "CHANGELOG.md", entry_by_hand(world, n)),
    "a fix on main": lambda world, n: push(world, f"fix: crash {n}", f"crash-{n}.txt", f"by hand {n}\n"),
    "the same file on main": lambda world, n: push(
        world, f"fix: search {n}", "search.txt", f"{world.remote.tree()['search.txt']}by hand {n}\n"
    ),
}


def entry_by_hand(world: FakeWorld, number: int) -> str:
    changelog = world.remote.tree(BRANCH)["CHANGELOG.md"]
    return changelog.replace("### Features\n\n", f"### Features\n\n* by hand {number}\n", 1)


@pytest.mark.parametrize("seed", range(60))
def test_nothing_that_a_person_writes_while_the_pull_request_is_updated_is_lost(stage: Stage, seed: int) -> None:
    chance, world = random.Random(seed), rebuilt(stage)
    trial, writes = recorded(rebuilt(stage))
    stage.release(trial)
    done: list[str] = []

    def a_person_acts(running: FakeWorld, left: int) -> World:
        def act() -> None:
            done.append(chance.choice([*PERSON]))
            PERSON[done[-1]](running, len(done))

        at = chance.randrange(1, len(writes) + 1)
        inner: World = a_person_acts(running, left - 1) if left > 1 else running
        return interrupted(inner, at, chance.choice(["before", "after"]), act)

    stage.release(a_person_acts(world, chance.randrange(1, 4)))
    stage.release(world.fresh_clone())
    written = "".join(world.remote.tree(BRANCH).values())
    assert [number for number in range(1, len(done) + 1) if f"by hand {number}" not in written] == [], done
    assert "We can search!" in written
    assert [each.state for each in pulls(world)] == ["open"]


def test_the_branch_of_a_base_with_a_slash_is_one_name(tmp_path: Path) -> None:
    stage = Stage.of(
        tmp_path, 'write-back = "pull-request"\nbranches = ["main", { name = "fix/1.x", range = "1.x" }]\n'
    )
    world = new_world()
    world.git.check_out("fix/1.x", str(world.git.head()))
    world.commit("fix: crash", {"crash.txt": "1"})
    world.push()
    stage.release(world)
    assert "shipit/release/fix--1.x" in world.remote.branches
    assert world.forge.find_pull_request("shipit/release/fix--1.x", "fix/1.x")
    stage.release(world.fresh_clone())
    assert [(each.state, each.title) for each in pulls(world)] == [("open", "chore(release): 1.1.0")] * 2


def test_a_channel_of_pre_releases_has_a_pull_request_of_its_own(tmp_path: Path) -> None:
    settings = 'write-back = "pull-request"\nbranches = ["main", { name = "next", prerelease = "beta" }]\n'
    stage, world = Stage.of(tmp_path, settings), new_world()
    world.git.check_out("next", str(world.git.head()))
    world.push()
    stage.release(world)
    world.remote.pull_requests.merge(1, "merge")
    world.remote.default = "next"
    stage.release(world.fresh_clone())
    assert world.remote.releases["v1.1.0-beta.1"].prerelease
    stage.release(push(world, "fix: crash"))
    assert pulls(world)[-1].title == "chore(release): 1.1.0-beta.2"


def two_packages(tmp_path: Path) -> tuple[Stage, FakeWorld]:
    """Return a repository with the packages `web` and `server`, both released as 0.1.0."""
    config = parse_config(
        '[release]\nwrite-back = "pull-request"\n'
        '[packages.web]\npath = "web"\nversion-files = ["web/VERSION"]\n'
        '[packages.server]\npath = "server"\nversion-files = ["server/VERSION"]\n'
    )
    stage, world = Stage(config, tmp_path), FakeWorld.new({"web/VERSION": "0.1.0\n", "server/VERSION": "0.1.0\n"})
    for name in ("web", "server"):
        world.git.tag(f"{name}-v0.1.0")
        world.push(f"{name}-v0.1.0")
    return stage, world


def test_several_packages_are_proposed_in_one_pull_request_and_released_together(tmp_path: Path) -> None:
    stage, world = two_packages(tmp_path)
    world.commit("feat: a page", {"web/b.txt": "b"})
    world.commit("fix: a query", {"server/b.txt": "b"})
    world.push()
    stage.release(world)
    assert pulls(world)[0].title == "chore(release): web 0.2.0, server 0.1.1"
    push(world, "fix: a late query", "server/late.txt")
    world.remote.pull_requests.merge(1, "squash", "Both\n\nat once", delete_branch=True)
    assert stage.release(world.fresh_clone()).packages == ("web 0.2.0", "server 0.1.1")
    assert {"web-v0.2.0", "server-v0.1.1"} <= world.remote.releases.keys()
    assert "a late query" in world.remote.releases["server-v0.1.1"].body
    assert pulls(world)[-1].title == "chore(release): server 0.1.2"
    assert "a late query" in world.remote.tree(BRANCH)["server/CHANGELOG.md"]


def separate(tmp_path: Path) -> tuple[Stage, FakeWorld]:
    """Return the same repository with a pull request for each package, and changes in both."""
    stage, world = two_packages(tmp_path)
    config = replace(stage.config, release=replace(stage.config.release, separate_pull_requests=True))
    world.commit("feat: a page", {"web/b.txt": "b"})
    world.commit("fix: a query", {"server/b.txt": "b"})
    world.push()
    return Stage(config, tmp_path), world


def of_each(world: FakeWorld) -> list[tuple[str, str, str]]:
    world.remote.pull_requests.newest(BRANCH, "main")
    return [(each.branch, each.shown.state, each.shown.title) for each in world.remote.pull_requests._held]


def test_each_package_has_a_pull_request_of_its_own_and_is_released_by_its_merge(tmp_path: Path) -> None:
    stage, world = separate(tmp_path)
    outcome = stage.release(world)
    web, server = (f"{BRANCH}--{name}" for name in ("web", "server"))
    assert of_each(world) == [
        (web, "open", "chore(release): web 0.2.0"),
        (server, "open", "chore(release): server 0.1.1"),
    ]
    assert outcome.report(applied=True)["pull-request"].splitlines() == [each.url for each in pulls(world)]
    assert world.remote.tree(web)["server/VERSION"] == "0.1.0\n"
    assert "a query" not in world.remote.tree(web)["web/CHANGELOG.md"]

    world.remote.pull_requests.merge(2, "squash", "A query\n\nby hand")
    assert stage.release(world.fresh_clone()).packages == ("server 0.1.1",)
    assert of_each(world)[0] == (web, "open", "chore(release): web 0.2.0")
    assert world.remote.tree(web)["server/VERSION"] == "0.1.1\n"
    watched, writes = recorded(world.fresh_clone())
    stage.release(watched)
    assert writes == []

    world.remote.pull_requests.merge(1, "rebase")
    assert stage.release(world.fresh_clone()).packages == ("web 0.2.0",)
    assert {"web-v0.2.0", "server-v0.1.1"} <= world.remote.releases.keys()
    assert [each.state for each in pulls(world)] == ["merged", "merged"]
    watched, writes = recorded(world.fresh_clone())
    stage.release(watched)
    assert writes == []


def test_each_package_is_named_with_its_own_pull_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stage, world = separate(tmp_path)
    outcome = stage.release(world)
    web, server = (each.url for each in pulls(world))
    assert outcome.proposed == {"web 0.2.0": web, "server 0.1.1": server}
    report_release(Session(), outcome)
    assert capsys.readouterr().err.splitlines() == [
        "proposed web 0.2.0, server 0.1.1; to release a package, merge its pull request:",
        f"web 0.2.0: {web}",
        f"server 0.1.1: {server}",
    ]
    text = render_plan(outcome.plan)
    assert "proposes each package in a pull request of its own; merging it releases the package" in text
    assert "nothing is released before a pull request is merged" in text

    world.remote.pull_requests.close(1)
    outcome = stage.release(push(world, "fix: another query", "server/c.txt"))
    assert outcome.proposed == {"server 0.1.1": server}


def test_two_pull_requests_that_are_merged_before_the_next_run_are_both_released(tmp_path: Path) -> None:
    stage, world = separate(tmp_path)
    stage.release(world)
    world.remote.pull_requests.merge(1, "squash")
    world.remote.pull_requests.merge(2, "merge", delete_branch=True)
    stage.release(world.fresh_clone())
    assert {"web-v0.2.0", "server-v0.1.1"} <= world.remote.releases.keys()
    assert "Also in this version" not in world.remote.releases["server-v0.1.1"].body


def test_closing_the_pull_request_of_one_package_lets_the_other_go_on(tmp_path: Path) -> None:
    stage, world = separate(tmp_path)
    stage.release(world)
    world.remote.pull_requests.close(1)
    plan = stage.release(push(world, "fix: another query", "server/c.txt")).plan
    assert [finding.code for finding in plan.findings] == ["release-pr-closed"]
    assert [state for _, state, _ in of_each(world)] == ["closed", "open"]
    assert "another query" in world.remote.tree(f"{BRANCH}--server")["server/CHANGELOG.md"]
    assert "a page" in plan.notes and "another query" in plan.notes


def test_separate_pull_requests_can_be_killed_at_any_write(tmp_path: Path) -> None:
    stage, whole = separate(tmp_path)
    stage.release(whole)
    crashes = list(crash_matrix(lambda: separate(tmp_path)[1], stage.release, everything, FakeWorld.fresh_clone))
    assert crashes
    assert {(each.write, each.when) for each in crashes if each.state != everything(whole)} == set()


def test_what_fails_after_the_merge_is_finished_by_the_same_command(stage: Stage) -> None:
    world = merged(stage, "squash")
    jar = world.process.effects["make jar"]

    def fail(files: object, env: object) -> None:
        raise CommandError("the build is broken")

    world.process.effects["make jar"] = fail
    with pytest.raises(CommandError):
        stage.release(world)
    assert "v1.1.0" not in world.remote.tags
    world.process.effects["make jar"] = jar
    assert stage.release(world.fresh_clone()).released
    assert "v1.1.0" in world.remote.releases


def test_a_release_is_built_from_its_own_commit_when_main_has_newer_ones(stage: Stage) -> None:
    world = merged(stage, "squash")
    push(world, "feat: newer", "build.gradle", "plugins {\n}\n\n// newer\nversion = '1.1.0'\n")
    asset = FakeWorld.next_run(merged(stage, "squash"))
    stage.release(asset)
    clone = world.fresh_clone()
    stage.release(clone)
    assert world.remote.releases["v1.1.0"].assets == asset.remote.releases["v1.1.0"].assets
    assert clone.git.head() == world.remote.branches["main"]
    assert "newer" not in world.remote.releases["v1.1.0"].body
    assert pulls(world)[-1].title == "chore(release): 1.2.0"


def test_the_title_and_the_body_that_a_person_writes_are_never_read(stage: Stage) -> None:
    world = new_world()
    stage.release(world)
    world.forge.keep_pull_request(branch=BRANCH, base="main", title="9.9.9", body="Release-As: 9.9.9")
    stage.release(world.fresh_clone())
    assert pulls(world)[0].title == "chore(release): 1.1.0"


def test_a_file_that_a_person_removes_on_the_branch_stays_removed(stage: Stage) -> None:
    world = new_world()
    stage.release(world)
    other = world.fresh_clone()
    other.git.check_out(BRANCH, world.remote.branches[BRANCH])
    del other.files.held["search.txt"]
    other.git.create_commit(("search.txt",), "docs: remove", by_hand=True)
    other.push()
    stage.release(push(world, "fix: crash", "crash.txt"))
    assert "search.txt" not in world.remote.tree(BRANCH)
    assert "crash.txt" in world.remote.tree(BRANCH)


def test_a_merge_that_resolves_a_conflict_by_hand_stops_the_update(stage: Stage) -> None:
    world = new_world()
    stage.release(world)
    other = push(world, "fix: crash", "crash.txt")
    other.git.check_out(BRANCH, world.remote.branches[BRANCH])
    tree = {**world.remote.commits.held[world.remote.branches[BRANCH]].tree, "crash.txt": b"resolved by hand"}
    other.git.merge(world.remote.branches["main"], "Merge main", tree)
    other.push()
    with pytest.raises(PreflightError) as raised:
        stage.release(world.fresh_clone())
    assert [finding.code for finding in raised.value.findings] == ["release-pr-conflict"]


def test_commits_of_people_that_were_squashed_with_the_release_are_not_made_again(stage: Stage) -> None:
    world = rebuilt(stage)
    stage.release(world)
    world.remote.pull_requests.merge(1, "squash")
    stage.release(push(world, "fix: crash", "crash.txt"))
    assert pulls(world)[-1].title == "chore(release): 1.1.1"
    assert world.remote.subjects(BRANCH)[:2] == ["chore(release): 1.1.1", "fix: crash"]


def test_a_commit_pushed_to_the_branch_after_its_merge_is_kept_in_the_next_proposal(stage: Stage) -> None:
    world = new_world()
    stage.release(world)
    world.remote.pull_requests.merge(1, "squash")
    stage.release(world.fresh_clone())
    edit(world, "NEWS.md", "We can search!\n", "docs: too late")
    stage.release(push(world, "fix: crash", "crash.txt"))
    assert pulls(world)[-1].title == "chore(release): 1.1.1"
    assert world.remote.tree(BRANCH)["NEWS.md"] == "We can search!\n"


def test_a_project_without_version_files_is_released_by_its_changelog(tmp_path: Path) -> None:
    config = parse_config('[release]\nwrite-back = "pull-request"\nversion-files = []\n')
    stage, world = Stage(config, tmp_path), FakeWorld.new({"README.md": "# App\n"})
    world.git.tag("v0.1.0")
    world.push("v0.1.0")
    stage.release(push(world, "feat: search"))
    world.remote.pull_requests.merge(1, "squash", "Search\n\nfor all")
    stage.release(world.fresh_clone())
    assert [*world.remote.releases] == ["v0.2.0"]


@pytest.mark.parametrize("method", METHODS)
def test_the_first_release_is_proposed_and_released(tmp_path: Path, method: Method) -> None:
    stage = Stage(parse_config('[release]\nwrite-back = "pull-request"\n'), tmp_path)
    world = FakeWorld.new({"build.gradle": "version = '0.0.1-SNAPSHOT'\n"})
    stage.release(push(world, "feat: search"))
    assert pulls(world)[0].title == "chore(release): 0.0.1"
    world.remote.pull_requests.merge(1, method)
    stage.release(world.fresh_clone())
    assert [*world.remote.releases] == ["v0.0.1"]


def test_the_body_fits_on_github_and_closes_no_issue(stage: Stage) -> None:
    world = new_world()
    for number in range(400):
        world.commit(f"fix: thank @octocat, closes #{number} {'x' * 200}", {f"{number}.txt": ""})
    world.push()
    stage.release(world)
    body = pulls(world)[0].body
    assert len(body) <= 65_536
    assert body.rstrip().endswith("it is in the changelog)")
    assert "closes #3" not in body
    assert not re.search(r"(?<!`)@octocat", body)


def codes(stage: Stage, world: FakeWorld) -> list[str]:
    return [finding.code for finding in stage.release(world).plan.findings]


def test_required_checks_that_never_run_for_the_pull_request_are_found(stage: Stage) -> None:
    world = new_world()
    stage.release(world)
    (held,) = world.remote.pull_requests._held
    held.shown = replace(held.shown, runs_checks=False)
    assert codes(stage, world.fresh_clone()) == []
    clone = world.fresh_clone()
    clone.forge.checked = {"main"}
    assert codes(stage, clone) == ["release-pr-no-checks"]


def test_a_pull_request_is_named_when_its_commits_are_reverted(stage: Stage) -> None:
    world = new_world()
    reverted = world.git.head()
    stage.release(world)
    revert = f'Revert "feat: search"\n\nThis reverts commit {reverted}.'
    assert codes(stage, push(world, revert, "search.txt", "")) == ["release-pr-empty"]
    assert pulls(world)[0].state == "open"


def test_a_version_that_a_person_announces_by_hand_is_released_with_a_warning(stage: Stage) -> None:
    world = new_world()
    other = world.fresh_clone()
    changelog = "# Changelog\n\n## 1.1.0\n\n* by hand\n"
    other.commit("Announce it", {"build.gradle": "version = '1.1.0'\n", "CHANGELOG.md": changelog})
    other.push()
    outcome = stage.release(world.fresh_clone())
    assert [finding.code for finding in outcome.plan.findings] == ["release-pr-base"]
    assert "by hand" in world.remote.releases["v1.1.0"].body


def test_an_edited_section_is_kept_when_the_version_rises(stage: Stage) -> None:
    world = new_world()
    stage.release(world)
    edit(world, "CHANGELOG.md", world.remote.tree(BRANCH)["CHANGELOG.md"].replace("* search (", "* **Find** (", 1))
    stage.release(push(world, "feat!: another protocol", "protocol.txt"))
    changelog = world.remote.tree(BRANCH)["CHANGELOG.md"]
    assert ("## [2.0.0]" in changelog, "## [1.1.0]" in changelog) == (True, False)
    assert ("* **Find** (" in changelog, "another protocol" in changelog) == (True, True)
    assert pulls(world)[0].title == "chore(release): 2.0.0"


@pytest.mark.parametrize("begin", [*WORLDS])
def test_of_two_runs_at_once_one_does_the_task_and_the_other_finds_it_done(
    stage: Stage, begin: str, tmp_path: Path
) -> None:
    alone = WORLDS[begin](stage)
    trial, writes = recorded(alone)
    stage.release(trial)
    (tmp_path / "other").mkdir()
    other = Stage(stage.config, tmp_path / "other")
    for at in range(1, len(writes) + 1):
        world = WORLDS[begin](stage)
        stage.release(interrupted(world, at, "before", partial(_release_elsewhere, other, world)))
        assert (writes[at - 1], everything(world)) == (writes[at - 1], everything(alone))


def _release_elsewhere(stage: Stage, world: FakeWorld) -> None:
    stage.release(world.fresh_clone())


def test_a_pull_request_is_told_once_in_which_release_it_is(stage: Stage) -> None:
    config = replace(stage.config, announce=AnnounceConfig(comment=True))
    stage, world = Stage(config, stage.place), new_world()
    stage.release(world)
    push(world, "fix: too late (#7)", "late.txt")
    for number in (1, 2):
        world.remote.pull_requests.merge(number, "squash")
        stage.release(world.fresh_clone())
    assert [*world.remote.releases] == ["v1.1.0", "v1.1.1"]
    (comment,) = world.remote.comments[7]
    assert "v1.1.0" in comment


def rebase(world: FakeWorld) -> None:
    """Somebody rebases the branch of the pull request on main, as the button `Update with rebase` does."""
    other = world.fresh_clone()
    head, base = world.remote.branches[BRANCH], world.remote.branches["main"]
    commits = [other.git.commit(head)]
    while commits[-1] and commits[-1].parents[0] not in other.git.reachable(base, [commits[-1].parents[0]]):
        commits.append(other.git.commit(commits[-1].parents[0]))
    onto = base
    for commit in reversed(commits):
        assert commit
        onto = other.git.reapply(commit.id, onto, {})
    other.git.push(branch=BRANCH, commit=onto, expected=head, tags=())


@pytest.mark.parametrize("message", ["docs: a word", "fix: crash", "feat!: another protocol"])
def test_a_branch_that_a_person_rebased_is_updated_with_all_edits(stage: Stage, message: str) -> None:
    world = new_world()
    stage.release(world)
    edit(world, "NEWS.md", "We can search!\n", "docs: add news")
    push(world, message, "other.txt")
    rebase(world)
    stage.release(world.fresh_clone())
    assert world.remote.tree(BRANCH)["NEWS.md"] == "We can search!\n"
    assert world.remote.tree(BRANCH)["other.txt"] == "more"
    version = "2.0.0" if "!" in message else "1.1.0"
    assert pulls(world)[0].title == f"chore(release): {version}"
    assert world.remote.tree(BRANCH)["build.gradle"].endswith(f"version = '{version}'\n")
    changelog = world.remote.tree(BRANCH)["CHANGELOG.md"]
    assert (changelog.count("* search ("), changelog.count("\n## [")) == (1, 1)
    watched, writes = recorded(world.fresh_clone())
    stage.release(watched)
    assert writes == []


def test_an_old_changelog_announces_no_release_before_the_first_one(tmp_path: Path) -> None:
    stage = Stage(parse_config('[release]\nwrite-back = "pull-request"\n'), tmp_path)
    changelog = "# Changelog\n\n## 1.4.0\n\n* by another tool\n"
    world = FakeWorld.new({"build.gradle": "version = '1.4.0'\n", "CHANGELOG.md": changelog})
    assert not stage.release(push(world, "feat: search")).released
    assert pulls(world)[0].title == "chore(release): 1.4.0"
    world.remote.pull_requests.merge(1, "squash", "The first\n\none")
    assert stage.release(world.fresh_clone()).released


def test_a_version_announced_by_hand_after_a_merged_proposal_names_no_released_commit(stage: Stage) -> None:
    world = merged(stage, "squash")
    stage.release(world)
    other = push(world, "fix: crash", "crash.txt")
    changelog = "# Changelog\n\n## 1.2.0\n\n* by hand\n"
    other.commit("Announce it", {"build.gradle": "version = '1.2.0'\n", "CHANGELOG.md": changelog})
    other.push()
    stage.release(world.fresh_clone())
    assert "search" not in world.remote.releases["v1.2.0"].body


@pytest.mark.parametrize("method", METHODS)
def test_a_version_that_a_person_asked_for_on_the_branch_is_not_asked_for_again_after_its_release(
    stage: Stage, method: Method
) -> None:
    world = new_world()
    stage.release(world)
    edit(world, "NEWS.md", "2.0\n", "docs: news\n\nRelease-As: 2.0.0")
    stage.release(world.fresh_clone())
    world.remote.pull_requests.merge(1, method)
    stage.release(world.fresh_clone())
    assert "v2.0.0" in world.remote.releases
    stage.release(push(world, "fix: crash", "crash.txt"))
    assert pulls(world)[-1].title == "chore(release): 2.0.1"


@pytest.mark.parametrize("method", METHODS)
def test_a_merge_that_is_reverted_before_its_release_is_not_released_but_proposed_again(
    stage: Stage, method: Method
) -> None:
    world = new_world()
    before = world.remote.tree()
    stage.release(world)
    merged = world.remote.pull_requests.merge(1, method)
    other = world.fresh_clone()
    files = {path: before[path] for path in ("build.gradle", "CHANGELOG.md")}
    other.commit(f'Revert "chore(release): 1.1.0"\n\nThis reverts commit {merged}.', files)
    other.push()
    assert not stage.release(world.fresh_clone()).released
    assert "v1.1.0" not in world.remote.tags
    again = world.remote.pull_requests.merge(2, method)
    assert stage.release(world.fresh_clone()).released
    assert world.remote.tags["v1.1.0"].commit == again


@pytest.mark.parametrize("how", ["a note", "a version", "another file"])
def test_a_rebase_releases_the_last_commit_of_the_pull_request_with_the_edits_of_people(stage: Stage, how: str) -> None:
    world = new_world()
    stage.release(world)
    tree = world.remote.tree(BRANCH)
    if how == "a note":
        edit(world, "CHANGELOG.md", tree["CHANGELOG.md"].replace("* search (", "* **Find** (", 1))
    elif how == "a version":
        edit(world, "build.gradle", tree["build.gradle"].replace("1.1.0", "2.0.0"))
        edit(world, "CHANGELOG.md", tree["CHANGELOG.md"].replace("## [1.1.0]", "## [2.0.0]"))
    else:
        edit(world, "NEWS.md", "We can search!\n", "fix: by hand")
    last = world.remote.pull_requests.merge(1, "rebase")
    stage.release(world.fresh_clone())
    version = "2.0.0" if how == "a version" else "1.1.0"
    assert [*world.remote.releases] == [f"v{version}"]
    assert world.remote.tags[f"v{version}"].commit == last
    assert ("**Find**" in world.remote.releases[f"v{version}"].body) == (how == "a note")
    assert [each.title for each in pulls(world)[1:]] == (["chore(release): 1.1.1"] if how == "another file" else [])


def test_update_branch_is_no_edit_if_both_changed_the_same_file(stage: Stage) -> None:
    world = new_world()
    stage.release(world)
    proposed = world.remote.tree(BRANCH)["build.gradle"]
    other = push(world, "fix: crash", "build.gradle", f"// newer\n{world.remote.tree()['build.gradle']}")
    head = world.remote.branches[BRANCH]
    other.git.check_out(BRANCH, head)
    tree = {**world.remote.commits.held[head].tree, "build.gradle": f"// newer\n{proposed}".encode()}
    other.git.merge(world.remote.branches["main"], f"Merge branch 'main' into {BRANCH}", tree)
    other.push()
    stage.release(world.fresh_clone())
    assert world.remote.subjects(BRANCH)[:2] == ["chore(release): 1.1.0", "fix: crash"]
    assert world.remote.tree(BRANCH)["build.gradle"] == f"// newer\n{proposed}"


@pytest.mark.parametrize("heading", ["1.2", "1.02.3"])
def test_a_heading_that_is_no_version_announces_nothing(tmp_path: Path, heading: str) -> None:
    config = parse_config('[release]\nwrite-back = "pull-request"\nversion-files = []\n')
    stage, world = Stage(config, tmp_path), FakeWorld.new({"README.md": "# App\n"})
    world.git.tag("v0.1.0")
    world.push("v0.1.0")
    stage.release(push(world, "feat: search", "CHANGELOG.md", f"# Changelog\n\n## {heading}\n\n* x\n"))
    assert pulls(world)[0].title == "chore(release): 0.2.0"


@pytest.mark.parametrize("base", ["none", "0" * 40, "--help", "HEAD", "v1.0.0", "", ":/x"])
@pytest.mark.parametrize("method", METHODS)
def test_trailers_that_a_stranger_wrote_hide_no_commit(stage: Stage, method: Method, base: str) -> None:
    forged = f"Shipit-Base: {base}\nShipit-Files: a\nShipit-Commits: b"
    world = new_world()
    stage.release(push(world, f"fix: crash\n\n{forged}", "crash.txt"))
    push(world, f"fix: too late\n\n{forged}", "late.txt")
    world.remote.pull_requests.merge(1, method, f"Search\n\n{forged}" if method != "rebase" else None)
    stage.release(world.fresh_clone())
    assert "fix: too late" in world.remote.releases["v1.1.0"].body
    section = world.remote.tree(BRANCH)["CHANGELOG.md"].partition("## [1.1.0]")[0]
    assert (section.count("too late"), section.count("crash")) == (1, 0)


def test_a_branch_with_a_history_of_its_own_is_left_as_it_is(stage: Stage) -> None:
    world = new_world()
    alien = world.remote.commits.add(FakeCommit({"wip.txt": b"1"}, (), "wip", 1))
    world.remote.branches[BRANCH] = alien
    with pytest.raises(PreflightError) as raised:
        stage.release(world.fresh_clone())
    assert [finding.code for finding in raised.value.findings] == ["release-pr-conflict"]
    assert world.remote.branches[BRANCH] == alien


@pytest.mark.parametrize("written", ["banana", "1.1.0-SNAPSHOT", ""])
def test_a_version_file_on_the_branch_whose_merge_would_release_nothing_is_named(stage: Stage, written: str) -> None:
    world = new_world()
    stage.release(world)
    edit(world, "build.gradle", world.remote.tree(BRANCH)["build.gradle"].replace("1.1.0", written))
    plan = stage.release(world.fresh_clone()).plan
    (finding,) = plan.findings
    assert finding.code == "release-pr-version"
    assert "`build.gradle`" in finding.what
    assert "1.1.0" in finding.fix


@pytest.mark.parametrize("footer", [False, True])
def test_a_version_that_cannot_be_released_names_the_branch_on_which_it_was_asked_for(
    stage: Stage, footer: bool
) -> None:
    world = new_world()
    stage.release(world)
    if footer:
        edit(world, "NEWS.md", "x\n", "docs: news\n\nRelease-As: 0.9.0")
    else:
        edit(world, "build.gradle", world.remote.tree(BRANCH)["build.gradle"].replace("1.1.0", "0.9.0"))
    with pytest.raises(ConflictError) as raised:
        stage.release(world.fresh_clone())
    assert BRANCH in str(raised.value.where)


def test_two_release_branches_do_not_share_the_branch_of_a_pull_request(tmp_path: Path) -> None:
    names = '"main", { name = "fix/1.x", range = "1.x" }, { name = "fix--1.x", range = "1.x" }'
    stage, world = Stage.of(tmp_path, f'write-back = "pull-request"\nbranches = [{names}]\n'), new_world()
    for name in ("fix/1.x", "fix--1.x"):
        world.git.check_out(name, world.remote.branches["main"])
        world.commit(f"fix: {name}", {"fix.txt": name})
        world.push()
    with pytest.raises(PreflightError) as raised:
        stage.release(world)
    (finding,) = raised.value.findings
    assert finding.code == "release-pr-branch"
    assert "`fix/1.x`" in finding.what
    assert "shipit/release/fix--1.x" not in world.remote.branches


def test_many_forged_trailers_cost_no_questions_to_git(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    world = new_world()
    stage.release(world)
    forged = "\n".join(f"Shipit-Base: {number:040x}" for number in range(10_000))
    base = world.remote.branches["main"]
    world.remote.pull_requests.merge(1, "squash", f"Search\n\n{forged}\nShipit-Base: {base}\n")
    asked: list[str] = []
    is_ancestor = FakeGit.is_ancestor

    def count(git: FakeGit, old: str, new: str) -> bool:
        asked.append(old)
        return is_ancestor(git, old, new)

    monkeypatch.setattr(FakeGit, "is_ancestor", count)
    assert stage.release(world.fresh_clone()).released
    assert f"Shipit-Base: {base}" in str(world.remote.tags["v1.1.0"].message)
    assert len(asked) < 100


@pytest.mark.parametrize("asked", ["3.0.0", "3.0.0-beta.1"])
@pytest.mark.parametrize("method", METHODS)
def test_a_footer_on_the_branch_asks_a_channel_for_a_pre_release(tmp_path: Path, method: Method, asked: str) -> None:
    settings = 'write-back = "pull-request"\nbranches = ["main", { name = "next", prerelease = "beta" }]\n'
    stage, world = Stage.of(tmp_path, settings), new_world()
    world.git.check_out("next", str(world.git.head()))
    world.push()
    world.remote.default = "next"
    stage.release(world)
    other = world.fresh_clone()
    other.git.check_out("shipit/release/next", world.remote.branches["shipit/release/next"])
    other.commit(f"docs: news\n\nRelease-As: {asked}", {"NEWS.md": "3.0\n"})
    other.push()
    stage.release(world.fresh_clone())
    world.remote.pull_requests.merge(1, method)
    stage.release(world.fresh_clone())
    assert [*world.remote.releases] == ["v3.0.0-beta.1"]
    stage.release(push(world, "fix: crash", "crash.txt"))
    assert pulls(world)[-1].title == "chore(release): 3.0.0-beta.2"


def test_a_changelog_on_the_branch_whose_merge_would_release_nothing_is_named(stage: Stage) -> None:
    world = new_world()
    stage.release(world)
    edit(world, "CHANGELOG.md", world.remote.tree(BRANCH)["CHANGELOG.md"].replace("## [1.1.0]", "## The search"))
    (finding,) = stage.release(world.fresh_clone()).plan.findings
    assert finding.code == "release-pr-version"
    assert "`CHANGELOG.md`" in finding.what


def test_a_second_section_of_the_version_that_a_person_writes_is_not_lost(stage: Stage) -> None:
    world = new_world()
    stage.release(world)
    edit(world, "CHANGELOG.md", f"{world.remote.tree(BRANCH)['CHANGELOG.md']}\n## 1.1.0\n\n* by hand\n")
    with pytest.raises(PreflightError) as raised:
        stage.release(push(world, "feat: filters", "filters.txt"))
    assert [finding.code for finding in raised.value.findings] == ["release-pr-conflict"]
    assert "* by hand" in world.remote.tree(BRANCH)["CHANGELOG.md"]


def test_a_maintenance_branch_does_not_release_a_merged_version_outside_its_range(tmp_path: Path) -> None:
    stage = Stage.of(tmp_path, 'write-back = "pull-request"\nbranches = ["main", { name = "fix", range = "1.x" }]\n')
    world = new_world()
    world.git.check_out("fix", str(world.git.head()))
    changelog = "# Changelog\n\n## 2.0.0\n\n* by hand\n"
    world.commit("feat: by hand", {"build.gradle": "version = '2.0.0'\n", "CHANGELOG.md": changelog})
    world.push()
    with pytest.raises(PreflightError) as raised:
        stage.release(world)
    assert [finding.code for finding in raised.value.findings] == ["version-lowered"]
    assert "v2.0.0" not in world.remote.tags


def test_another_write_back_does_not_replace_the_section_of_a_merged_release(stage: Stage, tmp_path: Path) -> None:
    world = new_world()
    stage.release(world)
    edit(world, "CHANGELOG.md", world.remote.tree(BRANCH)["CHANGELOG.md"].replace("* search (", "* **Find** (", 1))
    world.remote.pull_requests.merge(1, "squash")
    pushing = Stage.of(tmp_path)
    with pytest.raises(PreflightError) as raised:
        pushing.release(world.fresh_clone())
    assert [finding.code for finding in raised.value.findings] == ["release-pr-unreleased"]
    assert "**Find**" in world.remote.tree()["CHANGELOG.md"]
    assert stage.release(world.fresh_clone()).released
    pushing.release(push(world, "fix: crash", "crash.txt"))
    assert [*world.remote.releases] == ["v1.1.0", "v1.1.1"]


def test_a_footer_on_the_branch_asks_for_a_version_of_the_package_whose_files_its_commit_changes(
    tmp_path: Path,
) -> None:
    stage, world = two_packages(tmp_path)
    for name in ("web", "server"):
        world.commit(f"feat: a page of {name}", {f"{name}/b.txt": "b"})
    world.push()
    stage.release(world)
    edit(world, "server/NEWS.md", "2.0\n", "docs: news\n\nRelease-As: 2.0.0")
    edit(world, "NEWS.md", "3.0\n", "docs: news of no package\n\nRelease-As: 3.0.0")
    for _ in range(2):
        stage.release(world.fresh_clone())
    assert pulls(world)[0].title == "chore(release): web 0.2.0, server 2.0.0"
