"""The last release is the highest version behind a commit, however it is found."""

from __future__ import annotations

from core.history.histories import histories, tags
from hypothesis import given
from hypothesis import strategies as st
from plan.walked import Walked, walked
from pytest import MonkeyPatch

import shipit.plan.version.last_release as module
from shipit.plan.version.last_release import last_release


@given(histories(), st.integers(1, 4), st.integers(1, 8), st.data())
def test_the_last_release_is_the_highest_in_the_history_and_the_rest_came_since(
    drawn: tuple[dict[str, str], dict[str, str]], first: int, last_check: int, data: st.DataObject
) -> None:
    history, places = drawn
    commits, ids = walked(history)
    base = ids[data.draw(st.sampled_from(list(history)))]
    everything = tags({version: ids[name] for version, name in places.items()})
    with MonkeyPatch.context() as patch:
        patch.setattr(module, "_ASK_AFTER", data.draw(st.integers(1, 4)))
        patch.setattr(module, "_FIRST_CHECK", first)
        patch.setattr(module, "_LAST_CHECK", last_check)
        last, since = last_release(Walked(commits), base, everything)
    behind = commits.reachable([base])
    assert last == next((tag for tag in everything if tag.commit in behind), None)
    assert [commit.id for commit in since] == [
        commit.id for commit in commits.newest_first([base], [last.commit] if last else [])
    ]


def line(length: int) -> dict[str, list[str]]:
    """A long history and, from its middle on, another branch `b`."""
    history = {f"a{at}": [f"a{at - 1}"] if at else [] for at in range(length)}
    return history | {f"b{at}": [f"b{at - 1}" if at else f"a{length // 2}"] for at in range(3)}


def test_the_last_release_of_a_maintenance_branch_is_found_without_reading_all() -> None:
    commits, ids = walked(line(4000))
    git = Walked(commits)
    everything = tags({"1.0.0": ids["a10"], "1.1.0": ids["b1"], "2.0.0": ids["a2500"], "3.0.0": ids["a3990"]})
    last, since = last_release(git, ids["b2"], everything)
    assert (last and last.name, [commit.message for commit in since]) == ("v1.1.0", ["feat: b2"])
    assert git.read < 1100


def test_reading_stops_when_a_release_is_found_or_the_log_is_too_long(monkeypatch: MonkeyPatch) -> None:
    commits, ids = walked(line(9000))
    everything = tags({"1.0.0": ids["a4400"], "2.0.0": ids["b1"]})
    for last_check, read in ((32_000, 8000), (4000, 4000)):
        monkeypatch.setattr(module, "_LAST_CHECK", last_check)
        git = Walked(commits)
        last, since = last_release(git, ids["a8999"], everything)
        assert (last and last.name, len(since), git.read) == ("v1.0.0", 4599, 250 + read + 4599)


def test_only_the_newest_commits_are_read_twice_when_all_higher_versions_are_on_other_branches() -> None:
    commits, ids = walked(line(3900))
    git = Walked(commits)
    last, since = last_release(git, ids["a3899"], tags({"1.0.0": ids["a5"], "2.0.0": ids["b1"]}))
    assert (last and last.name, len(since), git.read) == ("v1.0.0", 3894, 250 + 3900)


def test_git_is_not_asked_about_a_release_that_the_newest_commits_lead_to() -> None:
    commits, ids = walked(line(200))

    git = Walked(commits)
    git.is_ancestor = None  # a call of it would fail
    last, since = last_release(git, ids["a199"], tags({"1.0.0": ids["a50"]}))
    assert (last and last.name, len(since)) == ("v1.0.0", 149)


def test_a_higher_version_further_back_than_a_lower_one_is_the_last_release() -> None:
    commits, ids = walked(line(4000))
    everything = tags({"1.0.0": ids["a3990"], "2.0.0": ids["a100"], "3.0.0": ids["b1"]})
    last, since = last_release(Walked(commits), ids["a3999"], everything)
    assert (last and last.name, len(since)) == ("v2.0.0", 3899)
