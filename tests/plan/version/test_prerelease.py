from __future__ import annotations

import pytest
from plan.asking import decision, next_of, section, sections, subjects
from repositories import Repository

from shipit.errors import ConflictError

BRANCHES = (
    '[release]\nbranches = ["main", { name = "next", prerelease = "beta" }, { name = "edge", prerelease = "alpha" }]'
)


@pytest.fixture
def line(repo: Repository) -> Repository:
    """1.3.0 on `main`, and the branch `next` there."""
    repo.commit("feat: begin")
    repo.tag("v1.3.0")
    repo.branch("next")
    return repo


def released_from_next(line: Repository) -> None:
    """1.4.0 on `main`, after a pre-release of it on `next`, where it is not merged back."""
    line.commit("feat: a")
    line.tag("v1.4.0-beta.1")
    line.switch("main")
    line.merge("next")
    line.tag("v1.4.0")
    line.switch("next")


def test_the_first_pre_release_of_the_next_version_has_number_one(line: Repository) -> None:
    line.commit("feat: a")
    found = decision(line, BRANCHES)
    assert (found.version, found.tag, found.previous) == ("1.4.0-beta.1", "v1.4.0-beta.1", "1.3.0")


def test_the_number_rises_with_every_commit_that_counts(line: Repository) -> None:
    line.commit("feat: a")
    line.tag("v1.4.0-beta.1")
    assert next_of(line, BRANCHES) is None
    line.commit("fix: b")
    found = decision(line, BRANCHES)
    assert (found.version, found.previous) == ("1.4.0-beta.2", "1.4.0-beta.1")
    assert [remark.subject for remark in found.reasons] == ["fix: b"]


def test_the_tenth_pre_release_is_followed_by_the_eleventh(line: Repository) -> None:
    for number in range(1, 11):
        line.commit(f"feat: {number}")
        line.tag(f"v1.4.0-beta.{number}")
    line.commit("fix: b")
    assert next_of(line, BRANCHES) == "1.4.0-beta.11"


def test_a_higher_bump_restarts_at_number_one(line: Repository) -> None:
    line.commit("fix: a")
    line.tag("v1.3.1-beta.1")
    line.commit("fix: b")
    line.tag("v1.3.1-beta.2")
    line.commit("feat: c")
    assert next_of(line, BRANCHES) == "1.4.0-beta.1"
    line.tag("v1.4.0-beta.1")
    line.commit("feat!: d")
    assert next_of(line, BRANCHES) == "2.0.0-beta.1"


def test_a_lower_bump_keeps_the_version(line: Repository) -> None:
    line.commit("feat!: a")
    line.tag("v2.0.0-beta.1")
    line.commit("fix: b")
    assert next_of(line, BRANCHES) == "2.0.0-beta.2"


def test_only_tags_of_that_channel_count(line: Repository) -> None:
    line.commit("feat: a")
    for name in ("v1.4.0-alpha.7", "v1.4.0-rc.3", "v1.4.0-beta.1.SNAPSHOT", "v1.4.0-SNAPSHOT"):
        line.tag(name)
    found = decision(line, BRANCHES)
    assert (found.version, found.previous) == ("1.4.0-beta.1", "1.3.0")


def test_pre_releases_of_the_channel_on_another_branch_do_not_count_but_their_names_are_taken(line: Repository) -> None:
    line.commit("feat: a")
    line.branch("edge")
    line.commit("feat: b")
    line.tag("v1.4.0-beta.1")
    line.switch("next")
    with pytest.raises(ConflictError, match=r"v1\.4\.0-beta\.1"):
        next_of(line, BRANCHES)


def test_the_number_continues_if_a_higher_pre_release_is_on_another_branch(line: Repository) -> None:
    line.commit("fix: a")
    line.tag("v1.3.1-beta.1")
    line.commit("feat: b")
    line.tag("v1.4.0-beta.1")
    line.branch("edge")
    line.commit("feat!: c")
    line.tag("v2.0.0-beta.1")
    line.switch("next")
    line.commit("fix: d")
    found = decision(line, BRANCHES)
    assert (found.version, found.previous) == ("1.4.0-beta.2", "1.4.0-beta.1")


