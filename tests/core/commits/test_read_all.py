"""Tests of reading all commits since the last release: counted, ignored or unreadable, with the reason."""

import time
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipit.core.commits import (
    PackageToRead,
    PrefixCache,
    RawCommit,
    Reading,
    Readings,
    RequestedVersion,
    Rules,
    read_commit,
    read_commits,
    requested_version,
)
from shipit.core.versions import Bump


def raw(message: str, id: str = "a", parents: Sequence[str] = ("p",), author: str = "Ada") -> RawCommit:
    return RawCommit(id.ljust(40, "0"), tuple(parents), author, 0, message)


def read(*messages: str, rules: Rules | None = None) -> Readings:
    """Read messages, newest first; the ids count down to 1 for the oldest."""
    commits = [raw(message, f"{len(messages) - index:x}") for index, message in enumerate(messages)]
    return read_commits(commits, rules or Rules.of())


def read_message(message: str, parents: Sequence[str] = ("p",)) -> Reading:
    (reading,) = read_commits([raw(message, parents=parents)], Rules.of()).all
    return reading


OUTCOMES = {
    "feat: x": ("counted", "feat → minor"),
    "fix(db): x": ("counted", "fix → patch"),
    "feat(api)!: x": ("counted", "breaking change → major"),
    "chore: x\n\nBREAKING CHANGE: y": ("counted", "breaking change → major"),
    "feat : 로그인": ("counted", "feat → minor"),
    "docs: x": ("ignored", "docs → no release"),
    "faet: x": ("ignored", "faet is not a known type"),
    "Update things": ("unreadable", "it does not begin with `type: description`"),
    "feat:": ("unreadable", "`feat:` has no description"),
    "": ("unreadable", "the message is empty"),
    "feat: x [skip release]": ("ignored", "it contains [skip release]"),
    "feat: x\n\nbody [release skip] body": ("ignored", "it contains [release skip]"),
    "feat: x [skip ci]": ("counted", "feat → minor"),
    "fixup! feat: x": ("ignored", "fixup! commit"),
    "squash! feat: x": ("ignored", "squash! commit"),
    "amend! feat: x": ("ignored", "amend! commit"),
    "wip": ("ignored", "work in progress"),
    "WIP: feat: x": ("ignored", "work in progress"),
    "[WIP] feat: x": ("ignored", "work in progress"),
    "chore(release): 1.2.3": ("ignored", "a release commit"),
    "chore(release): v1.2.3-beta.1\n\n### Features\n\n* feat: x": ("ignored", "a release commit"),
    "chore(release): tidy the workflow": ("ignored", "chore → no release"),
    "Merge pull request #12 from acme/feature\n\nfeat: x": ("ignored", "a merge commit"),
    "Merge branch 'main' into dev": ("ignored", "a merge commit"),
    "Merge remote-tracking branch 'origin/main'": ("ignored", "a merge commit"),
    "Merge pull request #12 from acme/feature\n\n* feat: x": ("ignored", "a merge commit"),
    "Merge the two parsers": ("unreadable", "it does not begin with `type: description`"),
}


@pytest.mark.parametrize("message", OUTCOMES, ids=repr)
def test_each_commit_ends_as_counted_ignored_or_unreadable_with_the_reason(message: str) -> None:
    reading = read_message(message)
    assert (reading.outcome, reading.reason) == OUTCOMES[message]


def test_a_counted_commit_has_its_id_author_and_entries_for_the_notes() -> None:
    reading = read_message("feat(api): x (#12)\n\nwhy")
    assert (reading.id, reading.subject, reading.author) == ("a".ljust(40, "0"), "feat(api): x (#12)", "Ada")
    assert reading.bump is Bump.MINOR
    assert [(entry.scope, entry.description) for entry in reading.entries] == [("api", "x (#12)")]


def test_a_commit_that_does_not_count_has_neither_bump_nor_entry() -> None:
    readings = read("docs: x", "Update", "fixup! feat: x")
    assert (readings.bump, readings.entries, readings.counted) == (Bump.NONE, (), ())
    assert len(readings.all) == 3


