"""Releases that are brought back into `dev`, in memory: by fast-forward, by a merge commit, or by a pull request."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from engine.stage import Stage, new_world, public

from shipit.config.load import parse_config
from shipit.core.commits.lint import lint_message
from shipit.engine.apply import Silent
from shipit.errors import RemoteError, ShipitError
from shipit.plan.images import observe_images
from shipit.plan.release import make_release_plan, observe_release
from shipit.plan.version import rules_of
from shipit.steps.base import Step
from shipit.testing import FakeWorld, crash_matrix, recorded
from shipit.testing.git.repository import FakeGit

BRANCH = "shipit/back-merge/dev"
TITLE = "chore: merge release v1.1.0 into dev"


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage.of(tmp_path, 'back-merge = ["dev"]\n')


def with_dev(files: dict[str, str] | None = None, message: str = "feat: filters") -> FakeWorld:
    """Return a world with a feature to release, and a branch `dev` with a commit of its own if it has `files`."""
    world = new_world()
    world.remote.branches["dev"] = world.remote.branches["main"]
    if files:
        commit_to(world, "dev", message, files)
    world.git.fetch()
    return world


def own_commit() -> FakeWorld:
    return with_dev({"filters.txt": "by price"})


def conflict() -> FakeWorld:
    return with_dev({"build.gradle": "version = '1.0.1'\n"})


def protected() -> FakeWorld:
    world = own_commit()
    world.remote.protected.add("dev")
    return world


def commit_to(world: FakeWorld, branch: str, message: str, files: dict[str, str]) -> str:
    """Somebody pushes a commit to a branch; return its id."""
    other = world.fresh_clone()
    other.git.check_out(branch, world.remote.branches[branch])
    made = other.commit(message, files)
    other.push()
    return made


def state(world: FakeWorld) -> dict[str, Any]:
    """Return everything public, with the pull requests."""
    found = world.forge.find_pull_request(BRANCH, "dev")
    return {**public(world), "pull request": found and (found.number, found.state, found.title)}


def summaries(stage: Stage, world: FakeWorld) -> list[str]:
    return [step.summary for step in stage_plan(stage, world).steps]


def stage_plan(stage: Stage, world: FakeWorld) -> Any:
    notes: Any = Notes()
    return make_release_plan(stage.config, observe_release(world, stage.config), notes)


class Notes:
    """Release notes of one line."""

    def render(self, release: object) -> str:
        return "notes\n"


class Failures(Silent):
    """The errors of optional steps."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def optional_failed(self, step: Step, error: ShipitError) -> None:
        self.seen.append((step.kind, f"{error.what}; {error.hint}"))


def parents(world: FakeWorld, branch: str) -> tuple[str, ...]:
    return world.remote.commits.held[world.remote.branches[branch]].parents


def test_a_branch_without_commits_of_its_own_is_fast_forwarded_to_the_release(stage: Stage) -> None:
    world = with_dev()
    assert "bring v1.1.0 back into dev by fast-forward" in summaries(stage, world)
    stage.release(world)
    assert world.remote.branches["dev"] == world.remote.tags["v1.1.0"].commit


def test_a_branch_with_commits_of_its_own_gets_a_merge_commit_and_loses_nothing(stage: Stage) -> None:
    world = own_commit()
    before = world.remote.branches["dev"]
    expected = "bring v1.1.0 back into dev with a merge commit, or a pull request if it conflicts"
    assert expected in summaries(stage, world)
    stage.release(world)
    assert parents(world, "dev") == (before, world.remote.tags["v1.1.0"].commit)
    tree = world.remote.tree("dev")
    assert (tree["filters.txt"], tree["build.gradle"]) == ("by price", world.remote.tree("main")["build.gradle"])
    assert world.remote.subjects("dev")[0] == TITLE
    assert world.remote.branches["main"] == world.remote.tags["v1.1.0"].commit


