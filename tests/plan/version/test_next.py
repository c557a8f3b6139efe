from __future__ import annotations

import pytest
from plan.asking import decision, decisions, next_of
from repositories import Repository

from shipit.errors import ConflictError, UsageError


def released(repo: Repository, version: str, message: str = "feat: begin") -> None:
    repo.commit(message)
    repo.tag(f"v{version}")


# -- the last release


def test_a_footer_that_asks_for_thousands_of_digits_is_refused(repo: Repository) -> None:
    repo.commit("feat: begin")
    repo.tag("v1.0.0")
    repo.commit(f"fix: x\n\nRelease-As: 1.0.0-beta.{'9' * 5000}")
    with pytest.raises(UsageError, match="is not a version"):
        next_of(repo)


def test_the_last_release_is_the_highest_version_behind_head_and_not_the_nearest_tag(repo: Repository) -> None:
    released(repo, "1.10.0")
    released(repo, "1.9.0", "fix: a")
    repo.commit("fix: b")
    assert (decision(repo).previous, next_of(repo)) == ("1.10.0", "1.10.1")


@pytest.mark.parametrize("message", [None, "Release 1.0.0"])
def test_the_last_release_may_be_a_lightweight_or_an_annotated_tag(repo: Repository, message: str | None) -> None:
    repo.commit("feat: begin")
    repo.tag("v1.0.0", message=message)
    repo.commit("fix: a")
    assert next_of(repo) == "1.0.1"


def test_a_tag_of_a_tag_leads_to_its_commit(repo: Repository) -> None:
    repo.commit("feat: begin")
    repo.tag("v1.0.0", message="first")
    repo.git("-c", "advice.nestedTag=false", "tag", "-a", "-m", "signed again", "v1.1.0", "v1.0.0")
    repo.commit("fix: a")
    assert next_of(repo) == "1.1.1"


def test_floating_tags_are_not_releases(repo: Repository) -> None:
    released(repo, "1.2.0")
    repo.commit("fix: a")
    for name in ("v1", "v1.2", "v9", "v9.9", "nightly", "latest", "odd\u2028name", "한글"):
        repo.tag(name)
    found = decision(repo)
    assert (found.previous, found.version, len(found.reasons)) == ("1.2.0", "1.2.1", 1)


def test_a_tag_on_another_branch_does_not_count(repo: Repository) -> None:
    released(repo, "1.0.0")
    repo.branch("other")
    released(repo, "7.0.0")
    repo.switch("main")
    repo.commit("fix: a")
    assert (decision(repo).previous, next_of(repo)) == ("1.0.0", "1.0.1")


def test_many_higher_versions_on_other_branches_do_not_count(repo: Repository) -> None:
    released(repo, "1.0.0")
    released(repo, "1.1.0")
    repo.branch("other")
    for major in (2, 3, 4):
        released(repo, f"{major}.0.0")
    repo.switch("main")
    repo.commit("feat: a")
    assert next_of(repo) == "1.2.0"


def test_a_version_that_exists_on_another_branch_is_a_conflict_with_a_fix(repo: Repository) -> None:
    released(repo, "1.0.0")
    repo.branch("other")
    released(repo, "1.0.1")
    repo.switch("main")
    repo.commit("fix: a")
    with pytest.raises(ConflictError) as conflict:
        next_of(repo)
    assert "`1.0.1`" in conflict.value.what
    assert "`v1.0.1`" in conflict.value.what
    assert "git merge v1.0.1" in (conflict.value.hint or "")


def test_the_fix_for_an_existing_version_merges_the_last_of_the_releases_elsewhere(repo: Repository) -> None:
    released(repo, "1.0.0")
    repo.branch("other")
    for version in ("1.0.1", "1.0.2", "1.0.10", "1.1.0-rc.1"):
        released(repo, version)
    repo.switch("main")
    repo.commit("fix: a")
    with pytest.raises(ConflictError) as conflict:
        next_of(repo)
    assert "git merge v1.0.10," in (conflict.value.hint or "")
    repo.merge("v1.0.10")
    assert next_of(repo) == "1.0.11"


def test_of_two_tags_on_one_commit_the_higher_is_the_last_release(repo: Repository) -> None:
    repo.commit("feat: begin")
    repo.tag("v1.0.0")
    repo.tag("v1.1.0")
    repo.commit("fix: a")
    assert next_of(repo) == "1.1.1"