def test_the_bump_is_the_strongest_and_the_newest_entry_is_first() -> None:
    readings = read("fix: c", "feat: b", "docs: x", "fix: a")
    assert readings.bump is Bump.MINOR
    assert [entry.commit.description for entry in readings.entries] == ["c", "b", "a"]
    assert readings.entries[0].author == "Ada"
    assert readings.entries[0].id == readings.all[0].id


def test_no_commits_release_nothing() -> None:
    assert read() == Readings(())
    assert read().bump is Bump.NONE


def test_the_rules_decide_which_commits_count() -> None:
    rules = Rules.of({"docs(README)": "patch"}, {"문서": "docs"})
    assert read("문서(readme) : x", rules=rules).counted[0].reason == "docs(README) → patch"


@pytest.mark.parametrize("what", ["1.2.3", "1.2.3 [skip ci]", "backend 1.2.3, web 2.0.0", "begin 1.2.4-SNAPSHOT"])
def test_commits_that_a_release_made_are_ignored(what: str) -> None:
    rules = Rules.of({"chore": "patch"})
    assert read(f"chore(release): {what}", rules=rules).ignored[0].reason == "a release commit"
    assert read(f"chore(release): {what}x y", rules=rules).counted


def test_windows_line_ends_are_read_like_others() -> None:
    assert read_message("feat: x\r\n\r\nBREAKING CHANGE: y\r\n").bump is Bump.MAJOR
    assert len(read_message(LOGGED.replace("\n", "\r\n")).entries) == 2


def test_a_warning_about_a_lookalike_of_a_breaking_change_begins_with_the_commit_id() -> None:
    (warning,) = read("docs: x\n\nbreaking change: y").warnings
    assert warning.startswith("1000000: `breaking change: y` looks like a breaking change; write ")


# merges


def test_a_merge_commit_with_a_conventional_subject_counts() -> None:
    assert read_message("feat: merge the search", parents=("p", "q")).reason == "feat → minor"


def test_a_merge_commit_with_any_other_subject_is_ignored() -> None:
    for message in ("병합", "merge dev into main\n\n* feat: x"):
        assert (read_message(message, ("p", "q")).outcome, read_message(message, ("p", "q")).reason) == (
            "ignored",
            "a merge commit",
        )


def test_a_list_in_a_merge_commit_gives_no_warning() -> None:
    assert read_message("Merge branch 'x'\n\n* feat: a\n").warnings == ()
    assert read_message("fix: merge x\n\n* feat: a\n", parents=("p", "q")).warnings == ()


# squash


def entries(reading: Reading) -> list[str]:
    return [f"{entry.type}: {entry.description}" for entry in reading.entries]


def test_under_an_unreadable_header_each_listed_commit_counts_as_an_entry() -> None:
    reading = read_message(
        "Add login (#12)\n\n* feat: a\n\nwhy a\n\n* Fix : b\n\n* docs: c\n\n* note: d\n\n- fix(db): e\n"
    )
    assert (reading.outcome, reading.reason, reading.bump) == ("counted", "feat → minor", Bump.MINOR)
    assert entries(reading) == ["fix: e", "fix: b", "feat: a"]
    assert reading.entries[2].body == "why a"
    assert (reading.id[0], reading.subject) == ("a", "Add login (#12)")


def test_under_a_header_of_an_unknown_type_the_listed_commits_count_too() -> None:
    assert entries(read_message("PROJ-123: login (#12)\n\n* feat: a\n* fix: b\n")) == ["fix: b", "feat: a"]
    assert read_message("PROJ-123: login\n\n* docs: a\n").reason == "proj-123 is not a known type"


def test_footers_below_a_listed_commit_belong_to_it() -> None:
    reading = read_message("Add login\n\n* feat: a\n\nBREAKING CHANGE: y\n\n* fix: b\n\nCo-authored-by: K\n")
    assert [(entry.description, entry.breaking) for entry in reading.entries] == [("b", ()), ("a", ("y",))]
    assert reading.bump is Bump.MAJOR


