from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from core.history.histories import histories, tags
from hypothesis import given

from shipit.core.commits import RawCommit
from shipit.core.history import Columns, Log, attribute, unreleased
from shipit.core.versions import Tag

# a - b - c - d - e
LINE = {"a": "", "b": "a", "c": "b", "d": "c", "e": "d"}
# a - b - c - m - d    the hotfix h was made on a
#  \- h - - -/
MERGED_HOTFIX = {"a": "", "h": "a", "b": "a", "c": "b", "m": "ch", "d": "m"}


def log(history: Mapping[str, str]) -> list[RawCommit]:
    """Commits named by one letter each, with the letters of their parents; the last one is HEAD."""
    return [RawCommit(id, tuple(parents), "Ada", 0, "") for id, parents in reversed([*history.items()])]


class Found(NamedTuple):
    """A span with the ids of its commits."""

    tag: Tag | None
    previous: Tag | None
    includes: tuple[str, ...]
    ids: list[str]


def attributed(commits: Sequence[RawCommit], tags: Sequence[Tag]) -> list[Found]:
    log = columns_of(commits)
    spans = attribute(log, tags)
    return [
        Found(span.tag, span.previous, span.includes, [log.ids[at] for segment in span.segments for at in segment])
        for span in spans
    ]


def columns_of(commits: Sequence[RawCommit]) -> Log:
    log = Log()
    ids, parents = [commit.id for commit in commits], [" ".join(commit.parents) for commit in commits]
    nothing = [""] * len(ids)
    log.add(Columns(ids, parents, nothing, nothing, nothing))
    return log


def _name(tag: Tag | None) -> str | None:
    return tag.name if tag else None


def told(spans: Sequence[Found]) -> dict[str | None, str]:
    return {_name(span.tag): "".join(span.ids) for span in spans}


def previous(spans: Sequence[Found]) -> dict[str | None, str | None]:
    return {_name(span.tag): _name(span.previous) for span in spans}


def included(spans: Sequence[Found]) -> dict[str | None, tuple[str, ...]]:
    return {_name(span.tag): span.includes for span in spans if span.includes}


def test_on_one_line_every_release_has_the_commits_since_the_one_before() -> None:
    spans = attributed(log(LINE), tags({"1.0.0": "b", "1.1.0": "d"}))
    assert told(spans) == {None: "e", "v1.1.0": "dc", "v1.0.0": "ba"}
    assert previous(spans) == {None: "v1.1.0", "v1.1.0": "v1.0.0", "v1.0.0": None}


def test_without_a_release_every_commit_is_unreleased() -> None:
    assert told(attributed(log(LINE), [])) == {None: "edcba"}


def test_a_history_without_commits_has_no_release() -> None:
    assert told(attributed([], tags({"1.0.0": "a"}))) == {None: ""}


def test_a_tag_outside_the_history_does_not_count() -> None:
    assert told(attributed(log(LINE), tags({"1.0.0": "b", "9.0.0": "x"}))) == {None: "edc", "v1.0.0": "ba"}


def test_releases_stand_highest_version_first_and_each_commit_newest_first() -> None:
    spans = attributed(log(LINE), tags({"1.9.0": "b", "1.10.0": "d"}))
    assert [span.tag and span.tag.name for span in spans] == [None, "v1.10.0", "v1.9.0"]
    assert spans[1].ids == ["d", "c"]


def test_a_commit_that_came_by_a_merge_belongs_to_the_release_after_the_merge_and_not_to_the_tag_before_it_in_the_log() -> (
    None
):
    history = {"a": "", "s": "a", "b": "a", "m": "bs", "c": "m"}
    spans = attributed(log(history), tags({"1.0.0": "b", "1.1.0": "c"}))
    assert told(spans) == {None: "", "v1.1.0": "cms", "v1.0.0": "ba"}


def test_a_hotfix_merged_back_stands_in_its_own_release_and_is_only_named_in_the_next() -> None:
    spans = attributed(log(MERGED_HOTFIX), tags({"1.0.0": "a", "1.0.1": "h", "1.1.0": "c", "1.2.0": "d"}))
    assert told(spans) == {None: "", "v1.2.0": "dm", "v1.1.0": "cb", "v1.0.1": "h", "v1.0.0": "a"}
    assert previous(spans)["v1.2.0"] == "v1.1.0"
    assert previous(spans)["v1.0.1"] == "v1.0.0"
    assert included(spans) == {"v1.2.0": ("v1.0.1",)}