def test_a_version_tag_on_a_file_is_not_a_release(repo: Repository) -> None:
    repo.commit("feat: begin", files={"key.pub": "key"})
    repo.tag("v1.0.0")
    repo.commit("fix: a")
    repo.git("tag", "v3.0.0", "HEAD:key.pub")
    repo.git("tag", "v2.0.0", "HEAD^{tree}")
    assert next_of(repo) == "1.0.1"


def test_a_branch_with_the_name_of_a_tag_does_not_confuse(repo: Repository) -> None:
    released(repo, "1.0.0")
    repo.commit("fix: a")
    repo.git("branch", "v1.0.0", "HEAD")
    found = decision(repo)
    assert (found.version, len(found.reasons)) == ("1.0.1", 1)


def test_the_default_branch_may_have_any_name_and_head_may_be_detached(repo: Repository) -> None:
    released(repo, "1.0.0")
    repo.commit("fix: a")
    repo.git("checkout", "--quiet", "--detach")
    assert next_of(repo) == "1.0.1"


# -- the commits since


def test_commits_count_on_all_merged_branches(repo: Repository) -> None:
    repo.commit("chore: begin")
    repo.branch("old")
    repo.commit("feat: from an old branch")
    repo.switch("main")
    released(repo, "1.0.0")
    repo.commit("fix: a")
    repo.merge("old")
    found = decision(repo)
    assert found.version == "1.1.0"
    assert {remark.subject for remark in found.reasons} == {"fix: a", "feat: from an old branch"}


def test_commits_in_the_last_release_do_not_count_again(repo: Repository) -> None:
    repo.commit("feat: begin")
    repo.branch("side")
    repo.commit("feat: side")
    repo.switch("main")
    repo.merge("side")
    repo.tag("v1.0.0")
    repo.switch("side")
    repo.commit("fix: later")
    repo.switch("main")
    repo.merge("side")
    found = decision(repo)
    assert (found.version, [remark.subject for remark in found.reasons]) == ("1.0.1", ["fix: later"])


def test_a_child_with_a_clock_behind_its_parents_is_not_lost(repo: Repository) -> None:
    released(repo, "1.0.0")
    year = 365 * 24 * 3600
    repo.commit("feat: by a slow clock", skew=-year)
    repo.commit("fix: by a fast clock", skew=year)
    repo.branch("side", at="v1.0.0")
    repo.commit("perf: side", skew=-2 * year)
    repo.switch("main")
    repo.merge("side", skew=-year)
    found = decision(repo)
    assert (found.previous, found.version, len(found.reasons)) == ("1.0.0", "1.1.0", 3)


def test_a_release_with_a_clock_ahead_of_its_children_is_still_the_last(repo: Repository) -> None:
    released(repo, "1.0.0")
    repo.commit("feat: tomorrow", skew=10**8)
    repo.tag("v1.1.0")
    repo.commit("fix: a")
    assert next_of(repo) == "1.1.1"


def test_an_octopus_merge_counts_the_commits_of_each_branch(repo: Repository) -> None:
    released(repo, "1.0.0")
    for name in ("a", "b", "c"):
        repo.branch(name, at="v1.0.0")
        repo.commit(f"fix: {name}")
    repo.switch("main")
    repo.merge("a", "b", "c")
    found = decision(repo)
    assert {remark.subject for remark in found.reasons} == {"fix: a", "fix: b", "fix: c"}
    assert found.version == "1.0.1"


def test_criss_cross_merges_count_each_commit_once(repo: Repository) -> None:
    released(repo, "1.0.0")
    repo.branch("other")
    theirs = repo.commit("fix: theirs")
    repo.switch("main")
    ours = repo.commit("feat: ours")
    repo.merge(theirs)
    repo.switch("other")
    repo.merge(ours)
    repo.switch("main")
    repo.merge("other")
    found = decision(repo)
    assert sorted(remark.subject for remark in found.reasons) == ["feat: ours", "fix: theirs"]


def test_a_history_without_a_common_ancestor_counts_when_it_is_merged(repo: Repository) -> None:
    released(repo, "1.0.0")
    repo.switch("imported")
    repo.commit("feat: from another repository")
    repo.switch("main")
    repo.merge("imported", message="Merge the other repository")
    assert next_of(repo) == "1.1.0"


def test_a_hotfix_merged_back_after_the_next_release_neither_repeats_nor_skips_a_version(repo: Repository) -> None:
    released(repo, "1.0.0")
    released(repo, "1.1.0", "feat: next")
    repo.branch("hotfix", at="v1.0.0")
    released(repo, "1.0.1", "fix: hot")
    repo.switch("main")
    repo.merge("hotfix")
    found = decision(repo)
    assert (found.previous, found.version) == ("1.1.0", "1.1.1")
    assert [(remark.subject, remark.reason) for remark in found.reasons] == [("fix: hot", "fix → patch, in v1.0.1")]


