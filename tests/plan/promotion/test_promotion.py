"""A branch, such as `prod`, that is moved to a release; and what stops it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shipit.config.load import parse_config
from shipit.engine.apply import apply_steps
from shipit.errors import BranchMoved, PreflightError, RemoteError, UsageError
from shipit.plan.images import observe_images
from shipit.plan.promotion import PromotionPlan, make_promotion_plan, observe_promotion
from shipit.testing import FakeWorld, crash_matrix, recorded
from shipit.world import World

TEXT = """
[release]
branch = "main"
[environments.prod]
branch = "prod"
image.name = "acme/app"
"""
CONFIG = parse_config(TEXT)


def released(world: FakeWorld, version: str) -> str:
    """Commit, tag and push a release of `main`; return its commit."""
    world.commit(f"feat: for {version}", {"app.txt": version})
    commit = world.commit(f"chore(release): {version}", {"VERSION": version})
    world.git.create_tag(f"v{version}", commit, f"chore(release): {version}")
    world.push(f"v{version}")
    return commit


def shop() -> FakeWorld:
    """Return a world with releases 1.3.0 and 1.4.0 on `main`, a later commit there, and `prod` at 1.3.0."""
    world = FakeWorld.new()
    world.remote.branches["prod"] = released(world, "1.3.0")
    released(world, "1.4.0")
    world.commit("feat: not released", {"app.txt": "next"})
    world.push()
    return world.fresh_clone()


def to_prod(world: FakeWorld, message: str, files: dict[str, str], *, merged: str | None = None) -> FakeWorld:
    """Somebody pushes a commit, or a merge of `merged` with `files`, to `prod`. Return a fresh clone."""
    other = world.fresh_clone()
    other.git.check_out("prod", world.remote.branches["prod"])
    if merged:
        other.git.merge(merged, message, {path: text.encode() for path, text in files.items()})
    else:
        other.commit(message, files)
    other.push()
    return world.fresh_clone()


def at(world: FakeWorld, tag: str) -> dict[str, str]:
    """Return the files of a release."""
    tree = world.remote.commits.held[world.remote.tags[tag].commit].tree
    return {path: data.decode() for path, data in tree.items()}


def plan(world: World, version: str | None = None, target: str = "prod", source: str | None = None) -> PromotionPlan:
    return make_promotion_plan(
        CONFIG, observe_promotion(world.git, world.forge, CONFIG, target, source=source, version=version)
    )


def promote(world: World, version: str | None = None) -> PromotionPlan:
    made = plan(world, version)
    assert made.findings == ()
    apply_steps(made.steps, world)
    return made


def test_a_branch_is_fast_forwarded_to_the_last_release_and_not_to_later_commits() -> None:
    world = shop()
    assert [step.summary for step in plan(world).steps] == ["move prod to v1.4.0 by fast-forward"]
    promote(world)
    assert world.remote.branches["prod"] == world.remote.tags["v1.4.0"].commit


@pytest.mark.parametrize("version", ["1.4.0", "v1.4.0"])
def test_the_release_can_be_named(version: str) -> None:
    world = shop()
    released(world, "1.5.0")
    promote(world, version)
    assert world.remote.branches["prod"] == world.remote.tags["v1.4.0"].commit


def test_the_branch_of_the_release_can_be_configured() -> None:
    world = shop()
    world.remote.branches["1.x"] = world.remote.tags["v1.3.0"].commit
    text = '[release]\nbranches = ["main", "1.x"]\n[environments.old]\nbranch = "prod"\nfrom = "1.x"\n'
    made = observe_promotion(world.git, world.forge, parse_config(text), "prod")
    assert (made.source, made.release.name) == ("1.x", "v1.3.0")


@pytest.mark.parametrize("how", ["merge", "squash"])
def test_after_merges_and_squashes_by_people_it_gets_a_merge_commit_with_exactly_the_files_of_the_release(
    how: str,
) -> None:
    world = shop()
    tag = world.remote.tags["v1.4.0"].commit
    world = to_prod(world, f"Deploy ({how})", at(world, "v1.4.0"), merged=tag if how == "merge" else None)
    before = world.remote.branches["prod"]
    assert plan(world).steps == ()
    released(world, "1.5.0")
    summary = "move prod to v1.5.0 with a merge commit that has the files of the release"
    assert [step.summary for step in plan(world).steps] == [summary]
    promote(world)
    made = world.remote.commits.held[world.remote.branches["prod"]]
    assert made.parents == (before, world.remote.tags["v1.5.0"].commit)
    assert made.message == "chore: promote v1.5.0 to prod\n"
    assert world.remote.tree("prod") == at(world, "v1.5.0")
    clone = world.fresh_clone()
    clone.git.check_out("prod", world.remote.branches["prod"])
    observed = observe_images(clone, CONFIG, "prod", branch="prod", pushing=True)
    assert [str(image.wanted.source.version) for image in observed.images] == ["1.5.0"]
    assert observed.findings == ()


def test_a_branch_at_the_release_stays_as_it_is() -> None:
    world = shop()
    promote(world)
    watched, writes = recorded(world.fresh_clone())
    assert promote(watched).steps == ()
    assert writes == []


def test_a_change_that_is_in_no_release_stops_it_and_is_named() -> None:
    world = to_prod(shop(), "fix: only in prod", {"hot.txt": "fixed"})
    (finding,) = plan(world).findings
    assert (finding.code, finding.blocks) == ("branch-changes", True)
    assert "`fix: only in prod`" in finding.what
    assert "git merge origin/prod" in finding.fix


def test_a_lower_release_than_that_of_the_branch_is_left_to_rollback() -> None:
    world = shop()
    promote(world)
    deployed = '[environments.{0}]\nbranch = "prod"\nimage.name = "acme/app"\ndeploy = {{ kind = "blue-green", health = "none" }}\n'
    config = parse_config('[release]\nbranch = "main"\n' + deployed.format("prod") + deployed.format("eu"))
    observed = observe_promotion(world.git, world.forge, config, "prod", version="1.3.0")
    (finding,) = make_promotion_plan(config, observed).findings
    assert (finding.code, finding.blocks) == ("branch-ahead", True)
    assert finding.fix == "to serve the lower version: shipit rollback prod 1.3.0 && shipit rollback eu 1.3.0"


def test_without_a_deployment_the_finding_has_the_commands_that_return_the_branch_to_the_lower_release() -> None:
    world = shop()
    promote(world)
    (finding,) = plan(world, "1.3.0").findings
    assert finding.code == "branch-ahead"
    assert finding.fix == (
        "to return `prod` to the files of the lower release: git fetch --tags origin && git switch prod && git pull "
        "origin prod && git restore --source=v1.3.0 --staged --worktree :/ && git commit -m 'revert: back to v1.3.0' && "
        "git push origin prod"
    )


def test_a_revert_on_the_branch_is_not_undone() -> None:
    world = shop()
    promote(world)
    world = to_prod(world, "revert: back to 1.3.0", at(world, "v1.3.0"))
    released(world, "1.3.1")
    assert [finding.code for finding in plan(world, "1.3.1").findings] == ["branch-ahead"]


def squashed(world: FakeWorld) -> FakeWorld:
    return to_prod(world, "Deploy (#1)", at(world, "v1.4.0"))


def fast_forwarded(world: FakeWorld) -> FakeWorld:
    promote(world)
    return world


def merged(world: FakeWorld) -> FakeWorld:
    return to_prod(world, "Merge main", at(world, "v1.4.0"), merged=world.remote.tags["v1.4.0"].commit)


@pytest.mark.parametrize("how", [squashed, fast_forwarded, merged])
def test_a_revert_on_the_branch_that_the_move_undoes_is_a_warning_that_names_the_commit(
    how: Callable[[FakeWorld], FakeWorld],
) -> None:
    world = how(shop())
    world = to_prod(world, "revert: back to 1.3.0", at(world, "v1.3.0"))
    revert = world.remote.branches["prod"][:7]
    to_prod(world, "Merge v1.3.0", at(world, "v1.3.0"), merged=world.remote.tags["v1.3.0"].commit)
    released(world, "1.5.0")
    (finding,) = plan(world).findings
    assert (finding.code, finding.blocks) == ("branch-undone", False)
    assert f"`revert: back to 1.3.0` ({revert}) brought `prod` back to v1.3.0" in finding.what
    assert "revert the change in `main` too" in finding.fix


def test_a_revert_of_changes_that_were_not_released_yet_is_also_named() -> None:
    world = shop()
    world.remote.branches["prod"] = world.remote.branches["main"]
    world = to_prod(world, "revert: too early", at(world, "v1.4.0"))
    released(world, "1.5.0")
    assert [finding.code for finding in plan(world).findings] == ["branch-undone"]


def test_a_change_that_was_made_and_reverted_on_the_branch_leads_to_no_warning() -> None:
    world = fast_forwarded(shop())
    world = to_prod(world, "fix: only here", {"app.txt": "hot"})
    world = to_prod(world, "revert: only here", at(world, "v1.4.0"))
    released(world, "1.5.0")
    assert plan(world).findings == ()


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ({"target": "prd"}, "there is no branch `prd` on the remote"),
        ({"source": "trunk"}, "there is no branch `trunk` on the remote"),
        ({"target": "main"}, "`main` is a release branch"),
        ({"version": "9.9.9"}, "there is no release `9.9.9` on `main`"),
        ({"target": "stage"}, "there is no branch `stage` on the remote"),
    ],
)
def test_a_branch_or_release_that_does_not_exist_is_named(arguments: dict[str, str], what: str) -> None:
    with pytest.raises(UsageError) as caught:
        plan(shop(), **arguments)
    assert what in caught.value.what
    assert caught.value.hint


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        ({"target": "prd"}, "did you mean `prod`?"),
        ({"target": "prduction"}, "did you mean `production`?"),
        ({"target": "prod", "source": "mian"}, "did you mean `main`?"),
        ({"target": "refs/heads/prod"}, "did you mean `prod`?"),
        ({"target": "origin/prod"}, "did you mean `prod`?"),
        ({"target": "a..b"}, "name one of its branches, such as main, prod"),
    ],
)
def test_a_misspelled_environment_or_branch_is_not_made_but_corrected(arguments: dict[str, str], meant: str) -> None:
    config = parse_config(f'{TEXT}[environments.production]\nbranch = "live"\nimage.name = "acme/app"\n')
    world = shop()
    with pytest.raises(UsageError) as caught:
        observe_promotion(world.git, world.forge, config, **arguments)
    assert caught.value.hint == meant


@pytest.mark.parametrize("arguments", [{"target": ""}, {"target": "prod", "source": ""}])
def test_an_empty_name_is_refused_and_is_not_the_release_branch(arguments: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="the name of a branch is empty"):
        plan(shop(), **arguments)


def test_an_unknown_release_branch_is_a_problem_of_the_remote_and_not_of_the_branch_to_move() -> None:
    config = parse_config(TEXT.replace('branch = "main"', "", 1))
    world = shop()
    world.remote.default = "gone"
    with pytest.raises(PreflightError) as refused:
        observe_promotion(world.git, world.forge, config, "prod")
    (finding,) = refused.value.findings
    assert finding.code == "no-default-branch"
    assert finding.what == "the release branch is not known: HEAD of the remote names no branch"
    assert finding.fix.endswith("of shipit.toml, or name the branch: shipit promote-branch main prod")


def test_the_branch_of_an_environment_can_be_made_also_beside_a_similar_one() -> None:
    config = parse_config(f'{TEXT}[environments.second]\nbranch = "prod2"\nimage.name = "acme/app"\n')
    world = shop()
    with pytest.raises(UsageError) as caught:
        observe_promotion(world.git, world.forge, config, "prod2")
    assert (
        caught.value.hint == f"to make it: git push origin {world.remote.tags['v1.4.0'].commit[:10]}:refs/heads/prod2"
    )


def test_a_hotfix_that_was_picked_into_the_release_does_not_stop_the_move() -> None:
    world = to_prod(fast_forwarded(shop()), "fix: hot", {"hot.txt": "1"})
    world.commit("fix: hot, picked", {"hot.txt": "1"})
    released(world, "1.5.0")
    world = world.fresh_clone()
    assert plan(world).findings == ()
    promote(world)
    assert world.remote.tree("prod") == at(world, "v1.5.0")


def test_what_an_earlier_move_made_void_is_not_named_and_not_brought_into_the_release_branch() -> None:
    world = fast_forwarded(shop())
    world = to_prod(world, "Revert to 1.3.0", at(world, "v1.3.0"))
    released(world, "1.5.0")
    world = world.fresh_clone()
    apply_steps(plan(world).steps, world)
    hotfix = "fix: only on prod"
    world = to_prod(world, hotfix, {"hot.txt": "1"})
    (finding,) = plan(world).findings
    head = world.remote.branches["prod"]
    assert finding.code == "branch-changes"
    assert finding.what == f"`prod` has changes that are in no release: `{hotfix}` ({head[:7]})"
    assert f"git cherry-pick -x {head[:10]} && git push" in finding.fix


def test_a_branch_whose_name_a_shell_would_execute_is_quoted_in_the_hint() -> None:
    with pytest.raises(UsageError) as caught:
        plan(shop(), target="prod;$(reboot)")
    assert caught.value.hint and caught.value.hint.endswith(":refs/heads/prod;$(reboot)'")


def test_a_run_killed_at_any_write_is_finished_by_running_again() -> None:
    def merged() -> FakeWorld:
        world = shop()
        world = to_prod(world, "Deploy (#1)", at(world, "v1.4.0"))
        released(world, "1.5.0")
        return world

    def end(world: FakeWorld) -> object:
        return world.remote.subjects("prod"), world.remote.tree("prod")

    for make in (shop, merged):
        whole = make()
        promote(whole)
        crashes = list(crash_matrix(make, promote, end, FakeWorld.fresh_clone))
        assert crashes
        assert {(crash.write, crash.when) for crash in crashes if crash.state != end(whole)} == set()


def test_a_push_to_the_branch_meanwhile_is_kept() -> None:
    world = shop()
    made = plan(world)
    to_prod(world, "fix: meanwhile", {"hot.txt": "fixed"})
    before = world.remote.branches["prod"]
    with pytest.raises(BranchMoved):
        apply_steps(made.steps, world)
    assert world.remote.branches["prod"] == before


def test_a_protected_branch_is_left_to_a_pull_request() -> None:
    world = shop()
    world.remote.protected.add("prod")
    made = plan(world)
    (finding,) = made.findings
    assert (finding.code, finding.blocks) == ("branch-protected", False)
    assert "required pull requests" in finding.what
    world.git.remote = "upstream"
    with pytest.raises(RemoteError) as caught:
        apply_steps(made.steps, world)
    commit = world.remote.tags["v1.4.0"].commit[:10]
    assert caught.value.hint == (
        "give shipit a token that may push to `prod`; or push the release to a branch, and merge a pull request from "
        f"there: git push upstream {commit}:refs/heads/promote-v1.4.0"
    )


def test_of_several_packages_the_newest_release_is_promoted() -> None:
    config = parse_config('[packages.back]\npath = "back"\n[packages.web]\npath = "web"\n[release]\nbranch = "main"\n')
    world = FakeWorld.new({"back/app": "1", "web/app": "1"})
    world.remote.branches["prod"] = world.remote.branches["main"]
    for package in ("web", "back"):
        commit = world.commit(f"feat: {package}", {f"{package}/app": "2"})
        world.git.create_tag(f"{package}-v1.0.0", commit, "release")
        world.push(f"{package}-v1.0.0")
    made = make_promotion_plan(config, observe_promotion(world.git, world.forge, config, "prod"))
    assert (made.tag, made.commit) == ("back-v1.0.0", commit)