def test_there_is_no_pre_release_of_a_version_that_another_branch_released(line: Repository) -> None:
    released_from_next(line)
    line.commit("fix: b")
    with pytest.raises(
        ConflictError, match=r"`1\.4\.0-beta\.2` is the next version, but tag `v1\.4\.0` exists"
    ) as error:
        next_of(line, BRANCHES)
    assert error.value.hint and "git merge v1.4.0" in error.value.hint
    line.merge("v1.4.0")
    assert next_of(line, BRANCHES) == "1.4.1-beta.1"


def test_pre_release_tags_do_not_count_on_the_stable_branch(line: Repository) -> None:
    line.commit("feat: a")
    line.tag("v1.4.0-beta.1")
    line.commit("fix: b")
    line.tag("v1.4.0-rc.1")
    line.switch("main")
    line.merge("next")
    found = decision(line, BRANCHES)
    assert (found.version, found.previous) == ("1.4.0", "1.3.0")
    assert {remark.subject for remark in found.reasons} == {"feat: a", "fix: b"}


def test_a_pre_release_can_become_stable_on_the_same_commit(line: Repository) -> None:
    last = line.commit("feat: a")
    line.tag("v1.4.0-beta.1")
    line.branch("main", at=last)
    assert next_of(line, BRANCHES) == "1.4.0"


def test_after_the_stable_release_the_channel_continues_above_it(line: Repository) -> None:
    released_from_next(line)
    line.merge("main")
    line.commit("fix: b")
    found = decision(line, BRANCHES)
    assert (found.version, found.previous) == ("1.4.1-beta.1", "1.4.0")


def test_the_first_release_of_all_may_be_a_pre_release(repo: Repository) -> None:
    repo.switch("next")
    repo.commit("feat: begin")
    assert next_of(repo, BRANCHES) == "0.1.0-beta.1"
    repo.tag("v0.1.0-beta.1")
    repo.commit("feat: more")
    found = decision(repo, BRANCHES)
    assert (found.version, found.previous) == ("0.1.0-beta.2", "0.1.0-beta.1")


def test_a_first_stable_release_may_follow_pre_releases(repo: Repository) -> None:
    repo.commit("chore: begin")
    repo.branch("next")
    repo.commit("feat: a")
    repo.tag("v0.1.0-beta.1")
    repo.switch("main")
    repo.merge("next")
    assert next_of(repo, BRANCHES) == "0.1.0"


def test_pre_releases_on_another_branch_alone_do_not_stop_a_first_stable_release(repo: Repository) -> None:
    repo.commit("feat: begin")
    repo.branch("next")
    repo.commit("feat: a")
    repo.tag("v0.2.0-beta.1")
    repo.switch("main")
    assert next_of(repo, BRANCHES) == "0.1.0"


def test_the_notes_of_a_pre_release_have_the_commits_since_the_one_before(line: Repository) -> None:
    line.commit("feat: a")
    line.tag("v1.4.0-beta.1")
    line.commit("fix: b")
    line.tag("v1.4.0-beta.2")
    made = section(line, "v1.4.0-beta.2")
    assert (subjects(made), made.previous_tag) == (["b"], "v1.4.0-beta.1")
    assert section(line, "v1.4.0-beta.1").previous_tag == "v1.3.0"


def test_the_notes_of_a_stable_release_have_the_commits_of_its_pre_releases(line: Repository) -> None:
    line.commit("feat: a")
    line.tag("v1.4.0-beta.1")
    line.commit("fix: b")
    line.tag("v1.4.0")
    assert (subjects(section(line, "v1.4.0")), section(line, "v1.4.0").previous_tag) == (["b", "a"], "v1.3.0")
    assert [(release.tag, subjects(release)) for release in sections(line)] == [
        ("v1.4.0", ["b", "a"]),
        ("v1.3.0", ["begin"]),
    ]
