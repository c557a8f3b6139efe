"""Messages that people correct after the merge, in memory: they count, and the plan says where they are from."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine.stage import Stage, new_world

from shipit.errors import AuthError
from shipit.plan.version import Decision
from shipit.testing import FakeWorld


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


def test_a_body_without_the_whole_block_changes_nothing(stage: Stage) -> None:
    world, _ = squashed(BLOCK.replace("END_", ""))
    found = decision(stage, world)
    assert (found.version, found.warnings) == ("1.1.0", ())


def test_a_token_that_may_not_read_pull_requests_reads_the_messages_of_the_commits(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, _ = squashed(BLOCK)

    def refused(base: str) -> None:
        raise AuthError("no permission")

    clone = world.fresh_clone()
    monkeypatch.setattr(clone.forge, "merged_pull_requests", refused)
    (found,) = stage.release(clone).plan.decisions
    assert found.version == "1.1.0"
