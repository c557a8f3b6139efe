"""A history that is read in two parts has the same releases as one that is read at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.history.histories import histories, tags
from hypothesis import given
from plan.walked import Walked, walked

from shipit.core.commits import Rules
from shipit.core.history import Release
from shipit.core.versions import Tag
from shipit.plan.version.past_releases import LazyRelease, PastReleases
from shipit.plan.version.split_history import releases_after, releases_up_to

LINE = {"a": "", "b": "a", "c": "b", "d": "c", "e": "d", "f": "e"}
ON_LINE = {"1.0.0": "b", "1.1.0": "c", "1.2.0": "d", "2.0.0": "f"}


def past(history: Mapping[str, str], places: Mapping[str, str], head: str | None = None) -> PastReleases:
    """Return the facts about the releases in the history of `head`; by default, of the last commit."""
    commits, ids = walked(history)
    here = tags({version: ids[name] for version, name in places.items()})
    return PastReleases(Walked(commits), Rules.of(), ids[head or list(history)[-1]], here)


def read(releases: Sequence[LazyRelease]) -> list[Release]:
    return [release() for release in releases]


def tag(past: PastReleases, version: str) -> Tag:
    return next(each for each in past.tags if str(each.version) == version)


def apart(past: PastReleases, version: str) -> tuple[list[Release], list[Release]] | None:
    """Return the releases up to a release and after it; None when history cannot be split there."""
    middle = tag(past, version)
    before, (after, cut) = releases_up_to(past, middle), releases_after(past, middle)
    if not cut:
        assert read(after) == read(past.whole())
    return (read(before), read(after)) if before is not None and cut else None


@given(histories())
def test_a_split_history_has_the_same_releases_as_a_whole_one(
    drawn: tuple[dict[str, str], dict[str, str]],
) -> None:
    whole = past(*drawn)
    for middle in whole.tags:
        if parts := apart(whole, str(middle.version)):
            before, after = parts
            assert [*after, *before] == read(whole.whole())


def test_a_linear_history_is_split_at_any_release_but_the_last() -> None:
    whole = past(LINE, ON_LINE)
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        parts = apart(whole, version)
        assert parts
        before, after = parts
        assert before[0].version == version
        assert after[-1].previous_tag == f"v{version}"
    assert apart(whole, "2.0.0") is None


def test_a_merged_branch_does_not_prevent_a_split() -> None:
    history = {"a": "", "b": "a", "s": "b", "m": "bs", "c": "m"}
    parts = apart(past(history, {"1.0.0": "a", "1.1.0": "b", "1.2.0": "c"}), "1.1.0")
    assert parts
    before, after = parts
    assert [len(release.entries) for release in [*after, *before]] == [3, 1, 1]


def test_history_is_not_split_at_a_release_that_a_branch_bypasses() -> None:
    past_it = {"a": "", "s": "a", "b": "a", "m": "bs"}
    assert apart(past(past_it, {"1.0.0": "a", "1.1.0": "b", "1.2.0": "m"}), "1.1.0") is None


def test_history_is_not_split_before_a_lower_version() -> None:
    assert apart(past(LINE, ON_LINE | {"0.9.0": "e"}), "1.1.0") is None


def test_history_is_not_split_after_a_higher_version() -> None:
    assert apart(past(LINE, ON_LINE | {"3.0.0": "a"}), "1.1.0") is None


def test_history_is_not_split_at_the_lower_of_two_versions_of_one_commit() -> None:
    assert apart(past(LINE, ON_LINE | {"1.1.1": "c"}), "1.1.0") is None


def test_history_is_not_split_when_a_later_release_is_on_another_branch() -> None:
    beside = {"a": "", "b": "a", "h": "a", "m": "bh"}
    assert apart(past(beside, {"1.0.0": "a", "1.1.0": "b", "1.1.1": "h", "1.2.0": "m"}), "1.1.0") is None


def test_history_is_not_split_at_a_release_outside_of_it() -> None:
    assert apart(past(LINE, ON_LINE, head="c"), "1.2.0") is None


def test_history_is_not_split_when_an_unrelated_history_was_merged() -> None:
    joined = {"a": "", "b": "a", "x": "", "m": "bx"}
    assert apart(past(joined, {"1.0.0": "a", "1.1.0": "b", "1.2.0": "m"}), "1.1.0") is None
