"""Tests of the rules that give each commit its bump."""

import pytest

from shipit.core.commits import Commit, RawCommit, Rules, read_commits, requested_version
from shipit.core.commits.text.message import KNOWN_TYPES
from shipit.core.history import columns
from shipit.core.history.scan import HistoryScan
from shipit.core.versions import Bump
from shipit.errors import ConfigError

DEFAULTS = {
    "feat": (Bump.MINOR, "feat → minor"),
    "fix": (Bump.PATCH, "fix → patch"),
    "perf": (Bump.PATCH, "perf → patch"),
    "revert": (Bump.PATCH, "revert → patch"),
}


@pytest.mark.parametrize("type", sorted(KNOWN_TYPES))
def test_by_default_features_bump_minor_fixes_bump_patch_and_other_types_bump_nothing(type: str) -> None:
    expected = DEFAULTS.get(type, (Bump.NONE, f"{type} → no release"))
    assert Rules.of().bump_of(Commit(type, None, "x")) == expected


@pytest.mark.parametrize("type", ["feat", "docs", "strange"])
def test_a_breaking_change_of_any_type_bumps_major(type: str) -> None:
    rules = Rules.of({"docs": "none"})
    assert rules.bump_of(Commit(type, None, "x", breaking=("y",))) == (Bump.MAJOR, "breaking change → major")


def test_the_reason_for_an_unknown_type_says_that_it_is_unknown() -> None:
    assert Rules.of().bump_of(Commit("faet", None, "x")) == (Bump.NONE, "faet is not a known type")


def test_a_configured_type_is_known_and_has_the_configured_bump() -> None:
    rules = Rules.of({"deps": "patch"})
    assert rules.bump_of(Commit("deps", None, "x")) == (Bump.PATCH, "deps → patch")
    assert "deps" in rules.known


def test_a_rule_for_a_scope_wins_over_the_rule_for_its_type() -> None:
    rules = Rules.of({"docs(README)": "patch", "fix(ci)": "none"})
    assert rules.bump_of(Commit("docs", "README", "x")) == (Bump.PATCH, "docs(README) → patch")
    assert rules.bump_of(Commit("docs", "api", "x"))[0] is Bump.NONE
    assert rules.bump_of(Commit("docs", None, "x"))[0] is Bump.NONE
    assert rules.bump_of(Commit("fix", "ci", "x")) == (Bump.NONE, "fix(ci) → no release")
    assert rules.bump_of(Commit("fix", "api", "x")) == (Bump.PATCH, "fix → patch")


def test_scopes_compare_without_regard_to_case() -> None:
    assert Rules.of({"docs(README)": "patch"}).bump_of(Commit("docs", "readme", "x"))[0] is Bump.PATCH


def test_a_default_rule_can_be_removed() -> None:
    assert Rules.of({"perf": "none"}).bump_of(Commit("perf", None, "x")) == (Bump.NONE, "perf → no release")


def test_a_configured_alias_is_added_to_the_default_ones_and_its_type_is_known() -> None:
    rules = Rules.of(aliases={"Features": "feat", "tweak": "adjust"})
    assert rules.aliases == {"feature": "feat", "bugfix": "fix", "hotfix": "fix", "features": "feat", "tweak": "adjust"}
    assert "adjust" in rules.known


@pytest.mark.parametrize(
    ("aliases", "message", "bump"),
    [
        ({"perf": "feat"}, "feat: search", Bump.MINOR),
        ({"perf": "feat"}, "perf: search", Bump.MINOR),
        ({"fix": "feat"}, "feature: search", Bump.MINOR),
        ({"perf": "chore"}, "chore: tidy", Bump.NONE),
        ({"perf": "chore"}, "perf: search", Bump.NONE),
        ({"new": "features", "Features": "feat"}, "new: search", Bump.MINOR),
        ({"a": "b", "b": "a"}, "a: search", Bump.NONE),
    ],
)
def test_another_name_of_a_type_has_the_bump_of_that_type_and_never_changes_it(
    aliases: dict[str, str], message: str, bump: Bump
) -> None:
    rules = Rules.of(aliases=aliases)
    commit = rules.parse(message)
    assert isinstance(commit, Commit) and rules.bump_of(commit)[0] == bump


def test_the_bump_of_a_type_takes_precedence_over_that_of_its_other_names() -> None:
    rules = Rules.of({"feat": "major", "feature": "patch", "docs": "none", "manual": "minor"}, {"manual": "docs"})
    assert rules.bump_of(Commit("feat", None, "search"))[0] == Bump.MAJOR
    assert rules.bump_of(Commit("docs", None, "explain"))[0] == Bump.NONE
    assert Rules.of({"feature": "patch"}).bump_of(Commit("feat", None, "search"))[0] == Bump.PATCH


def test_a_rule_can_name_a_type_by_its_alias() -> None:
    rules = Rules.of({"Hotfix(db)": "minor"})
    assert rules.bump_of(Commit("fix", "db", "x")) == (Bump.MINOR, "Hotfix(db) → minor")


