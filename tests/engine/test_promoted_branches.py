"""The branch of an environment with `from`, in memory: moved to each release, or by a pull request; what people do there is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from engine.stage import CONFIG, Stage, new_world
from engine.test_back_merge import Failures, commit_to, differing, parents, stage_plan, summaries

from shipit.config.load import parse_config
from shipit.core.commits.lint import lint_message
from shipit.finding import Finding
from shipit.plan.images import observe_images
from shipit.plan.version import rules_of
from shipit.testing import FakeWorld, recorded

ENVIRONMENT = '[environments.prod]\nbranch = "prod"\nfrom = "main"\nimage.name = "acme/app"\n'
BRANCH = "shipit/promote/prod"


def of(place: Path, settings: str = "") -> Stage:
    return Stage(parse_config(f'[release]\nbranch = "main"\n{CONFIG}{settings}{ENVIRONMENT}'), place)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return of(tmp_path)


def shop() -> FakeWorld:
    """Return a world with a feature to be released as v1.1.0, and `prod` at v1.0.0."""
    world = new_world()
    world.remote.branches["prod"] = world.remote.tags["v1.0.0"].commit
    world.git.fetch()
    return world


def squashed() -> FakeWorld:
    """Return the same world after a person squashed v1.0.0 into an older `prod`."""
    world = shop()
    other = world.fresh_clone()
    other.git.check_out("prod", world.remote.branches["prod"])
    other.commit("chore: an older state", {"build.gradle": "version = '0.9.0'\n"})
    other.commit("Deploy (#1)", {"build.gradle": world.remote.tree("prod")["build.gradle"]})
    other.push()
    return world.fresh_clone()


def protected() -> FakeWorld:
    world = squashed()
    world.remote.protected.add("prod")
    return world


def release_of(world: FakeWorld, tag: str = "v1.1.0") -> str:
    return world.remote.tags[tag].commit


def revert(world: FakeWorld) -> str:
    """Somebody brings `prod` back to v1.0.0; return the commit."""
    tree = world.remote.commits.held[release_of(world, "v1.0.0")].tree
    other = world.fresh_clone()
    other.git.check_out("prod", world.remote.branches["prod"])
    removed = world.remote.tree("prod").keys() - tree.keys()
    for path, text in tree.items():
        other.files.edit(path, text.decode())
    for path in removed:
        del other.files.held[path]
    made = other.git.create_commit((*tree, *removed), "revert: back to 1.0.0", by_hand=True)
    other.push()
    return made


def state(world: FakeWorld) -> object:
    found = world.forge.find_pull_request(BRANCH, "prod")
    return world.remote.subjects("prod"), world.remote.tree("prod"), found and (found.number, found.state, found.title)


def findings(stage: Stage, world: FakeWorld) -> list[tuple[str, str]]:
    found: tuple[Finding, ...] = stage_plan(stage, world).findings
    return [(each.code, each.severity) for each in found]


def test_the_branch_is_moved_after_the_release_is_published_and_not_to_later_commits(stage: Stage) -> None:
    world = shop()
    plan = stage_plan(stage, world)
    assert "move prod to v1.1.0 by fast-forward, or open a pull request if it accepts no push" in summaries(
        stage, world
    )
    kinds = [step.kind for step in plan.steps]
    assert kinds.index("move-branch") > kinds.index("publish-release")
    commit_to(world, "main", "chore: later", {"later.txt": "1"})
    assert stage.release(world.fresh_clone()).released
    assert world.remote.branches["prod"] == release_of(world)


def test_a_branch_that_people_squash_into_gets_exactly_the_files_of_the_release(stage: Stage) -> None:
    world = squashed()
    before = world.remote.branches["prod"]
    stage.release(world)
    assert parents(world, "prod") == (before, release_of(world))
    assert world.remote.tree("prod") == world.remote.tree("main")
    message = world.remote.commits.held[world.remote.branches["prod"]].message
    assert lint_message(message, rules_of(stage.config)) == ()
    clone = world.fresh_clone()
    clone.git.check_out("prod", world.remote.branches["prod"])
    (image,) = observe_images(clone, stage.config, "prod", branch="prod", pushing=False).images
    assert str(image.wanted.source.version) == "1.1.0"


@pytest.mark.parametrize("make", [shop, squashed, protected])
def test_a_run_after_it_does_nothing(stage: Stage, make: Callable[[], FakeWorld]) -> None:
    world = make()
    stage.release(world)
    end = state(world)
    watched, writes = recorded(world.fresh_clone())
    assert not stage.release(watched).released
    assert (writes, state(world)) == ([], end)


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
def test_a_branch_that_accepts_no_push_gets_a_pull_request_whose_merge_by_any_method_is_the_release(
    stage: Stage, method: str
) -> None:
    world = protected()
    before = world.remote.branches["prod"]
    outcome = stage.release(world)
    found = world.forge.find_pull_request(BRANCH, "prod")
    assert found and (found.state, found.title) == ("open", "chore: promote v1.1.0 to prod")
    assert (outcome.released, outcome.outputs["promote:prod"], world.remote.branches["prod"]) == (
        True,
        found.url,
        before,
    )
    assert world.remote.tree(BRANCH) == world.remote.tree("main")
    world.remote.pull_requests.merge(1, method)  # type: ignore[arg-type]
    assert world.remote.tree("prod") == world.remote.tree("main")
    watched, writes = recorded(world.fresh_clone())
    stage.release(watched)
    assert writes == []


def test_the_next_release_brings_the_open_pull_request_up_to_date(stage: Stage) -> None:
    world = protected()
    stage.release(world)
    commit_to(world, "main", "fix: crash", {"search.txt": "found again"})
    stage.release(world.fresh_clone())
    found = world.forge.find_pull_request(BRANCH, "prod")
    assert found and (found.number, found.state, found.title) == (1, "open", "chore: promote v1.1.1 to prod")
    assert world.remote.tree(BRANCH) == world.remote.tree("main")


def test_commits_of_people_in_the_pull_request_are_not_overwritten(stage: Stage) -> None:
    world = protected()
    stage.release(world)
    made = commit_to(world, BRANCH, "docs: by hand", {"NEWS.md": "1"})
    commit_to(world, "main", "fix: crash", {"search.txt": "found again"})
    failures = Failures()
    assert stage.release(world.fresh_clone(), failures).released
    assert world.remote.branches[BRANCH] == made
    [(kind, text)] = failures.seen
    assert (kind, "has commits of people" in text) == ("move-branch", True)
    todo = f"merge or close the pull request of `{BRANCH}`; to move `prod` after that: shipit promote-branch prod"
    assert todo in text


def test_a_pull_request_that_a_person_closed_stays_closed_until_the_next_release(stage: Stage) -> None:
    world = protected()
    stage.release(world)
    world.remote.pull_requests.close(1, delete_branch=True)
    watched, writes = recorded(world.fresh_clone())
    stage.release(watched)
    assert writes == []


def test_without_pull_requests_the_warning_has_the_command(stage: Stage) -> None:
    world, failures = protected(), Failures()
    world.forge.opens_pull_requests = False
    assert not [each for each in summaries(stage, world) if "pull request" in each]
    assert stage.release(world, failures).released
    [(_, text)] = failures.seen
    assert "merge it by hand: git push origin" in text
    assert "refs/heads/promote-v1.1.0" in text


def test_a_change_of_people_on_the_branch_is_kept_and_named(stage: Stage) -> None:
    world = shop()
    made = commit_to(world, "prod", "fix: only in prod", {"hot.txt": "fixed"})
    assert findings(stage, world.fresh_clone()) == [("branch-changes", "warning")]
    assert stage.release(world.fresh_clone()).released
    assert world.remote.branches["prod"] == made
    assert findings(stage, world.fresh_clone()) == [("branch-changes", "warning")]


def test_a_branch_that_people_brought_back_is_not_moved_again_by_itself(stage: Stage) -> None:
    world = shop()
    stage.release(world)
    made = revert(world)
    assert (summaries(stage, world.fresh_clone()), findings(stage, world.fresh_clone())) == ([], [])
    commit_to(world, "main", "fix: crash", {"search.txt": "found again"})
    (finding,) = stage_plan(stage, world.fresh_clone()).findings
    assert (finding.code, finding.severity) == ("branch-undone", "warning")
    assert finding.what == (
        f"`revert: back to 1.0.0` ({made[:7]}) brought `prod` back to v1.0.0, so shipit does not move it to v1.1.1: that can "
        "serve again what this commit removed"
    )
    assert finding.fix.endswith("; to move it nevertheless: shipit promote-branch prod")
    stage.release(world.fresh_clone())
    assert world.remote.branches["prod"] == made


def test_a_branch_that_people_forced_back_is_not_moved_by_later_commits(stage: Stage) -> None:
    world = shop()
    stage.release(world)
    back = world.remote.branches["prod"] = release_of(world, "v1.0.0")
    commit_to(world, "main", "docs: later", {"later.txt": "1"})
    clone = world.fresh_clone()
    assert (summaries(stage, clone), findings(stage, clone)) == ([], [("environment-behind", "warning")])
    (finding,) = stage_plan(stage, clone).findings
    assert "people can have moved `prod` back, and shipit leaves it as it is" in finding.what
    assert finding.fix == "if it must have the release: shipit promote-branch prod"
    stage.release(clone)
    assert world.remote.branches["prod"] == back


def test_a_branch_with_a_higher_release_is_not_moved(stage: Stage) -> None:
    world = squashed()
    other = world.fresh_clone()
    other.git.check_out("prod", world.remote.branches["prod"])
    other.commit("feat: from elsewhere", {"else.txt": "1"})
    other.push()
    other.git.create_tag("v3.0.0", str(other.git.head()), "chore(release): 3.0.0")
    other.push("v3.0.0")
    clone = world.fresh_clone()
    assert ("branch-ahead", "warning") in findings(stage, clone)
    assert "move-branch" not in [step.kind for step in stage_plan(stage, clone).steps]


def test_a_from_that_is_not_the_default_branch_is_an_error_where_no_release_branch_is_set(tmp_path: Path) -> None:
    wrong = ENVIRONMENT.replace("main", "mian")
    stage = Stage(parse_config(f"[release]\n{CONFIG}{wrong}"), tmp_path)
    (finding,) = stage_plan(stage, shop()).findings
    assert (finding.code, finding.severity) == ("environment-from", "error")
    assert finding.fix == 'write `from = "main"` in `[environments.prod]`'


def test_a_branch_that_the_remote_lacks_is_a_warning(stage: Stage) -> None:
    world = new_world()
    assert findings(stage, world) == [("environment-branch", "warning")]
    (finding,) = stage_plan(stage, world).findings
    assert (
        finding.fix == f"make it: git push origin {release_of(world, 'v1.0.0')[:10]}:refs/heads/prod; or remove `from`"
    )
    assert stage.release(world).released
    assert "prod" not in world.remote.branches


def test_a_release_of_another_branch_does_not_move_it(tmp_path: Path) -> None:
    config = f'[release]\nbranches = ["next", "main"]\n{CONFIG}{ENVIRONMENT.replace("main", "next")}'
    stage, world = Stage(parse_config(config), tmp_path), shop()
    before = world.remote.branches["prod"]
    assert stage.release(world).released
    assert world.remote.branches["prod"] == before


@pytest.mark.parametrize("late", [False, True])
def test_a_release_whose_pull_request_was_merged_moves_the_branch_also_before_later_commits(
    tmp_path: Path, late: bool
) -> None:
    stage, world = of(tmp_path, 'write-back = "pull-request"\n'), shop()
    stage.release(world)
    assert world.remote.branches["prod"] == release_of(world, "v1.0.0")
    world.remote.pull_requests.merge(1, "squash")
    if late:
        commit_to(world, "main", "fix: late", {"late.txt": "1"})
    stage.release(world.fresh_clone())
    assert world.remote.branches["prod"] == release_of(world)


@pytest.mark.parametrize("make", [shop, squashed, protected])
def test_a_run_that_only_moves_the_branch_can_be_killed_at_any_write(
    stage: Stage, make: Callable[[], FakeWorld]
) -> None:
    without = Stage.of(stage.place)

    def released() -> FakeWorld:
        world = make()
        without.release(world)
        return world.fresh_clone()

    assert differing(released, stage, FakeWorld.fresh_clone, state) == set()


@pytest.mark.slow
@pytest.mark.parametrize("settings", ["snapshot = true\n", 'write-back = "api"\n'])
def test_a_release_killed_at_any_write_moves_the_branch_by_running_again(tmp_path: Path, settings: str) -> None:
    assert differing(protected, of(tmp_path, settings), FakeWorld.fresh_clone, state) == set()