def test_a_hotfix_merged_back_before_the_next_release_is_the_release_before_it() -> None:
    spans = attributed(log(MERGED_HOTFIX), tags({"1.0.0": "a", "1.0.1": "h", "1.1.0": "d"}))
    assert told(spans) == {None: "", "v1.1.0": "dmcb", "v1.0.1": "h", "v1.0.0": "a"}
    assert previous(spans)["v1.1.0"] == "v1.0.1"
    assert included(spans) == {}


def test_every_release_that_came_in_by_an_octopus_merge_is_named() -> None:
    history = {"a": "", "f": "a", "g": "a", "b": "a", "m": "bfg"}
    spans = attributed(log(history), tags({"1.0.0": "a", "1.0.1": "f", "1.0.2": "g", "1.1.0": "b", "1.2.0": "m"}))
    assert told(spans) == {None: "", "v1.2.0": "m", "v1.1.0": "b", "v1.0.2": "g", "v1.0.1": "f", "v1.0.0": "a"}
    assert included(spans) == {"v1.2.0": ("v1.0.1", "v1.0.2")}


def test_criss_cross_merges_give_each_commit_to_one_release() -> None:
    # b and c merge each other, once as x and once as y
    history = {"a": "", "b": "a", "c": "a", "x": "bc", "y": "cb", "m": "xy"}
    spans = attributed(log(history), tags({"1.0.0": "b", "1.1.0": "x", "1.2.0": "m"}))
    assert told(spans) == {None: "", "v1.2.0": "my", "v1.1.0": "xc", "v1.0.0": "ba"}


def test_a_history_merged_in_without_a_common_ancestor_belongs_to_the_release_after_the_merge() -> None:
    history = {"o": "", "a": "", "p": "o", "b": "a", "m": "bp"}
    spans = attributed(log(history), tags({"1.0.0": "b", "1.1.0": "m"}))
    assert told(spans) == {None: "", "v1.1.0": "mpo", "v1.0.0": "ba"}


def test_of_two_tags_on_one_commit_the_lower_version_has_the_commits_and_the_higher_follows_it() -> None:
    spans = attributed(log(LINE), tags({"1.0.0": "b", "1.1.0": "d", "1.2.0": "d"}))
    assert told(spans) == {None: "e", "v1.2.0": "", "v1.1.0": "dc", "v1.0.0": "ba"}
    assert previous(spans) == {None: "v1.2.0", "v1.2.0": "v1.1.0", "v1.1.0": "v1.0.0", "v1.0.0": None}
    assert included(spans) == {}


def test_where_releases_on_separate_lines_share_a_commit_the_lower_version_has_it() -> None:
    history = {"a": "", "s": "a", "h": "s", "b": "s", "m": "bh"}
    spans = attributed(log(history), tags({"1.0.0": "a", "1.0.1": "h", "1.1.0": "b"}))
    assert told(spans) == {None: "m", "v1.1.0": "b", "v1.0.1": "hs", "v1.0.0": "a"}


def test_a_commit_stays_in_the_release_behind_even_where_versions_fell_afterwards() -> None:
    # s came to the higher version first, and again by another way to a lower one tagged on top of it
    history = {"a": "", "s": "a", "b": "as", "c": "bs"}
    spans = attributed(log(history), tags({"2.0.0": "b", "1.0.0": "c"}))
    assert told(spans) == {None: "", "v2.0.0": "bsa", "v1.0.0": "c"}
    assert previous(spans)["v1.0.0"] == "v2.0.0"


def test_where_versions_fell_on_both_lines_that_share_a_commit_the_lower_version_has_it() -> None:
    history = {"a": "", "s": "a", "b": "as", "c": "as", "m": "bc"}
    for shared, other in ("b", "c"), ("c", "b"):
        spans = attributed(log(history), tags({"2.0.0": "a", "1.1.0": other, "0.1.0": shared}))
        assert told(spans) == {None: "m", "v2.0.0": "a", "v1.1.0": other, "v0.1.0": f"{shared}s"}


