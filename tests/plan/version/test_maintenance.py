from __future__ import annotations

import pytest
from plan.asking import decision, next_of
from repositories import Repository

from shipit.errors import ConflictError

BRANCHES = '[release]\nbranches = ["main", "1.x", "1.2.x", { name = "lts", range = "1.x" }]'


@pytest.fixture
def line(repo: Repository) -> Repository:
    """1.2.0, and after it 3.0.0 on `main`."""
    repo.commit("feat: begin")
    repo.tag("v1.2.0")
    repo.commit("feat!: next\n\nRelease-As: 3.0.0")
    repo.tag("v3.0.0")
    return repo


@pytest.mark.parametrize(
    ("branch", "message", "expected"),
    [
        ("1.x", "fix: a", "1.2.1"),
        ("1.x", "feat: a", "1.3.0"),
        ("1.2.x", "fix: a", "1.2.1"),
        ("lts", "feat: a", "1.3.0"),
    ],
)
def test_a_maintenance_branch_continues_inside_its_range(
    line: Repository, branch: str, message: str, expected: str
) -> None:
    line.branch(branch, at="v1.2.0")
    line.commit(message)
    found = decision(line, BRANCHES)
    assert (found.version, found.previous) == (expected, "1.2.0")


@pytest.mark.parametrize(
    ("branch", "message", "refused"),
    [("1.2.x", "feat: a", "1.3.0"), ("1.x", "feat!: a", "2.0.0"), ("lts", "fix!: a", "2.0.0")],
)
def test_a_bump_that_leaves_the_range_is_refused(line: Repository, branch: str, message: str, refused: str) -> None:
    line.branch(branch, at="v1.2.0")
    line.commit(message)
    with pytest.raises(ConflictError) as error:
        next_of(line, BRANCHES)
    limits = "1.x" if branch == "lts" else branch
    assert error.value.what == f"`{refused}` leaves the range of the maintenance branch `{limits}`"
    assert error.value.hint


def test_a_branch_that_begins_above_the_last_release_gets_the_footer_for_its_first_version(line: Repository) -> None:
    line.branch("1.4.x", at="v1.2.0")
    line.commit("fix: a")
    branches = 'release.branches = ["1.4.x"]'
    with pytest.raises(
        ConflictError, match=r"`1\.2\.1` is below the range of the maintenance branch `1\.4\.x`"
    ) as error:
        next_of(line, branches)
    assert "`Release-As: 1.4.0`" in (error.value.hint or "")
    line.commit("chore: begin\n\nRelease-As: 1.4.0")
    assert next_of(line, branches) == "1.4.0"


def test_release_as_cannot_leave_the_range_either(line: Repository) -> None:
    line.branch("1.x", at="v1.2.0")
    line.commit("fix: a\n\nRelease-As: 4.0.0")
    with pytest.raises(ConflictError, match="leaves the range"):
        next_of(line, BRANCHES)


def test_a_version_that_main_has_already_is_a_conflict(line: Repository) -> None:
    line.branch("old", at="v1.2.0")
    line.commit("feat: on main, long ago")
    line.tag("v1.3.0")
    line.branch("1.x", at="v1.2.0")
    line.commit("feat: a")
    with pytest.raises(ConflictError, match=r"tag `v1\.3\.0` exists already"):
        next_of(line, BRANCHES)


def test_releases_of_a_maintenance_branch_do_not_lower_main(line: Repository) -> None:
    line.branch("1.x", at="v1.2.0")
    line.commit("fix: a")
    line.tag("v1.2.1")
    line.switch("main")
    line.merge("1.x")
    found = decision(line, BRANCHES)
    assert (found.version, found.previous) == ("3.0.1", "3.0.0")
    assert [remark.reason for remark in found.reasons] == ["fix → patch, in v1.2.1"]


def test_the_range_error_comes_before_the_error_about_an_existing_version(repo: Repository) -> None:
    repo.commit("feat: begin")
    repo.tag("v1.0.0")
    repo.branch("1.x")
    repo.commit("feat!: two")
    repo.tag("v2.0.0")
    repo.switch("1.x")
    repo.commit("feat!: too much for this line")
    with pytest.raises(ConflictError, match="leaves the range"):
        decision(repo, BRANCHES)