@pytest.mark.parametrize("key", ["", "docs(", "docs()", "two words", "docs(a)(b)"])
def test_a_key_that_is_not_a_type_is_an_error_that_names_it(key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Rules.of({key: "patch"})
    assert f"`{key}`" in caught.value.what
    assert caught.value.where == "bump"


def test_a_bump_that_does_not_exist_is_an_error_with_its_key_path() -> None:
    with pytest.raises(ConfigError) as caught:
        Rules.of({"docs": "huge"})
    assert (caught.value.what, caught.value.where) == ("`huge` is not a bump", "bump.docs")
    assert caught.value.hint == "write none, patch, minor or major"


# -- other words for a breaking change

PLURAL = Rules.of(breaking=("BREAKING", "BREAKING CHANGES"))


@pytest.mark.parametrize(
    ("message", "texts"),
    [
        ("feat: x\n\nBREAKING CHANGES: y", ("y",)),
        ("feat: x\n\nBREAKING: y", ("y",)),
        ("feat: x\n\nBREAKING CHANGE: y\nBREAKING CHANGES: z", ("y", "z")),
        ("feat: x\n\nBREAKING CHANGES #3", ("3",)),
        ("feat: x\n\n* BREAKING CHANGES: y", ("y",)),
        ("feat: x\n\nmore BREAKING CHANGES: y", ()),
        ("feat: x\n\n> BREAKING CHANGES: y", ()),
        ("feat: x\n\n```\nBREAKING CHANGES: y\n```", ()),
        ("feat: x\n\nBREAKING CHANGESET: y", ()),
    ],
)
def test_other_words_announce_a_breaking_change_like_the_standard_ones(message: str, texts: tuple[str, ...]) -> None:
    parsed = PLURAL.parse(message)
    assert isinstance(parsed, Commit)
    assert parsed.breaking == texts


def test_without_the_setting_other_words_are_a_warning() -> None:
    parsed = Rules.of().parse("feat: x\n\nBREAKING CHANGES: y")
    assert isinstance(parsed, Commit)
    assert (parsed.breaking, len(parsed.warnings)) == ((), 1)
    assert PLURAL.parse("feat: x\n\nBREAKING CHANGES: y") == Rules.of().parse("feat: x\n\nBREAKING CHANGE: y")


def test_a_whole_history_is_read_with_the_other_words() -> None:
    commit = RawCommit("a" * 40, (), "Ada", 0, "fix: x\n\nBREAKING CHANGES: y")
    (reading,) = read_commits([commit], PLURAL).all
    assert reading.bump is requested_version([commit], PLURAL).bump is Bump.MAJOR
    scan = HistoryScan(PLURAL)
    for part in columns([f"{'a' * 40}\0\0Ada\0{0}\0{commit.message}\0".encode()]):
        scan.add(part)
    assert scan.entries(0) == reading.entries


OTHERS = Rules.of({"*": "patch", "docs": "none", "deps": "minor"})


def reading(message: str, rules: Rules = OTHERS) -> tuple[str, str, list[str]]:
    """Return the outcome, the reason, and the entries for the notes; the same for reading fast and in parts."""
    commit = RawCommit("a" * 40, (), "Ada", 0, message)
    [found] = read_commits([commit], rules).all
    assert requested_version([commit], rules).bump == found.bump
    scan = HistoryScan(rules)
    for part in columns([f"{commit.id}\0\0Ada\0{0}\0{message}\0".encode()]):
        scan.add(part)
    assert [(each.type, each.description) for each in scan.entries(0)] == [
        (each.type, each.description) for each in found.entries
    ]
    return found.outcome, found.reason, [f"{entry.type}: {entry.description}" for entry in found.entries]


@pytest.mark.parametrize(
    ("message", "entry"),
    [
        ("chore: tidy", "chore: tidy"),
        ("Update the README", "*: Update the README"),
        ("notice: closed on Monday", "*: notice: closed on Monday"),
        ("문구 수정", "*: 문구 수정"),
        ("Add search\n\n* first\n* second", "*: Add search"),
    ],
)
def test_the_rule_for_others_counts_every_commit_without_a_rule_of_its_own(message: str, entry: str) -> None:
    assert reading(message) == ("counted", "any other commit → patch", [entry])


@pytest.mark.parametrize(
    ("message", "outcome", "reason"),
    [
        ("docs: explain", "ignored", "docs → no release"),
        ("deps: new driver", "counted", "deps → minor"),
        ("feat: search", "counted", "feat → minor"),
        ("x!: drop", "counted", "breaking change → major"),
        ("Add search\n\n* feat: search\n* fix: crash", "counted", "feat → minor"),
        ("notice: x\n\n* feat: search", "counted", "feat → minor"),
        ("wip", "ignored", "work in progress"),
        ("fixup! Update", "ignored", "fixup! commit"),
        ("Merge branch 'dev'", "ignored", "a merge commit"),
        ("Update [skip release]", "ignored", "it contains [skip release]"),
        ("chore(release): 1.2.3", "ignored", "a release commit"),
    ],
)
def test_the_rule_for_others_changes_nothing_else(message: str, outcome: str, reason: str) -> None:
    assert reading(message)[:2] == (outcome, reason)


def test_the_rule_for_others_can_be_none() -> None:
    assert reading("Update", Rules.of({"*": "none"}))[0] == "unreadable"


@pytest.mark.parametrize(
    ("aliases", "message", "bump"),
    [
        ({"feat": "feature", "fix": "bugfix"}, "feat: x", Bump.MINOR),
        ({"feat": "feature", "fix": "bugfix"}, "bugfix: x", Bump.PATCH),
        ({"perf": "performance"}, "perf: x", Bump.PATCH),
    ],
)
def test_a_usual_type_that_means_an_own_word_keeps_its_bump(aliases: dict[str, str], message: str, bump: Bump) -> None:
    rules = Rules.of(aliases=aliases)
    commit = rules.parse(message)
    assert isinstance(commit, Commit) and rules.bump_of(commit)[0] == bump