def test_a_lower_version_behind_which_versions_fell_is_later_than_what_is_below_all_that_it_reached() -> None:
    # 1.0.0 came after 3.0.0, with which 2.0.0 shares s: 2.0.0 is before 3.0.0, and so before 1.0.0
    history = {"a": "", "s": "a", "t": "", "x": "s", "b": "xt", "c": "st", "m": "bc"}
    spans = attributed(log(history), tags({"3.0.0": "x", "2.0.0": "c", "1.0.0": "b"}))
    assert told(spans) == {None: "m", "v3.0.0": "x", "v2.0.0": "ctsa", "v1.0.0": "b"}


def test_children_with_a_clock_behind_their_parents_change_nothing() -> None:
    in_time = attributed(log(MERGED_HOTFIX), tags({"1.0.0": "a", "1.0.1": "h", "1.1.0": "d"}))
    by_clock = dict(sorted(MERGED_HOTFIX.items(), key=lambda entry: "bcahmd".index(entry[0])))
    skewed = attributed(log(by_clock), tags({"1.0.0": "a", "1.0.1": "h", "1.1.0": "d"}))
    assert {name: set(ids) for name, ids in told(skewed).items()} == {
        name: set(ids) for name, ids in told(in_time).items()
    }
    assert previous(skewed) == previous(in_time)


def test_new_commits_that_a_merged_release_holds_are_told_apart() -> None:
    since = [commit for commit in log(MERGED_HOTFIX) if commit.id in "hmd"]  # what is not behind 1.1.0 on c
    found = unreleased(since, tags({"1.0.0": "a", "1.0.1": "h"}))
    assert [commit.id for commit in found.commits] == ["d", "m", "h"]
    assert found.in_merged_releases == {"h"}
    assert found.includes == ("v1.0.1",)


def test_without_a_merged_release_nothing_is_told_apart() -> None:
    found = unreleased(log(LINE), tags({"9.0.0": "x"}))
    assert (found.in_merged_releases, found.includes) == (frozenset(), ())


def seconds_for(releases: int) -> float:
    """CPU seconds for a branch that is merged at every release and never tagged itself."""
    history: dict[str, tuple[str, ...]] = {}
    places, branch, main = {}, "", ""
    for number in range(releases):
        for part in "abcdefg":
            history[f"{number}{part}"] = (branch,) if branch else ()
            branch = f"{number}{part}"
        history[f"{number}m"] = (main, branch) if main else (branch,)
        main = f"{number}m"
        places[f"0.{number}.0"] = main
    commits = [RawCommit(id, parents, "Ada", 0, "") for id, parents in reversed(history.items())]
    known, log = tags(places), columns_of(commits)
    begun = time.process_time()
    attribute(log, known)
    return time.process_time() - begun


def test_four_times_the_history_takes_about_four_times_as_long() -> None:
    short = min(seconds_for(500) for _ in range(3))
    assert min(seconds_for(2000) for _ in range(3)) < 9 * short


def ancestry(history: Mapping[str, str]) -> dict[str, set[str]]:
    behind: dict[str, set[str]] = {}
    for id, parents in history.items():
        behind[id] = {id}.union(*(behind[parent] for parent in parents))
    return behind


@given(histories())
def test_each_commit_stands_in_one_release_that_holds_it_and_in_none_that_an_earlier_one_is_behind(
    drawn: tuple[dict[str, str], dict[str, str]],
) -> None:
    history, places = drawn
    behind = ancestry(history)
    spans = attributed(log(history), tags(places))
    assert sorted(id for span in spans for id in span.ids) == sorted(history)
    for span in spans:
        for id in span.ids:
            containing = [tag for tag in tags(places) if id in behind[tag.commit]]
            assert span.tag in containing if span.tag else not containing
            assert not [tag for tag in containing if span.tag and _earlier(tag, span.tag, behind)]


def _earlier(one: Tag, other: Tag, behind: Mapping[str, set[str]]) -> bool:
    if one.commit == other.commit:
        return one.version < other.version
    return one.commit in behind[other.commit]


@given(histories())
def test_the_previous_release_is_the_highest_behind_and_the_others_that_are_new_behind_are_included(
    drawn: tuple[dict[str, str], dict[str, str]],
) -> None:
    history, places = drawn
    behind = ancestry(history)
    for span in attributed(log(history), tags(places)):
        if span.tag:
            others = [tag for tag in tags(places) if _earlier(tag, span.tag, behind)]
            assert span.previous == (others[0] if others else None)
            reached = [tag for tag in others[1:] if not _earlier(tag, others[0], behind)]
            assert set(span.includes) == {tag.name for tag in reached}
