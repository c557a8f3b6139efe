"""A version file whose version is higher than the computed next version."""

from __future__ import annotations

import pytest
from plan.asking import next_of
from plan.clones import clone_of, doctor, plan
from repositories import Repository

from shipit.errors import PreflightError
from shipit.finding import Finding
from shipit.plan.version.package.model import ROOT_NAMES
from shipit.versionfiles import FORMATS

SNAPSHOT = "version = '2.0.0-SNAPSHOT'\n"


def released(repo: Repository, files: dict[str, str], tag: str = "v1.2.3") -> Repository:
    """Return the repository with a release, version files that were changed after it, and a fix."""
    repo.commit("feat: begin")
    repo.tag(tag)
    repo.commit("fix: a", files=files)
    return repo


def refusal(repo: Repository, toml: str = "") -> Finding:
    with pytest.raises(PreflightError) as refused:
        next_of(repo, toml)
    (finding,) = refused.value.findings
    return finding


def test_a_version_file_above_the_next_version_is_refused_with_both_ways_out(repo: Repository) -> None:
    released(repo, {"build.gradle": SNAPSHOT})
    finding = refusal(repo)
    assert (finding.code, finding.blocks) == ("version-lowered", True)
    assert (
        finding.what == "`build.gradle` has the version `2.0.0-SNAPSHOT`, and the next version `1.2.4` would lower it"
    )
    for way in (
        "`Release-As: 2.0.0`",
        "`shipit release --version 2.0.0`",
        "`Release-As: 1.2.4`",
        "git tag v2.0.0 COMMIT",
    ):
        assert way in finding.fix
    assert doctor(clone_of(repo)) == {"version-lowered": finding}


@pytest.mark.parametrize("written", ["2.0.0.dev1", "2.0.0.0-RC1", "2.0a1"])
def test_a_version_that_is_none_of_semver_is_not_lowered_either(repo: Repository, written: str) -> None:
    released(repo, {"pyproject.toml": f'[project]\nname = "a"\nversion = "{written}"\n'})
    finding = refusal(repo)
    assert f"`{written}`" in finding.what and "`Release-As: 2.0.0`" in finding.fix and "git tag" not in finding.fix
    repo.commit("feat!: b")
    assert next_of(repo) == "2.0.0"


@pytest.mark.parametrize(
    ("branches", "expected"), [('["main"]', "2.0.0"), ('[{ name = "main", prerelease = "beta" }]', "2.0.0-beta.1")]
)
def test_the_footer_for_a_pre_release_in_the_file_is_one_that_the_branch_can_release(
    repo: Repository, branches: str, expected: str
) -> None:
    released(repo, {"package.json": '{"version": "2.0.0-nightly.20260806.g761f604"}'})
    toml = f"release.branches = {branches}"
    assert "footer `Release-As: 2.0.0`" in refusal(repo, toml).fix
    repo.commit("chore: decide\n\nRelease-As: 2.0.0")
    assert next_of(repo, toml) == expected


@pytest.mark.parametrize("version", ["2.0.0", "1.2.4"])
def test_a_footer_decides_between_the_two_versions(repo: Repository, version: str) -> None:
    released(repo, {"build.gradle": SNAPSHOT})
    repo.commit(f"chore: decide\n\nRelease-As: {version}")
    assert next_of(repo) == version


@pytest.mark.parametrize("version", ["2.0.0", "1.2.4"])
def test_the_option_decides_between_the_two_versions(repo: Repository, version: str) -> None:
    clone = clone_of(released(repo, {"build.gradle": SNAPSHOT}))
    assert plan(clone, version=version).decisions[0].version == version


def test_every_version_file_is_compared_and_not_only_the_first(repo: Repository) -> None:
    released(repo, {"build.gradle": "version = '1.2.3'\n", "package.json": '{"version": "1.3.0"}'})
    assert "`package.json`" in refusal(repo).what
    assert next_of(repo, 'release.version-files = ["build.gradle"]') == "1.2.4"


def test_the_first_release_lowers_no_version_file_either(repo: Repository) -> None:
    repo.commit("feat: begin", files={"build.gradle": "version = '0.0.1'\n", "package.json": '{"version": "1.0.0"}'})
    assert refusal(repo).code == "version-lowered"


def test_a_pre_release_of_the_version_in_the_file_does_not_lower_it(repo: Repository) -> None:
    released(repo, {"build.gradle": SNAPSHOT})
    repo.commit("feat!: b")
    assert next_of(repo, 'release.branches = [{ name = "main", prerelease = "beta" }]') == "2.0.0-beta.1"


def test_each_package_is_compared_with_its_own_files_and_names_its_own_footer(repo: Repository) -> None:
    toml = 'packages.api.path = "api"\npackages.web.path = "web"'
    released(repo, {"api/build.gradle": SNAPSHOT, "web/package.json": '{"version": "0.1.0"}'}, "api-v1.2.3")
    finding = refusal(repo, toml)
    assert "`api/build.gradle`" in finding.what
    assert "`Release-As: api 2.0.0`" in finding.fix and "git tag api-v2.0.0" in finding.fix


def test_next_knows_the_names_of_all_version_files_that_are_detected_except_lock_files() -> None:
    names = {name for format in FORMATS.values() for name in format.patterns if "*" not in name}
    locks = {name for name in names if "lock" in name.lower() or name == "npm-shrinkwrap.json"}
    assert names - locks == set(ROOT_NAMES)
