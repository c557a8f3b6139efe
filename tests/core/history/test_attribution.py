"""Tests of the assignment of commits to releases."""

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
    """Return commits, newest first, each named by one letter and given with the letters of its parents."""
    return [RawCommit(id, tuple(parents), "Ada", 0, "") for id, parents in reversed([*history.items()])]


class Span(NamedTuple):
    """A release span with the ids of its commits instead of their positions."""

    tag: Tag | None
    previous: Tag | None
    includes: tuple[str, ...]
    ids: list[str]


def attributed(commits: Sequence[RawCommit], tags: Sequence[Tag]) -> list[Span]:
    log = columns_of(commits)
    spans = attribute(log, tags)
    return [
        Span(span.tag, span.previous, span.includes, [log.ids[index] for segment in span.segments for index in segment])
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


def commits_of(spans: Sequence[Span]) -> dict[str | None, str]:
    return {_name(span.tag): "".join(span.ids) for span in spans}


def previous(spans: Sequence[Span]) -> dict[str | None, str | None]:
    return {_name(span.tag): _name(span.previous) for span in spans}


def included(spans: Sequence[Span]) -> dict[str | None, tuple[str, ...]]:
    return {_name(span.tag): span.includes for span in spans if span.includes}


def test_on_one_branch_every_release_has_the_commits_since_the_previous_one() -> None:
    spans = attributed(log(LINE), tags({"1.0.0": "b", "1.1.0": "d"}))
    assert commits_of(spans) == {None: "e", "v1.1.0": "dc", "v1.0.0": "ba"}
    assert previous(spans) == {None: "v1.1.0", "v1.1.0": "v1.0.0", "v1.0.0": None}


def test_without_a_release_every_commit_is_unreleased() -> None:
    assert commits_of(attributed(log(LINE), [])) == {None: "edcba"}


def test_a_history_without_commits_has_no_release() -> None:
    assert commits_of(attributed([], tags({"1.0.0": "a"}))) == {None: ""}


def test_a_tag_outside_the_history_does_not_count() -> None:
    assert commits_of(attributed(log(LINE), tags({"1.0.0": "b", "9.0.0": "x"}))) == {None: "edc", "v1.0.0": "ba"}


def test_the_highest_version_and_the_newest_commit_are_first() -> None:
    spans = attributed(log(LINE), tags({"1.9.0": "b", "1.10.0": "d"}))
    assert [span.tag and span.tag.name for span in spans] == [None, "v1.10.0", "v1.9.0"]
    assert spans[1].ids == ["d", "c"]


def test_a_merged_commit_belongs_to_the_release_after_the_merge_and_not_to_the_next_tag_in_the_log() -> None:
    history = {"a": "", "s": "a", "b": "a", "m": "bs", "c": "m"}
    spans = attributed(log(history), tags({"1.0.0": "b", "1.1.0": "c"}))
    assert commits_of(spans) == {None: "", "v1.1.0": "cms", "v1.0.0": "ba"}


def test_a_hotfix_merged_back_is_in_its_own_release_and_only_named_in_the_next() -> None:
    spans = attributed(log(MERGED_HOTFIX), tags({"1.0.0": "a", "1.0.1": "h", "1.1.0": "c", "1.2.0": "d"}))
    assert commits_of(spans) == {None: "", "v1.2.0": "dm", "v1.1.0": "cb", "v1.0.1": "h", "v1.0.0": "a"}
    assert previous(spans)["v1.2.0"] == "v1.1.0"
    assert previous(spans)["v1.0.1"] == "v1.0.0"
    assert included(spans) == {"v1.2.0": ("v1.0.1",)}


def test_a_hotfix_merged_back_before_the_next_release_is_its_previous_release() -> None:
    spans = attributed(log(MERGED_HOTFIX), tags({"1.0.0": "a", "1.0.1": "h", "1.1.0": "d"}))
    assert commits_of(spans) == {None: "", "v1.1.0": "dmcb", "v1.0.1": "h", "v1.0.0": "a"}
    assert previous(spans)["v1.1.0"] == "v1.0.1"
    assert included(spans) == {}


def test_every_release_merged_by_an_octopus_merge_is_named() -> None:
    history = {"a": "", "f": "a", "g": "a", "b": "a", "m": "bfg"}
    spans = attributed(log(history), tags({"1.0.0": "a", "1.0.1": "f", "1.0.2": "g", "1.1.0": "b", "1.2.0": "m"}))
    assert commits_of(spans) == {None: "", "v1.2.0": "m", "v1.1.0": "b", "v1.0.2": "g", "v1.0.1": "f", "v1.0.0": "a"}
    assert included(spans) == {"v1.2.0": ("v1.0.1", "v1.0.2")}


def test_criss_cross_merges_give_each_commit_to_one_release() -> None:
    # b and c merge each other, once as x and once as y
    history = {"a": "", "b": "a", "c": "a", "x": "bc", "y": "cb", "m": "xy"}
    spans = attributed(log(history), tags({"1.0.0": "b", "1.1.0": "x", "1.2.0": "m"}))
    assert commits_of(spans) == {None: "", "v1.2.0": "my", "v1.1.0": "xc", "v1.0.0": "ba"}


def test_a_history_merged_in_without_a_common_ancestor_belongs_to_the_release_after_the_merge() -> None:
    history = {"o": "", "a": "", "p": "o", "b": "a", "m": "bp"}
    spans = attributed(log(history), tags({"1.0.0": "b", "1.1.0": "m"}))
    assert commits_of(spans) == {None: "", "v1.1.0": "mpo", "v1.0.0": "ba"}


def test_of_two_tags_on_one_commit_the_lower_version_has_the_commits() -> None:
    spans = attributed(log(LINE), tags({"1.0.0": "b", "1.1.0": "d", "1.2.0": "d"}))
    assert commits_of(spans) == {None: "e", "v1.2.0": "", "v1.1.0": "dc", "v1.0.0": "ba"}
    assert previous(spans) == {None: "v1.2.0", "v1.2.0": "v1.1.0", "v1.1.0": "v1.0.0", "v1.0.0": None}
    assert included(spans) == {}


def test_a_commit_shared_by_releases_on_separate_branches_belongs_to_the_lower_version() -> None:
    history = {"a": "", "s": "a", "h": "s", "b": "s", "m": "bh"}
    spans = attributed(log(history), tags({"1.0.0": "a", "1.0.1": "h", "1.1.0": "b"}))
    assert commits_of(spans) == {None: "m", "v1.1.0": "b", "v1.0.1": "hs", "v1.0.0": "a"}


def test_a_commit_stays_in_the_first_release_even_if_a_lower_version_is_released_on_top() -> None:
    # 2.0.0 contains s first; 1.0.0, tagged on top of it, reaches s on a second way too
    history = {"a": "", "s": "a", "b": "as", "c": "bs"}
    spans = attributed(log(history), tags({"2.0.0": "b", "1.0.0": "c"}))
    assert commits_of(spans) == {None: "", "v2.0.0": "bsa", "v1.0.0": "c"}
    assert previous(spans)["v1.0.0"] == "v2.0.0"


def test_a_commit_shared_by_two_branches_with_falling_versions_belongs_to_the_lower_version() -> None:
    history = {"a": "", "s": "a", "b": "as", "c": "as", "m": "bc"}
    for shared, other in ("b", "c"), ("c", "b"):
        spans = attributed(log(history), tags({"2.0.0": "a", "1.1.0": other, "0.1.0": shared}))
        assert commits_of(spans) == {None: "m", "v2.0.0": "a", "v1.1.0": other, "v0.1.0": f"{shared}s"}


def test_a_lower_version_released_on_top_of_a_higher_one_is_later_than_all_versions_below_that_one() -> None:
    # 1.0.0 contains 3.0.0, which shares s with 2.0.0: 2.0.0 is before 3.0.0, and so before 1.0.0
    history = {"a": "", "s": "a", "t": "", "x": "s", "b": "xt", "c": "st", "m": "bc"}
    spans = attributed(log(history), tags({"3.0.0": "x", "2.0.0": "c", "1.0.0": "b"}))
    assert commits_of(spans) == {None: "m", "v3.0.0": "x", "v2.0.0": "ctsa", "v1.0.0": "b"}


def test_commits_with_a_wrong_clock_belong_to_the_same_releases() -> None:
    in_time = attributed(log(MERGED_HOTFIX), tags({"1.0.0": "a", "1.0.1": "h", "1.1.0": "d"}))
    by_clock = dict(sorted(MERGED_HOTFIX.items(), key=lambda entry: "bcahmd".index(entry[0])))
    skewed = attributed(log(by_clock), tags({"1.0.0": "a", "1.0.1": "h", "1.1.0": "d"}))
    assert {name: set(ids) for name, ids in commits_of(skewed).items()} == {
        name: set(ids) for name, ids in commits_of(in_time).items()
    }
    assert previous(skewed) == previous(in_time)


def test_new_commits_that_a_merged_release_contains_are_listed() -> None:
    since = [
        commit for commit in log(MERGED_HOTFIX) if commit.id in "hmd"
    ]  # the commits that 1.1.0, on c, does not contain
    found = unreleased(since, tags({"1.0.0": "a", "1.0.1": "h"}))
    assert [commit.id for commit in found.commits] == ["d", "m", "h"]
    assert found.in_merged_releases == {"h"}
    assert found.includes == ("v1.0.1",)


def test_without_a_merged_release_no_commit_is_listed() -> None:
    found = unreleased(log(LINE), tags({"9.0.0": "x"}))
    assert (found.in_merged_releases, found.includes) == (frozenset(), ())


def seconds_for(releases: int) -> float:
    """Return the CPU seconds for a history with a branch that is merged at every release and never tagged itself."""
    history: dict[str, tuple[str, ...]] = {}
    commit_of, branch, main = {}, "", ""
    for number in range(releases):
        for part in "abcdefg":
            history[f"{number}{part}"] = (branch,) if branch else ()
            branch = f"{number}{part}"
        history[f"{number}m"] = (main, branch) if main else (branch,)
        main = f"{number}m"
        commit_of[f"0.{number}.0"] = main
    commits = [RawCommit(id, parents, "Ada", 0, "") for id, parents in reversed(history.items())]
    known, log = tags(commit_of), columns_of(commits)
    begun = time.process_time()
    attribute(log, known)
    return time.process_time() - begun


def test_four_times_the_history_takes_about_four_times_as_long() -> None:
    short = min(seconds_for(500) for _ in range(3))
    assert min(seconds_for(2000) for _ in range(3)) < 9 * short


def ancestry(history: Mapping[str, str]) -> dict[str, set[str]]:
    ancestors: dict[str, set[str]] = {}
    for id, parents in history.items():
        ancestors[id] = {id}.union(*(ancestors[parent] for parent in parents))
    return ancestors


@given(histories())
def test_each_commit_is_in_exactly_one_release_and_no_earlier_one_contains_it(
    drawn: tuple[dict[str, str], dict[str, str]],
) -> None:
    history, commit_of = drawn
    ancestors = ancestry(history)
    spans = attributed(log(history), tags(commit_of))
    assert sorted(id for span in spans for id in span.ids) == sorted(history)
    for span in spans:
        for id in span.ids:
            containing = [tag for tag in tags(commit_of) if id in ancestors[tag.commit]]
            assert span.tag in containing if span.tag else not containing
            assert not [tag for tag in containing if span.tag and _earlier(tag, span.tag, ancestors)]


def _earlier(one: Tag, other: Tag, ancestors: Mapping[str, set[str]]) -> bool:
    if one.commit == other.commit:
        return one.version < other.version
    return one.commit in ancestors[other.commit]


@given(histories())
def test_the_previous_release_is_the_highest_contained_one_and_further_ones_are_included(
    drawn: tuple[dict[str, str], dict[str, str]],
) -> None:
    history, commit_of = drawn
    ancestors = ancestry(history)
    for span in attributed(log(history), tags(commit_of)):
        if span.tag:
            others = [tag for tag in tags(commit_of) if _earlier(tag, span.tag, ancestors)]
            assert span.previous == (others[0] if others else None)
            reached = [tag for tag in others[1:] if not _earlier(tag, others[0], ancestors)]
            assert set(span.includes) == {tag.name for tag in reached}
