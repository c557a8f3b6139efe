"""The warning about calendar versions."""

from __future__ import annotations

import pytest
from plan.asking import config_of
from plan.clones import clone_of, doctor
from repositories import Repository

from shipit.adapters.git import GitRepository
from shipit.finding import Finding
from shipit.plan.version import observe_upcoming

YEAR = 365 * 24 * 60 * 60


def warnings(repo: Repository, toml: str = "") -> list[Finding]:
    repo.check_out()
    return list(observe_upcoming(GitRepository(str(repo.path)), config_of(toml), reasons=False).findings)


def released(repo: Repository, *versions: str) -> Repository:
    """Return the repository with a release in each of the last years, and a fix."""
    for age, version in enumerate(versions):
        repo.commit("feat: a", skew=-YEAR * (len(versions) - age - 1))
        repo.tag(f"v{version}")
    repo.commit("fix: a")
    return repo


def test_releases_that_begin_with_their_year_are_a_warning(repo: Repository) -> None:
    released(repo, "21.3.0", "22.1.0", "23.1.0")  # the commits of these tests are of 2023
    (finding,) = warnings(repo)
    assert (finding.code, finding.severity) == ("calendar-version", "warning")
    assert "`v23.1.0`" in finding.what and "shipit release --version X.Y.Z" in finding.fix
    assert doctor(clone_of(repo))["calendar-version"] == finding


def test_a_year_of_four_digits_needs_no_second_release(repo: Repository) -> None:
    released(repo, "2023.1.0")
    assert [finding.code for finding in warnings(repo)] == ["calendar-version"]


@pytest.mark.parametrize(
    "versions", [("24.0.0", "25.0.0"), ("1.0.0", "23.0.0"), ("9.0.0", "10.0.0"), ("23.0.0",), ("2024.1.0",)]
)
def test_other_versions_are_ordinary_ones(repo: Repository, versions: tuple[str, ...]) -> None:
    assert warnings(released(repo, *versions)) == []