def test_an_indented_footer_below_a_listed_commit_belongs_to_it_too() -> None:
    assert read_message("Add login\n\n- feat: a\n  why a\n  BREAKING CHANGE: y\n- fix: b\n").bump is Bump.MAJOR


def test_list_items_in_a_code_fence_or_deep_in_a_list_do_not_count() -> None:
    assert read_message("Explain\n\n```\n* feat: a\n```\n\n* so\n    * feat: b\n").outcome == "unreadable"


RELEASE_NOTES = """This PR contains the following updates:

### Release Notes

<details>
<summary>mockk/mockk (io.mockk:mockk)</summary>

#### What's Changed

- feat: support an annotation
- fix!: drop an annotation

BREAKING CHANGE: the annotation is gone

<details><summary>more</summary>
* feat: more
</details>
- feat: another
Release-As: 9.0.0

</details>

---
"""


@pytest.mark.parametrize("tag", ["details", "blockquote"])
@pytest.mark.parametrize(
    "header", ["Update dependency io.mockk:mockk to v1.14.11 (#6163)", "chore(deps): update mockk"]
)
def test_the_quoted_release_notes_of_a_dependency_do_not_count(header: str, tag: str) -> None:
    reading = read_message(f"{header}\n\n{RELEASE_NOTES.replace('details', tag)}")
    assert (reading.outcome, reading.bump, reading.warnings) == (
        "unreadable" if header.startswith("Update") else "ignored", Bump.NONE, (),
    )  # fmt: skip


def test_after_a_quote_and_in_one_that_is_never_closed_everything_counts() -> None:
    after = read_message(f"Update mockk\n\n{RELEASE_NOTES}\n* fix: use it\n")
    assert entries(after) == ["fix: use it"]
    assert read_message("fix: a\n\n<details> are shown now\n\nBREAKING CHANGE: y").bump is Bump.MAJOR
    assert read_message("fix: a\n\nthe tag <details> is shown\n\nBREAKING CHANGE: y\n\n</details>").bump is Bump.MAJOR


def test_listed_commits_that_release_nothing_leave_the_squash_commit_ignored() -> None:
    assert read_message("Tidy\n\n* docs: a\n* chore: b\n").reason == "it lists only commits that do not release"


def test_a_listed_revert_cancels_a_commit_of_the_same_list() -> None:
    reading = read_message('Work\n\n* feat: a\n\n* fix: b\n\n* Revert "feat: a"\n')
    assert entries(reading) == ["fix: b"]


@pytest.mark.parametrize("item", ['Revert "Move back"', 'Reapply "Move back"', 'Revert "Revert "Move back""'])
def test_a_listed_revert_of_work_in_progress_does_not_decide(item: str) -> None:
    body = f"* Move back\n\n* {item}\n\nThis reverts commit 84bb6da79999466c80e9c825e31279f23fbe9527.\n"
    assert read_message(f"Expose properties (#1454)\n\n{body}").outcome == "unreadable"
    assert entries(read_message(f"Expose properties (#1454)\n\n* fix: b\n\n{body}")) == ["fix: b"]


@pytest.mark.parametrize(
    "item", ['Revert "feat: a"', 'Revert "Revert "feat: a""', "revert: feat: a", "revert: old parser"]
)
def test_a_listed_revert_of_a_released_change_counts(item: str) -> None:
    assert read_message(f"Undo (#12)\n\n* {item}\n").reason == "revert → patch"


LOGGED = """Squashed commit of the following:

commit 2222222222222222222222222222222222222222
Author: Ada <ada@example.org>
Date:   Mon Jan 1 00:00:00 2024 +0000

    fix: b

    BREAKING CHANGE: y

commit 1111111111111111111111111111111111111111
Author: Ada <ada@example.org>
Date:   Mon Jan 1 00:00:00 2024 +0000

    feat: a

commit 0000000000000000000000000000000000000000
Author: Ada <ada@example.org>
Date:   Mon Jan 1 00:00:00 2024 +0000

    tinker
"""