def test_a_hotfix_merged_back_before_the_next_release_is_the_last_release(repo: Repository) -> None:
    released(repo, "1.0.0")
    repo.commit("feat: next")
    repo.branch("hotfix", at="v1.0.0")
    released(repo, "1.0.1", "fix: hot")
    repo.switch("main")
    repo.merge("hotfix")
    found = decision(repo)
    assert (found.previous, found.version) == ("1.0.1", "1.1.0")
    assert [remark.subject for remark in found.reasons] == ["feat: next"]


def test_a_merged_hotfix_alone_is_not_released_again(repo: Repository) -> None:
    released(repo, "1.0.0")
    repo.branch("hotfix")
    released(repo, "1.0.1", "fix: hot")
    repo.switch("main")
    repo.merge("hotfix")
    assert (decision(repo).previous, next_of(repo)) == ("1.0.1", None)


@pytest.mark.parametrize(
    "subject", ["chore(release): 1.1.0", "chore(release): 1.1.0 [skip ci]", "chore(release): begin 1.1.1-SNAPSHOT"]
)
def test_release_commits_are_ignored_even_where_their_type_releases(repo: Repository, subject: str) -> None:
    released(repo, "1.1.0")
    repo.commit(subject)
    assert next_of(repo, 'bump.chore = "patch"') is None
    repo.commit("chore(release): prepare the party")
    assert next_of(repo, 'bump.chore = "patch"') == "1.1.1"


# -- nothing to release


def test_a_repository_without_a_commit_has_no_next_version(repo: Repository) -> None:
    assert decisions(repo) == {}


@pytest.mark.parametrize("message", ["docs: explain", "chore: tidy", "update stuff", ""])
def test_without_a_releasable_commit_there_is_no_next_version(repo: Repository, message: str) -> None:
    released(repo, "1.0.0")
    repo.commit(message)
    found = decision(repo)
    assert (found.version, found.tag, found.bump, found.previous) == (None, None, "none", "1.0.0")
    assert len(found.ignored) + len(found.unreadable) == 1


def test_at_the_tag_itself_there_is_nothing_to_release(repo: Repository) -> None:
    released(repo, "1.0.0")
    found = decision(repo)
    assert (found.version, found.ignored, found.unreadable) == (None, (), ())


def test_every_commit_is_counted_ignored_or_unreadable_with_a_reason(repo: Repository) -> None:
    released(repo, "1.0.0")
    for message in ("feat: a", "docs: b", "no type", "", "feat: c [skip release]", "fixup! feat: a", "fix!: d"):
        repo.commit(message)
    found = decision(repo)
    remarks = (*found.reasons, *found.ignored, *found.unreadable)
    assert len(remarks) == len({remark.commit for remark in remarks}) == 7
    assert all(remark.reason for remark in remarks)


# -- how far it rises


@pytest.mark.parametrize(
    ("previous", "message", "expected"),
    [
        ("1.2.3", "feat!: a", "2.0.0"),
        ("1.2.3", "feat: a", "1.3.0"),
        ("1.2.3", "fix: a", "1.2.4"),
        ("1.2.3", "perf: a", "1.2.4"),
        ("0.2.3", "feat!: a", "0.3.0"),
        ("0.2.3", "feat: a", "0.3.0"),
        ("0.2.3", "fix: a", "0.2.4"),
    ],
)
def test_the_strongest_commit_decides(repo: Repository, previous: str, message: str, expected: str) -> None:
    released(repo, previous)
    repo.commit("chore: a")
    repo.commit(message)
    repo.commit("docs: a")
    assert next_of(repo) == expected


def test_while_major_is_zero_a_breaking_change_is_shown_as_minor(repo: Repository) -> None:
    released(repo, "0.2.3")
    repo.commit("feat!: a")
    assert decision(repo).bump == "minor"


def test_a_feature_of_0_x_is_a_patch_when_feature_on_zero_says_so(repo: Repository) -> None:
    released(repo, "0.3.0")
    repo.commit("feat: a")
    found = decision(repo, '[release]\nfeature-on-zero = "patch"')
    assert (found.version, found.bump, found.reasons[0].reason) == (
        "0.3.1",
        "patch",
        "feat → minor, patch while major is 0",
    )
    repo.commit("fix!: b")
    found = decision(repo, '[release]\nfeature-on-zero = "patch"')
    assert (found.version, found.bump) == ("0.4.0", "minor")
    assert next_of(repo, '[release]\nfeature-on-zero = "patch"\nmajor-on-zero = true') == "1.0.0"