def test_the_builds_of_the_branch_follow_the_release(stage: Stage) -> None:
    world = own_commit()
    stage.release(world)
    clone = world.fresh_clone()
    clone.git.check_out("dev", world.remote.branches["dev"])
    dev = parse_config('environments.dev = { branch = "dev", image.name = "acme/app" }')
    (image,) = observe_images(clone, dev, "dev", branch="dev", pushing=False).images
    assert str(image.wanted.source.version).startswith("1.2.0-dev.2+")
    assert image.wanted.reason == "2 commits after v1.1.0; next version 1.2.0"


def test_the_step_comes_after_the_release_is_published(stage: Stage) -> None:
    kinds = [step.kind for step in stage_plan(stage, own_commit()).steps]
    assert kinds.index("back-merge") > kinds.index("publish-release")


@pytest.mark.parametrize("make", [with_dev, own_commit, conflict, protected])
def test_a_run_after_it_does_nothing(stage: Stage, make: Callable[[], FakeWorld]) -> None:
    world = make()
    stage.release(world)
    end = state(world)
    watched, writes = recorded(world.fresh_clone())
    assert not stage.release(watched).released
    assert (writes, state(world)) == ([], end)


def test_the_merge_commit_passes_the_linter_and_releases_nothing_by_itself(stage: Stage) -> None:
    world = own_commit()
    stage.release(world)
    message = world.remote.commits.held[world.remote.branches["dev"]].message
    assert lint_message(message, rules_of(stage.config)) == ()
    clone = world.fresh_clone()
    clone.git.merge(world.remote.branches["dev"], "Merge branch 'dev'")
    clone.push()
    outcome = stage.release(world.fresh_clone())
    (decision,) = outcome.plan.decisions
    assert [reason.subject for reason in decision.reasons] == ["feat: filters"]


@pytest.mark.parametrize(
    ("make", "reason"), [(conflict, "`build.gradle` changed on both"), (protected, "refuses pushes")]
)
def test_a_conflict_or_a_protected_branch_gets_a_pull_request(
    stage: Stage, make: Callable[[], FakeWorld], reason: str
) -> None:
    world = make()
    before = world.remote.branches["dev"]
    outcome = stage.release(world)
    found = world.forge.find_pull_request(BRANCH, "dev")
    assert found and (found.state, found.title, found.head) == ("open", TITLE, world.remote.tags["v1.1.0"].commit)
    assert reason in found.body
    assert "git merge v1.1.0" in found.body
    assert (outcome.released, outcome.outputs["back-merge:dev"]) == (True, found.url)
    assert world.remote.branches["dev"] == before


@pytest.mark.parametrize(("make", "reason"), [(conflict, "`build.gradle` changed"), (protected, "refuses pushes")])
def test_without_pull_requests_the_warning_has_the_reason_and_the_commands(
    stage: Stage, make: Callable[[], FakeWorld], reason: str
) -> None:
    world, failures = make(), Failures()
    world.forge.opens_pull_requests = False
    assert not [each for each in summaries(stage, world) if "pull request" in each]
    assert stage.release(world, failures).released
    [(_, text)] = failures.seen
    assert reason in text
    assert text.endswith(
        "merge it by hand: git fetch --tags origin && git switch dev && git pull origin dev && git merge v1.1.0 && "
        "git push origin dev"
    )
    assert BRANCH not in world.remote.branches


@pytest.mark.parametrize("how", ["merge", "squash", "close"])
def test_a_merged_or_closed_pull_request_is_not_opened_again(
    stage: Stage, how: Literal["merge", "squash", "close"]
) -> None:
    world = protected()
    stage.release(world)
    if how == "close":
        world.remote.pull_requests.close(1, delete_branch=True)
    else:
        world.remote.pull_requests.merge(1, how, delete_branch=True)
    watched, writes = recorded(world.fresh_clone())
    stage.release(watched)
    assert writes == []