def test_commits_in_the_log_of_git_merge_squash_count_too() -> None:
    reading = read_message(LOGGED)
    assert entries(reading) == ["fix: b", "feat: a"]
    assert reading.bump is Bump.MAJOR
    assert reading.entries[0].breaking == ("y",)
    assert reading.warnings == ("`tinker` in the body cannot be read: it does not begin with `type: description`",)


def test_a_revert_in_that_log_is_matched_by_id() -> None:
    log = LOGGED.replace("    tinker", "    feat: early").replace(
        "    fix: b\n\n    BREAKING CHANGE: y", '    Revert "feat: a"\n\n    This reverts commit 1111111.'
    )
    assert entries(read_message(log)) == ["feat: early"]


def test_a_conventional_header_decides_alone() -> None:
    for body in ("* feat: a\n\n* fix: b\n", LOGGED):
        reading = read_message(f"fix: x (#3)\n\n{body.replace('BREAKING CHANGE: y', '')}")
        assert entries(reading) == ["fix: x (#3)"]
        assert reading.bump is Bump.PATCH
        assert reading.warnings == ("`feat: a` in the body does not count (feat → minor): the header decides",)


def test_a_listed_commit_stronger_than_the_header_is_a_warning() -> None:
    reading = read_message("fix: x\n\n* feat!: a\n\n* fix: b\n")
    assert reading.bump is Bump.PATCH
    assert reading.warnings == ("`feat!: a` in the body does not count (breaking change → major): the header decides",)


def test_a_listed_commit_under_a_header_that_does_not_release_is_a_warning() -> None:
    reading = read_message("docs: x\n\n- feat: a\n")
    assert (reading.outcome, len(reading.warnings)) == ("ignored", 1)


def test_a_breaking_change_in_the_list_of_a_squash_body_counts_under_any_header() -> None:
    assert read_message("fix: x\n\n* feat: a\n* BREAKING CHANGE: y\n").bump is Bump.MAJOR


def test_a_breaking_change_under_an_unreadable_header_is_a_warning() -> None:
    for message in ("Update\n\nBREAKING CHANGE: y", "Update\n\nBREAKING CHANGE: y\n\n* fix: a\n"):
        assert read_message(message).warnings == (
            "its BREAKING CHANGE does not count, because its header cannot be read",
        )


# Release-As


def test_release_as_counts_under_any_type() -> None:
    readings = read("fix: y", "chore: x\n\nRelease-As: 2.0.0")
    assert readings.requested.release_as == "2.0.0"
    assert (readings.all[1].outcome, readings.all[1].reason) == ("counted", "Release-As: 2.0.0")
    assert [entry.commit.description for entry in readings.entries] == ["y"]


def test_the_newest_release_as_wins() -> None:
    readings = read("feat: y\n\nrelease-as: v3.0.0", "chore: x\n\nRelease-As: 2.0.0")
    assert readings.requested.release_as == "3.0.0"
    assert readings.all[0].reason == "feat → minor"


@pytest.mark.parametrize("header", ["Release two", "Merge pull request #1 from acme/app", "Add login\n\n* feat: a"])
def test_release_as_counts_under_any_header(header: str) -> None:
    assert read_message(f"{header}\n\nRelease-As: 2.0.0").release_as == "2.0.0"


@pytest.mark.parametrize("message", ["chore: x [skip release]\n\n{}", "chore: x\n\n```\n{}\n```", "chore: x\n\n> {}"])
def test_release_as_that_is_skipped_or_quoted_does_not_count(message: str) -> None:
    assert read_message(message.format("Release-As: 2.0.0")).release_as is None


def test_after_a_breaking_change_only_commits_with_release_as_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[str] = []

    def recording(commit: RawCommit, cache: PrefixCache, package: PackageToRead | None) -> Reading:
        read.append(commit.message)
        return read_commit(commit, cache, package)

    monkeypatch.setattr("shipit.core.commits.read_all.read_commit", recording)
    messages = ("fix: a", "feat!: b", "feat!: c", "feat: d\n\nRelease-As: 3.0.0", "fix: e")
    assert requested_version(
        [raw(message, f"{9 - index}") for index, message in enumerate(messages)], Rules.of()
    ) == RequestedVersion(Bump.MAJOR, "3.0.0")
    assert read == ["fix: a", "feat!: b", "feat: d\n\nRelease-As: 3.0.0"]


