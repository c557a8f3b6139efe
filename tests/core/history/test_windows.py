"""Tests of the windows between consecutive releases."""

from __future__ import annotations

from collections.abc import Mapping

from core.history.histories import histories, tags
from core.history.test_attribution import LINE, MERGED_HOTFIX, columns_of, log
from hypothesis import given

from shipit.core.history.windows import release_windows


def windows(history: Mapping[str, str], commit_of: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return, for each release, the one before it, and the commits between the two."""
    columns = columns_of(log(history))
    return {
        str(window.made.version): (
            str(window.before.version),
            "".join(columns.ids[position] for segment in window.segments for position in segment),
        )
        for window in release_windows(columns, tags(commit_of))
    }


def test_each_release_on_a_line_has_the_commits_after_the_one_before() -> None:
    found = windows(LINE, {"1.0.0": "a", "1.1.0": "c", "1.2.0": "d"})
    assert found == {"1.1.0": ("1.0.0", "cb"), "1.2.0": ("1.1.0", "d")}


def test_a_window_has_the_commits_of_a_merged_hotfix_that_was_released_itself() -> None:
    found = windows(MERGED_HOTFIX, {"1.0.0": "a", "1.0.1": "h", "1.1.0": "c", "1.2.0": "d"})
    assert found == {"1.0.1": ("1.0.0", "h"), "1.1.0": ("1.0.0", "cb"), "1.2.0": ("1.1.0", "dmh")}


def test_the_release_before_may_have_a_higher_version() -> None:
    assert windows(LINE, {"2.0.0": "a", "1.9.0": "c"}) == {"1.9.0": ("2.0.0", "cb")}


def test_two_versions_on_one_commit_have_no_commit_between_them() -> None:
    assert windows(LINE, {"1.0.0": "b", "1.0.1": "b"}) == {"1.0.1": ("1.0.0", "")}


def test_a_history_without_tags_has_no_windows() -> None:
    assert windows(LINE, {}) == windows({}, {"1.0.0": "a"}) == {}


def ancestors(history: Mapping[str, str], name: str) -> set[str]:
    return {name}.union(*(ancestors(history, parent) for parent in history[name]))


@given(histories())
def test_a_window_is_the_history_of_a_release_without_that_of_the_one_before(
    drawn: tuple[dict[str, str], dict[str, str]],
) -> None:
    history, commit_of = drawn
    for version, (before, commits) in windows(history, commit_of).items():
        behind = ancestors(history, commit_of[version])
        assert set(commits) == behind - ancestors(history, commit_of[before])
        inside = [
            other
            for other, commit in commit_of.items()
            if commit in behind and (commit != commit_of[version] or other < version)
        ]
        assert before == max(inside)