def test_the_pull_request_of_the_next_release_is_the_same_one(stage: Stage) -> None:
    world = conflict()
    stage.release(world)
    commit_to(world, "main", "fix: crash", {"search.txt": "found again"})
    stage.release(world.fresh_clone())
    found = world.forge.find_pull_request(BRANCH, "dev")
    assert found and (found.number, found.state) == (1, "open")
    assert (found.title, found.head) == (TITLE.replace("1.1.0", "1.1.1"), world.remote.tags["v1.1.1"].commit)


def test_what_people_resolve_in_the_pull_request_is_never_overwritten(stage: Stage) -> None:
    world = conflict()
    stage.release(world)
    other = world.fresh_clone()
    other.git.check_out(BRANCH, world.remote.branches[BRANCH])
    resolved = other.git.merge(world.remote.branches["dev"], "chore: resolve the conflict")
    other.push()
    commit_to(world, "main", "fix: crash", {"search.txt": "found again"})
    failures = Failures()
    assert stage.release(world.fresh_clone(), failures).released
    assert world.remote.branches[BRANCH] == resolved
    [(kind, text)] = failures.seen
    assert (kind, "merge the pull request" in text) == ("back-merge", True)
    world.remote.pull_requests.merge(1, "merge")
    stage.release(world.fresh_clone())
    assert world.remote.tags["v1.1.1"].commit in parents(world, "dev")


def test_a_pull_request_that_people_resolved_is_done_until_the_next_release(stage: Stage) -> None:
    world = conflict()
    stage.release(world)
    commit_to(world, BRANCH, "chore: resolve", {"build.gradle": "resolved"})
    failures = Failures()
    watched, writes = recorded(world.fresh_clone())
    stage.release(watched, failures)
    assert (writes, failures.seen) == ([], [])


@pytest.mark.parametrize("how", ["squash", "close"])
def test_a_pull_request_that_people_resolved_is_not_opened_again_after_its_branch_was_deleted(
    stage: Stage, how: Literal["squash", "close"]
) -> None:
    world = conflict()
    stage.release(world)
    other = world.fresh_clone()
    other.git.check_out(BRANCH, world.remote.branches[BRANCH])
    other.git.merge(world.remote.branches["dev"], "chore: resolve the conflict")
    other.push()
    if how == "close":
        world.remote.pull_requests.close(1, delete_branch=True)
    else:
        world.remote.pull_requests.merge(1, how, delete_branch=True)
    watched, writes = recorded(world.fresh_clone())
    stage.release(watched)
    assert writes == []
    commit_to(world, "main", "fix: crash", {"search.txt": "found again"})
    stage.release(world.fresh_clone())
    found = world.forge.find_pull_request(BRANCH, "dev")
    assert found and (found.number, found.state) == (2, "open")


def test_a_failure_is_a_warning_and_the_next_run_brings_the_release_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, failures = own_commit(), Failures()
    with monkeypatch.context() as broken:
        receive = type(world.remote).receive

        def fails(remote: Any, commits: Any, *, branch: str | None, **rest: Any) -> None:
            if branch == "dev":
                raise RemoteError("the remote cannot be reached", hint="run the same command again", retryable=True)
            receive(remote, commits, branch=branch, **rest)

        broken.setattr(type(world.remote), "receive", fails)
        assert stage.release(world, failures).released
    assert failures.seen == [("back-merge", "the remote cannot be reached; run the same command again")]
    assert not world.remote.releases["v1.1.0"].draft
    again = world.fresh_clone()
    assert summaries(stage, again) == [
        "bring v1.1.0 back into dev with a merge commit, or a pull request if it conflicts"
    ]
    assert not stage.release(again).released
    assert world.remote.tags["v1.1.0"].commit in parents(world, "dev")