@pytest.mark.parametrize("by", ['Revert "feat!: x"', "revert: feat!: x"])
def test_a_reverted_breaking_change_does_not_raise_the_version(by: str) -> None:
    assert requested_version([raw(by, "3"), raw("feat!: x", "2"), raw("feat: y", "1")], Rules.of()) == RequestedVersion(
        Bump.MINOR
    )


def test_a_reverted_release_as_does_not_count() -> None:
    readings = read('Revert "chore: x"', "chore: x\n\nRelease-As: 2.0.0")
    assert readings.requested.release_as is None


def test_without_release_as_no_version_is_requested() -> None:
    assert read("feat: x").requested.release_as is None


# the same change twice


PICKED = "(cherry picked from commit {})"


def test_a_cherry_pick_and_its_original_are_in_the_notes_once() -> None:
    readings = read("feat: x\n\n" + PICKED.format("1".ljust(40, "0")), "fix: y", "feat: x")
    assert [entry.commit.description for entry in readings.entries] == ["y", "x"]
    assert (readings.all[0].outcome, readings.all[0].reason) == ("ignored", "the same change as 1000000")


def test_two_picks_of_one_commit_are_in_the_notes_once() -> None:
    pick = "feat: x\n\n" + PICKED.format("f" * 40)
    assert [reading.outcome for reading in read(pick, pick).all] == ["ignored", "counted"]


def test_the_same_subject_with_the_same_pull_request_is_in_the_notes_once() -> None:
    readings = read("feat: x (#12)", "feat: x (#13)", "feat: x (#12)")
    assert [reading.outcome for reading in readings.all] == ["ignored", "counted", "counted"]


def test_the_same_subject_without_a_pull_request_is_two_changes() -> None:
    assert len(read("fix: typo", "fix: typo").entries) == 2


def test_a_change_committed_again_after_its_revert_counts() -> None:
    readings = read("feat: x (#12)", 'Revert "feat: x (#12)" (#13)', "feat: x (#12)")
    assert [reading.outcome for reading in readings.all] == ["counted", "ignored", "ignored"]


# laws

messages = st.sampled_from(
    ["feat: x", "fix: y (#1)", "docs: z", "Update", 'Revert "feat: x"', "revert: fix: y", "Merge branch 'x'", "wip"]
) | st.text(max_size=40)


@settings(max_examples=150)
@given(st.lists(messages, max_size=12))
def test_each_commit_has_a_reading_and_only_counted_ones_have_entries(all: list[str]) -> None:
    readings = read(*all)
    assert len(readings.all) == len(all)
    assert len(readings.counted) + len(readings.ignored) + len(readings.unreadable) == len(all)
    for reading in readings.all:
        assert reading.reason
        assert bool(reading.entries) == (reading.outcome == "counted") == (reading.bump > Bump.NONE)


LONG = {
    "list items": lambda n: "Title\n\n" + "* feat: x\n" * n,
    "list items under a header": lambda n: "fix: x\n\n" + "* feat: x\n" * n,
    "reverts of each other": lambda n: "Title\n\n" + '* Revert "feat: x"\n* feat: x\n' * n,
    "logged commits": lambda n: "Squashed commit of the following:\n" + "commit 0123abc\n\n    feat: x\n" * n,
    "quotes": lambda n: "Revert " + '"' * n,
    "blanks": lambda n: "feat: x" + " " * n + ")",
    "numbers": lambda n: "feat: x" + " (#1" * n + ")",
    "reverted ids": lambda n: 'Revert "x"\n\n' + "This reverts commit 0123abc, reversing\n" * n,
}


@pytest.mark.parametrize("shape", LONG)
def test_a_huge_message_is_read_in_linear_time(shape: str) -> None:
    message = LONG[shape](40_000)
    begin = time.process_time()
    read_message(message)
    assert time.process_time() - begin < 8