def test_major_on_zero_lets_a_breaking_change_leave_zero(repo: Repository) -> None:
    released(repo, "0.2.3")
    repo.commit("fix!: a")
    found = decision(repo, "release.major-on-zero = true")
    assert (found.version, found.bump) == ("1.0.0", "major")


def test_the_bump_of_a_type_and_of_a_type_in_a_scope_can_be_configured(repo: Repository) -> None:
    released(repo, "1.0.0")
    repo.commit("docs(readme): a")
    toml = '[bump]\nrefactor = "minor"\n"docs(README)" = "patch"\n'
    assert next_of(repo, toml) == "1.0.1"
    repo.commit("refactor: b")
    assert next_of(repo, toml) == "1.1.0"


def test_a_decision_has_the_commits_and_rules_that_requested_the_bump(repo: Repository) -> None:
    released(repo, "1.0.0")
    fix, feature = repo.commit("fix: a"), repo.commit("feat(api): b")
    assert [(remark.commit, remark.subject, remark.reason) for remark in decision(repo).reasons] == [
        (feature, "feat(api): b", "feat → minor"),
        (fix, "fix: a", "fix → patch"),
    ]


# -- the version a person asks for


def test_release_as_is_the_next_version(repo: Repository) -> None:
    released(repo, "0.9.0")
    repo.commit("chore: ready\n\nRelease-As: 1.0.0")
    repo.commit("fix: a")
    assert next_of(repo) == "1.0.0"


def test_the_newest_release_as_wins(repo: Repository) -> None:
    released(repo, "1.0.0")
    repo.commit("chore: a\n\nRelease-As: 3.0.0")
    repo.commit("chore: b\n\nRelease-As: 2.0.0")
    assert next_of(repo) == "2.0.0"


def test_release_as_counts_for_one_release_only(repo: Repository) -> None:
    released(repo, "1.0.0")
    repo.commit("chore: a\n\nRelease-As: 2.0.0")
    repo.tag("v2.0.0")
    repo.commit("fix: b")
    assert next_of(repo) == "2.0.1"


@pytest.mark.parametrize("asked", ["1.5.0", "1.4.9", "0.1.0", "1.5.0-beta.1"])
def test_release_as_must_be_higher_than_the_last_release(repo: Repository, asked: str) -> None:
    released(repo, "1.5.0")
    repo.commit(f"chore: a\n\nRelease-As: {asked}")
    with pytest.raises(ConflictError, match=f"`{asked}` is not higher than the last release `1.5.0`"):
        next_of(repo)


@pytest.mark.parametrize(("asked", "meant"), [("soon", "1.4.0"), ("v", "1.4.0"), ("1.6", "1.6.0")])
def test_release_as_must_be_a_version(repo: Repository, asked: str, meant: str) -> None:
    released(repo, "1.5.0")
    repo.commit(f"chore: a\n\nRelease-As: {asked}")
    with pytest.raises(UsageError, match=f"`{asked}` is not a version") as refused:
        next_of(repo)
    assert refused.value.hint == f"add a commit with the footer `Release-As: {meant}`"
    assert refused.value.where == f"the `Release-As:` footer of commit `{repo.git('rev-parse', 'HEAD')[:10]}`"
    repo.commit(f"chore: b\n\nRelease-As: {meant.replace('1.4', '1.6')}")
    assert next_of(repo) == "1.6.0"


def test_release_as_in_a_merged_release_does_not_count_again(repo: Repository) -> None:
    released(repo, "1.0.0")
    released(repo, "3.0.0", "feat!: next")
    repo.branch("line", at="v1.0.0")
    repo.commit("fix: old line\n\nRelease-As: 1.5.0")
    repo.tag("v1.5.0")
    repo.switch("main")
    repo.merge("line")
    assert next_of(repo) == "3.0.1"


def test_a_requested_version_has_its_bump_and_the_commit_that_requested_it(repo: Repository) -> None:
    repo.commit("feat: begin")
    repo.tag("v1.0.0")
    repo.commit("fix: a\n\nRelease-As: 3.0.0")
    found = decision(repo)
    assert (found.version, found.bump) == ("3.0.0", "major")
    assert [remark.reason for remark in found.reasons] == ["fix → patch, Release-As: 3.0.0"]