def test_a_push_whose_answer_was_lost_is_done(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    world, failures, push = own_commit(), Failures(), FakeGit.push

    def lost(git: FakeGit, *, branch: str | None, **rest: Any) -> None:
        push(git, branch=branch, **rest)
        if branch == "dev":
            raise RemoteError("the connection was closed", retryable=True)

    monkeypatch.setattr(FakeGit, "push", lost)
    stage.release(world, failures)
    assert failures.seen == []
    assert world.remote.tags["v1.1.0"].commit in parents(world, "dev")


def test_commits_that_others_push_to_the_branch_meanwhile_are_kept(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = own_commit()
    merge_files, pushed = world.git.merge_files, list[str]()

    def overtaken(one: str, other: str) -> Any:
        if not pushed:
            pushed.append(commit_to(world, "dev", "feat: meanwhile", {"meanwhile.txt": "there"}))
        return merge_files(one, other)

    monkeypatch.setattr(world.git, "merge_files", overtaken)
    stage.release(world)
    assert parents(world, "dev") == (pushed[0], world.remote.tags["v1.1.0"].commit)


def differing(
    make: Callable[[], FakeWorld],
    stage: Stage,
    resume: Callable[[FakeWorld], FakeWorld],
    state: Callable[[FakeWorld], object] = state,
) -> set[tuple[str, int, str]]:
    """Return the kills after which a second run does not end as a run that was not killed."""
    whole = make()
    stage.release(whole)
    crashes = list(crash_matrix(make, stage.release, state, resume))
    assert crashes
    return {(crash.write, crash.at, crash.when) for crash in crashes if crash.state != state(whole)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "settings"),
    [(conflict, ""), (own_commit, ""), (own_commit, "snapshot = true\n"), (own_commit, 'write-back = "api"\n')],
)
def test_a_release_killed_at_any_write_is_brought_back_by_running_again(
    tmp_path: Path, make: Callable[[], FakeWorld], settings: str
) -> None:
    stage = Stage.of(tmp_path, f'back-merge = ["dev"]\n{settings}')
    assert differing(make, stage, FakeWorld.fresh_clone) == set()


@pytest.mark.parametrize("make", [with_dev, own_commit, conflict, protected])
@pytest.mark.parametrize("resume", [FakeWorld.next_run, FakeWorld.fresh_clone])
def test_a_run_that_only_brings_a_release_back_can_be_killed_at_any_write(
    stage: Stage, make: Callable[[], FakeWorld], resume: Callable[[FakeWorld], FakeWorld]
) -> None:
    without = Stage.of(stage.place)

    def released() -> FakeWorld:
        world = make()
        without.release(world)
        return world.fresh_clone()

    assert differing(released, stage, resume) == set()


def test_a_release_whose_pull_request_was_merged_is_brought_back(tmp_path: Path) -> None:
    stage, world = Stage.of(tmp_path, 'back-merge = ["dev"]\nwrite-back = "pull-request"\n'), own_commit()
    stage.release(world)
    assert "filters.txt" not in world.remote.tree("main")
    world.remote.pull_requests.merge(1, "squash")
    clone = world.fresh_clone()
    assert "back-merge" in [step.kind for step in stage_plan(stage, clone).steps]
    stage.release(clone)
    assert world.remote.tags["v1.1.0"].commit in parents(world, "dev")


def test_a_branch_that_the_remote_lacks_is_a_warning(stage: Stage) -> None:
    world = new_world()
    (finding,) = stage_plan(stage, world).findings
    assert (finding.code, finding.severity) == ("back-merge-branch", "warning")
    assert stage.release(world).released
    assert "dev" not in world.remote.branches


def test_a_release_of_a_maintenance_branch_is_not_brought_back(tmp_path: Path) -> None:
    stage, world = Stage.of(tmp_path, 'back-merge = ["dev"]\nbranches = ["next", "main"]\n'), own_commit()
    before = world.remote.branches["dev"]
    assert stage.release(world).released
    assert world.remote.branches["dev"] == before


def test_a_tag_that_a_person_made_is_not_brought_back(stage: Stage) -> None:
    world = own_commit()
    world.git.tag("v1.1.0")
    world.push("v1.1.0")
    assert summaries(stage, world.fresh_clone()) == []
