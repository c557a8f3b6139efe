"""The whole changelog and the sections written one release at a time say the same, on any history."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from plan.asking import next_of, section, sections, subjects
from repositories import Repository, run

from shipit.core.history import Release
from shipit.core.versions import Version
from shipit.errors import ConflictError

pytestmark = pytest.mark.slow

# -- hotfix branches


def test_a_hotfix_merged_back_is_named_and_not_repeated(repo: Repository) -> None:
    repo.commit("feat: begin")
    repo.tag("v1.0.0")
    repo.commit("feat: next")
    repo.tag("v1.1.0")
    repo.branch("hotfix", at="v1.0.0")
    repo.commit("fix: hot")
    repo.tag("v1.0.1")
    repo.switch("main")
    repo.merge("hotfix")
    repo.commit("fix: ours")
    repo.tag("v1.1.1")
    made = section(repo, "v1.1.1")
    assert (subjects(made), made.previous_tag, made.includes) == (["ours"], "v1.1.0", ("v1.0.1",))
    hotfix = section(repo, "v1.0.1")
    assert (subjects(hotfix), hotfix.previous_tag, hotfix.includes) == (["hot"], "v1.0.0", ())
    assert [release.tag for release in sections(repo)] == ["v1.1.1", "v1.1.0", "v1.0.1", "v1.0.0"]
    assert_agreement(repo)


def test_two_tags_on_one_commit_are_two_releases_of_which_the_second_is_empty(repo: Repository) -> None:
    repo.commit("feat: begin")
    repo.tag("v1.0.0")
    repo.commit("feat: next")
    repo.tag("v1.1.0")
    repo.tag("v1.2.0")
    lower, higher = section(repo, "v1.1.0"), section(repo, "v1.2.0")
    assert (subjects(lower), lower.previous_tag) == (["next"], "v1.0.0")
    assert (subjects(higher), higher.previous_tag) == ([], "v1.1.0")
    assert_agreement(repo)


def test_a_tag_of_a_tag_is_a_release_with_its_commits(repo: Repository) -> None:
    repo.commit("feat: begin")
    repo.tag("first", message="first")
    repo.git("-c", "advice.nestedTag=false", "tag", "-a", "-m", "again", "v1.0.0", "first")
    assert subjects(section(repo, "v1.0.0")) == ["begin"]
    assert_agreement(repo)


def test_a_part_of_the_changelog_has_the_same_sections_as_the_whole(repo: Repository) -> None:
    repo.commit("feat: begin")
    repo.tag("v1.0.0")
    repo.branch("hotfix")
    repo.commit("fix: hot")
    repo.tag("v1.0.1")
    repo.switch("main")
    repo.commit("feat: next")
    repo.tag("v1.1.0")
    repo.merge("hotfix")
    repo.commit("fix: ours")
    repo.tag("v1.1.1")
    assert sections(repo, since="v1.1.0") == [
        release for release in sections(repo) if release.tag in ("v1.1.1", "v1.0.1")
    ]


def test_the_date_of_a_release_is_that_of_its_commit_even_if_absurd(repo: Repository) -> None:
    repo.commit("feat: begin")
    repo.tag("v1.0.0")
    repo.commit("feat: in the far future", skew=10**15)
    repo.tag("v1.1.0")
    far, near = sections(repo)
    assert near.date.isoformat() == "2023-11-14"
    assert far.date.year >= 9999


# -- any history


Moves = list[tuple[str, int]]


def moves(*kinds: str) -> st.SearchStrategy[Moves]:
    return st.lists(st.tuples(st.sampled_from(kinds), st.integers(0, 30)), min_size=8, max_size=30)


anything = moves("commit", "commit", "merge", "branch", "switch", "tag")


@contextmanager
def begun() -> Iterator[Repository]:
    with tempfile.TemporaryDirectory() as place:
        repo = Repository(Path(place) / "repo")
        repo.commit("feat: begin")
        try:
            yield repo
        finally:
            repo.close()


@contextmanager
def grown(drawn: Moves) -> Iterator[Repository]:
    """A history of any shape, with tags in no order at all and clocks that go wrong."""
    with begun() as repo:
        branches = ["main"]
        for count, (move, number) in enumerate(drawn):
            other = branches[number % len(branches)]
            if move == "branch":
                repo.branch(f"b{count}", at=other)
                branches.append(f"b{count}")
            elif move == "switch":
                repo.switch(other)
            elif move == "merge":
                repo.merge(other, branches[number // 2 % len(branches)])
            elif move == "tag":
                repo.tag(f"v{number % 3}.{number % 5}.{count}")
            else:
                repo.commit(f"{['feat', 'fix', 'docs'][number % 3]}: c{count}", skew=(number % 7 - 3) * 1000)
        repo.switch("main")
        repo.merge(*branches)
        yield repo


VERSIONS_FALL = [
    ("branch", 0),
    ("commit", 0),
    ("branch", 0),
    ("tag", 2),
    ("merge", 1),
    ("tag", 1),
    ("branch", 0),
    ("merge", 1),
]


@settings(max_examples=40)
@given(anything)
@example([*VERSIONS_FALL, ("tag", 0)])  # v2.2.3 is behind v1.1.5 and v0.0.8, which share a commit
def test_each_commit_is_in_the_earliest_release_that_contains_it(drawn: Moves) -> None:
    with grown(drawn) as repo:
        assert_agreement(repo)


@settings(max_examples=40)
@given(anything)
def test_the_next_version_is_what_git_itself_says_is_new_since_the_highest_tag_behind_head(drawn: Moves) -> None:
    with grown(drawn) as repo:
        assert next_of(repo) == expected_next(repo)


@dataclass(frozen=True)
class Releasing:
    """A repository whose every tag is the version that shipit calls for, and what each section said then."""

    repo: Repository
    written: dict[str, Release]

    def move(self, kind: str, number: int, count: int) -> None:
        tags, branches = list(self.written), self.repo.git("branch", "--format=%(refname:short)", "--no-merged").split()
        if kind == "release":
            self.release()
        elif kind == "hotfix" and tags:
            self.repo.branch(f"hotfix-{count}", at=tags[number % len(tags)])
            self.repo.commit(f"fix: hot {count}")
            self.release()
        elif kind == "feature":
            self.repo.branch(f"feature-{count}")
            self.repo.commit(f"feat: {count}")
        elif kind == "merge" and branches:
            self.repo.merge(branches[number % len(branches)])
        else:
            self.repo.commit(f"fix: {count}")
        self.repo.switch("main")

    def release(self) -> None:
        """The next version, where no other line has taken it."""
        try:
            version = next_of(self.repo)
        except ConflictError:
            return
        if version:
            self.repo.tag(f"v{version}")
            self.written[f"v{version}"] = section(self.repo, f"v{version}")


@settings(max_examples=30)
@given(moves("release", "release", "hotfix", "feature", "merge", "fix"))
def test_the_complete_changelog_has_the_notes_that_each_release_got(drawn: Moves) -> None:
    with begun() as repo:
        releasing = Releasing(repo, {})
        for count, (kind, number) in enumerate(drawn):
            releasing.move(kind, number, count)
        repo.merge(*repo.git("branch", "--format=%(refname:short)").split())
        assert {release.tag: content(release) for release in sections(repo)} == {
            tag: content(release) for tag, release in releasing.written.items()
        }


def content(release: Release) -> tuple[str | None, tuple[str, ...], frozenset[str]]:
    return release.previous_tag, release.includes, frozenset(entry.id for entry in release.entries)


def assert_agreement(repo: Repository) -> None:
    """Judge the whole changelog, and each section by itself, by what git says about every pair of commit and tag."""
    behind = {name: set(run(repo.path, "rev-list", name).split()) for name in repo.git("tag", "-l", "v*").split()}
    entered = {id for id, subject in log(repo) if not subject.startswith(("docs", "Merge"))}
    whole = sections(repo)
    assert sorted(release.tag for release in whole) == sorted(behind)
    placed = [entry.id for release in whole for entry in release.entries]
    assert sorted(placed) == sorted(entered & set().union(*behind.values()))
    for release in whole:
        alone = section(repo, release.tag)
        assert (alone.previous_tag, alone.includes) == (release.previous_tag, release.includes)
        earlier = set().union(*(behind[tag] for tag in behind if is_earlier(tag, release.tag, behind)))
        own, placed_here = (entered & behind[release.tag]) - earlier, {entry.id for entry in release.entries}
        assert {entry.id for entry in alone.entries} == own
        assert placed_here <= own
        for id in own - placed_here:  # releases on two lines share it; the lower version has it in the whole
            (other,) = (found for found in whole if id in {entry.id for entry in found.entries})
            assert reached(other.tag, behind) < reached(release.tag, behind)


def reached(tag: str, behind: dict[str, set[str]]) -> list[Version]:
    """The version of a release and those behind it, highest first: its own, where versions rise along every line."""
    known = [tag, *(other for other in behind if is_earlier(other, tag, behind))]
    return sorted((Version.parse(name[1:]) for name in known), reverse=True)


def is_earlier(one: str, other: str, behind: dict[str, set[str]]) -> bool:
    """Return whether `one` is in the history of `other`, or on the same commit with a lower version."""
    if behind[one] == behind[other]:
        return Version.parse(one[1:]) < Version.parse(other[1:])
    return behind[one] < behind[other]


def log(repo: Repository) -> list[tuple[str, str]]:
    lines = repo.git("log", "--format=%H %s").splitlines()
    return [(id, subject) for id, _, subject in (line.partition(" ") for line in lines)]


def expected_next(repo: Repository) -> str | None:
    """By listing what is behind HEAD and behind each tag; whole lists, which no clock can cut short."""
    head = log(repo)
    ids = {id for id, _ in head}
    tags = {Version.parse(name[1:]): name for name in repo.git("tag", "-l", "v*").split()}
    behind = {version: set(run(repo.path, "rev-list", name).split()) for version, name in tags.items()}
    last = max((version for version in tags if behind[version] <= ids), default=None)
    new = [subject.partition(":")[0] for id, subject in head if last is None or id not in behind[last]]
    if not {"feat", "fix"} & set(new):
        return None
    if last is None:
        return "0.1.0"
    return str(last.bump_minor() if "feat" in new else last.bump_patch())


@pytest.mark.parametrize("tags", [0, 3])
def test_a_history_whose_commits_are_all_unreleased_has_no_section(repo: Repository, tags: int) -> None:
    repo.commit("feat: begin")
    for number in range(tags):
        repo.tag(f"nightly-{number}")
    assert sections(repo) == []
