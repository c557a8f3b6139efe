"""A long history is read in two parts, and tells the same as in one."""

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
    """Args: head: the commit that is looked back from; the last one where not told."""
    commits, ids = walked(history)
    here = tags({version: ids[name] for version, name in places.items()})
    return PastReleases(Walked(commits), Rules.of(), ids[head or list(history)[-1]], here)


def read(releases: Sequence[LazyRelease]) -> list[Release]:
    return [release() for release in releases]


def tag(past: PastReleases, version: str) -> Tag:
    return next(each for each in past.tags if str(each.version) == version)


def apart(past: PastReleases, version: str) -> tuple[list[Release], list[Release]] | None:
    """What stands before and after a release; None where history cannot be cut there."""
    middle = tag(past, version)
    before, (after, cut) = releases_up_to(past, middle), releases_after(past, middle)
    if not cut:
        assert read(after) == read(past.whole())
    return (read(before), read(after)) if before is not None and cut else None


@given(histories())
def test_wherever_history_can_be_cut_its_parts_tell_the_same_as_the_whole(
    drawn: tuple[dict[str, str], dict[str, str]],
) -> None:
    looked = past(*drawn)
    for middle in looked.tags:
        if parts := apart(looked, str(middle.version)):
            before, after = parts
            assert [*after, *before] == read(looked.whole())


def test_one_line_is_cut_at_any_release_but_the_one_at_its_end() -> None:
    looked = past(LINE, ON_LINE)
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        parts = apart(looked, version)
        assert parts
        before, after = parts
        assert before[0].version == version
        assert after[-1].previous_tag == f"v{version}"
    assert apart(looked, "2.0.0") is None


def test_a_branch_that_was_merged_is_no_hindrance() -> None:
    history = {"a": "", "b": "a", "s": "b", "m": "bs", "c": "m"}
    parts = apart(past(history, {"1.0.0": "a", "1.1.0": "b", "1.2.0": "c"}), "1.1.0")
    assert parts
    before, after = parts
    assert [len(release.entries) for release in [*after, *before]] == [3, 1, 1]


def test_history_is_not_cut_where_a_branch_leads_past_the_release() -> None:
    past_it = {"a": "", "s": "a", "b": "a", "m": "bs"}
    assert apart(past(past_it, {"1.0.0": "a", "1.1.0": "b", "1.2.0": "m"}), "1.1.0") is None


def test_history_is_not_cut_where_a_lower_version_came_later() -> None:
    assert apart(past(LINE, ON_LINE | {"0.9.0": "e"}), "1.1.0") is None


def test_history_is_not_cut_where_a_higher_version_came_before() -> None:
    assert apart(past(LINE, ON_LINE | {"3.0.0": "a"}), "1.1.0") is None


def test_history_is_not_cut_at_one_of_two_versions_of_a_commit_that_is_not_the_higher() -> None:
    assert apart(past(LINE, ON_LINE | {"1.1.1": "c"}), "1.1.0") is None


def test_history_is_not_cut_where_a_later_release_was_made_beside_it() -> None:
    beside = {"a": "", "b": "a", "h": "a", "m": "bh"}
    assert apart(past(beside, {"1.0.0": "a", "1.1.0": "b", "1.1.1": "h", "1.2.0": "m"}), "1.1.0") is None


def test_history_is_not_cut_at_a_release_that_it_does_not_hold() -> None:
    assert apart(past(LINE, ON_LINE, head="c"), "1.2.0") is None


def test_history_is_not_cut_where_another_without_a_beginning_in_common_was_merged() -> None:
    joined = {"a": "", "b": "a", "x": "", "m": "bx"}
    assert apart(past(joined, {"1.0.0": "a", "1.1.0": "b", "1.2.0": "m"}), "1.1.0") is None
