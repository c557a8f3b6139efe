"""Messages that people correct after the merge, in memory: they count, and the plan says where they are from."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine.stage import Stage, new_world

from shipit.errors import AuthError
from shipit.plan.version import Decision
from shipit.testing import FakeWorld
from shipit.world import MergedPullRequest


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage.of(tmp_path)


def with_commit(message: str) -> tuple[FakeWorld, str]:
    """Return a world whose last commit has `message`, and the id of the commit."""
    world = new_world()
    made = world.commit(message, {"more.txt": "more"})
    world.push()
    return world, made


def decision(stage: Stage, world: FakeWorld) -> Decision:
    (found,) = stage.release(world.fresh_clone()).plan.decisions
    return found


def test_a_note_counts_in_place_of_the_message_and_the_plan_says_so(stage: Stage) -> None:
    world, made = with_commit("drop the old login")
    world.remote.notes[made] = "feat!: drop the old login\n"
    found = decision(stage, world)
    assert (found.version, found.unreadable) == ("2.0.0", ())
    ((commit, subject, warning),) = [(each.commit, each.subject, each.reason) for each in found.warnings]
    assert (commit, subject) == (made, "feat!: drop the old login")
    assert warning == "the message is read from its git note, and not from the commit: `drop the old login`"
    assert "drop the old login" in world.remote.releases["v2.0.0"].body


def test_a_note_can_take_a_commit_out_of_the_release(stage: Stage) -> None:
    world, made = with_commit("feat!: by mistake")
    world.remote.notes[made] = "chore: nothing for users\n"
    assert decision(stage, world).version == "1.1.0"


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_note_changes_nothing(stage: Stage, text: str) -> None:
    world, made = with_commit("feat!: new")
    world.remote.notes[made] = text
    found = decision(stage, world)
    assert (found.version, found.warnings) == ("2.0.0", ())


def test_a_proposal_follows_a_note(tmp_path: Path) -> None:
    stage, (world, made) = Stage.of(tmp_path, 'write-back = "pull-request"\n'), with_commit("fix: login")
    stage.release(world.fresh_clone())
    world.remote.notes[made] = "feat!: new login\n"
    stage.release(world.fresh_clone())
    found = world.forge.find_pull_request("shipit/release/main", "main")
    assert found and (found.number, found.title) == (1, "chore(release): 2.0.0")
    assert "new login" in world.remote.tree("shipit/release/main")["CHANGELOG.md"]


def squashed(body: str) -> tuple[FakeWorld, str]:
    """Return a world in which a pull request was squashed as `fix: login (#1)` and got `body`, and the commit."""
    world = new_world()
    other = world.fresh_clone()
    other.git.check_out("topic", world.remote.branches["main"])
    other.commit("fix: login", {"more.txt": "more"})
    other.push()
    world.forge.keep_pull_request(branch="topic", base="main", title="fix: login", body="Please look.")
    made = world.remote.pull_requests.merge(1, "squash", delete_branch=True)
    world.remote.pull_requests.edit(1, body)
    return world, made


BLOCK = "Please look.\n\nBEGIN_COMMIT_OVERRIDE\nfeat!: new login\n\nSign in again.\nEND_COMMIT_OVERRIDE\n"


def test_a_block_in_the_body_of_the_merged_pull_request_counts_and_the_plan_says_so(stage: Stage) -> None:
    world, made = squashed(BLOCK)
    found = decision(stage, world)
    assert found.version == "2.0.0"
    ((commit, warning),) = [(each.commit, each.reason) for each in found.warnings]
    assert commit == made
    assert warning == (
        "the message is read from the body of pull request #1, and not from the commit: `fix: login (#1)`"
    )


def test_a_note_takes_precedence_over_the_body_of_the_pull_request(stage: Stage) -> None:
    world, made = squashed(BLOCK)
    world.remote.notes[made] = "docs: login\n"
    assert decision(stage, world).version == "1.1.0"


SEVERAL = """\
BEGIN_COMMIT_OVERRIDE
feat: search

Also in Korean.

fix: login
feat!: new address

Release-As: 7.0.0
END_COMMIT_OVERRIDE
"""


def test_each_message_in_a_block_counts_as_for_release_please(stage: Stage) -> None:
    world, _ = squashed(SEVERAL.replace("\nRelease-As: 7.0.0\n", ""))
    assert decision(stage, world).version == "2.0.0"
    notes = world.remote.releases["v2.0.0"].body
    assert all(entry in notes for entry in ("* search", "* login", "* new address"))


def test_a_version_that_the_last_message_in_a_block_requests_counts(stage: Stage) -> None:
    world, _ = squashed(SEVERAL)
    assert decision(stage, world).version == "7.0.0"


def test_blocks_in_a_block_of_the_body_count_as_in_a_message(stage: Stage) -> None:
    nested = "\n".join(f"BEGIN_NESTED_COMMIT\n{each}\nEND_NESTED_COMMIT" for each in ("feat: map", "fix: login"))
    world, _ = squashed(f"BEGIN_COMMIT_OVERRIDE\n{nested}\nEND_COMMIT_OVERRIDE\n")
    found = decision(stage, world)
    assert [each.subject for each in found.reasons] == ["feat: map", "feat: search"]
    assert any("(1 fix → patch)" in each.reason for each in found.warnings)
    notes = world.remote.releases["v1.1.0"].body
    assert "* map" in notes and "* login" in notes


@pytest.mark.parametrize("body", [BLOCK.replace("END_", ""), "BEGIN_COMMIT_OVERRIDE\n\nEND_COMMIT_OVERRIDE"])
def test_a_block_that_is_not_whole_does_not_count_and_the_plan_says_so(stage: Stage, body: str) -> None:
    world, _ = squashed(body)
    found = decision(stage, world)
    assert (found.version, [each.reason for each in found.warnings]) == (
        "1.1.0",
        [
            "the message in the body of pull request #1 does not count: it has no text, or the line "
            "`END_COMMIT_OVERRIDE` is missing"
        ],
    )


def test_the_plan_names_a_second_block_which_does_not_count(stage: Stage) -> None:
    world, _ = squashed(f"{BLOCK}{BLOCK}")
    (warning,) = decision(stage, world).warnings
    assert warning.reason.endswith("; only the first block counts")


def test_a_block_by_an_author_who_may_not_write_does_not_count_and_the_plan_says_so(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, made = squashed(BLOCK)
    clone = world.fresh_clone()
    theirs = (MergedPullRequest(1, made, BLOCK, by_writer=False),)
    monkeypatch.setattr(clone.forge, "merged_pull_requests", lambda base: theirs)
    (found,) = stage.release(clone).plan.decisions
    assert found.version == "1.1.0"
    assert "does not count: GitHub does not show its author" in found.warnings[0].reason


def test_a_token_that_may_not_read_pull_requests_reads_the_messages_of_the_commits_with_a_warning(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, _ = squashed(BLOCK)

    def refused(base: str) -> None:
        raise AuthError("no permission")

    clone = world.fresh_clone()
    monkeypatch.setattr(clone.forge, "merged_pull_requests", refused)
    plan = stage.release(clone).plan
    assert [decision.version for decision in plan.decisions] == ["1.1.0"]
    assert [(each.code, each.severity) for each in plan.findings] == [("overrides-unread", "warning")]
