from __future__ import annotations

import pytest
from plan.asking import decisions, next_of
from repositories import Repository

from shipit.errors import PreflightError
from shipit.finding import Finding


def refusal(repo: Repository, toml: str = "") -> Finding:
    with pytest.raises(PreflightError) as refused:
        next_of(repo, toml)
    (finding,) = refused.value.findings
    return finding


@pytest.mark.parametrize(
    ("tag", "suggested"), [("1.2.3", "{version}"), ("release-1.2.3", "release-{version}"), ("V1.2.3", "V{version}")]
)
def test_tags_that_look_like_versions_and_do_not_match_are_refused_with_the_format_they_have(
    repo: Repository, tag: str, suggested: str
) -> None:
    repo.commit("feat: begin")
    repo.tag(tag)
    repo.commit("feat: a")
    finding = refusal(repo)
    assert finding.code == "tag-format"
    assert f"`{tag}`" in finding.what
    assert f'`tag = "{suggested}"`' in finding.fix
    assert next_of(repo, f'release.tag = "{suggested}"') == "1.3.0"


def test_a_mismatch_on_another_branch_is_refused_too(repo: Repository) -> None:
    repo.commit("feat: begin")
    repo.branch("other")
    repo.commit("feat: a")
    repo.tag("1.0.0")
    repo.switch("main")
    assert refusal(repo).code == "tag-format"


def test_one_tag_in_the_configured_format_is_enough(repo: Repository) -> None:
    repo.commit("feat: begin")
    repo.tag("9.9.9")
    repo.tag("v1.0.0")
    repo.commit("fix: a")
    assert next_of(repo) == "1.0.1"


def test_release_tags_outside_the_history_are_refused_and_the_highest_is_named(repo: Repository) -> None:
    repo.commit("feat: begin")
    repo.branch("other")
    for version in ("1.9.0", "1.10.0"):
        repo.commit("feat: a")
        repo.tag(f"v{version}")
    repo.switch("main")
    repo.commit("feat: b")
    finding = refusal(repo)
    assert (finding.code, finding.fix.partition(",")[0]) == ("tags-outside", "git merge v1.10.0")


def test_packages_without_matching_tags_are_refused_if_the_repository_has_versions(
    repo: Repository,
) -> None:
    repo.commit("feat: begin", files={"backend/a": "a", "web/a": "a"})
    repo.tag("v1.0.0")
    finding = refusal(repo, '[packages.backend]\npath = "backend"\n[packages.web]\npath = "web"\n')
    assert finding.code == "tag-format"
    assert "`backend-v{version}` or `web-v{version}`" in finding.fix
    assert "`[packages.backend]`" in finding.fix


def test_a_new_package_beside_one_with_releases_begins_at_its_first_version(repo: Repository) -> None:
    repo.commit("feat: begin", files={"backend/a": "a"})
    repo.tag("backend-v1.0.0")
    repo.commit("feat: b", files={"web/a": "a"})
    toml = '[packages.backend]\npath = "backend"\n[packages.web]\npath = "web"\n'
    assert {name: found.version for name, found in decisions(repo, toml).items()} == {"backend": None, "web": "0.1.0"}
