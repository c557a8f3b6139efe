"""Past releases of real repositories, beside the versions that shipit decides for them."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
from plan.asking import config_of, decision
from repositories import Repository

from shipit.adapters.git import GitRepository
from shipit.errors import PreflightError
from shipit.plan.replay import ReplayedRelease, effects, observe_windows, replay_releases


def replayed(repo: Repository, toml: str = "", last: int | None = None) -> tuple[ReplayedRelease, ...]:
    config = config_of(toml)
    return replay_releases(observe_windows(GitRepository(str(repo.path)), config, last)[0], config)


def only(repo: Repository, toml: str = "") -> ReplayedRelease:
    (release,) = replayed(repo, toml)
    return release


def released(repo: Repository, tag: str, *messages: str) -> None:
    for message in messages or ("feat: begin",):
        repo.commit(message)
    repo.tag(tag)


def setting(release: ReplayedRelease) -> str:
    assert release.setting
    return release.setting.text


def test_each_release_is_decided_from_the_one_before_alone(repo: Repository) -> None:
    released(repo, "v1.0.0")
    released(repo, "v1.0.1", "fix: a")
    released(repo, "v1.1.0", "feat: b", "fix: c")
    repo.commit("feat: not released")
    found = [(each.before, each.tag, each.released, each.shipit, each.agrees) for each in replayed(repo)]
    assert found == [("v1.0.0", "v1.0.1", "1.0.1", "1.0.1", True), ("v1.0.1", "v1.1.0", "1.1.0", "1.1.0", True)]


def test_the_decision_is_that_of_a_repository_with_this_tag_alone(repo: Repository) -> None:
    released(repo, "v1.0.0")
    repo.branch("side")
    repo.commit("feat: on the side")
    repo.switch("main")
    released(repo, "v1.1.0", "fix: a (#7)", 'Revert "fix: a (#7)"', "docs: b")
    repo.merge("side")
    released(repo, "v1.2.0", "perf: c")
    now = {each.tag: each.shipit for each in replayed(repo)}
    for tag, before in (("v1.1.0", "v1.0.0"), ("v1.2.0", "v1.1.0")):
        scene = Repository(repo.path.parent / tag)
        scene.git(
            "fetch",
            "--quiet",
            "--no-tags",
            str(repo.path),
            f"refs/tags/{tag}",
            f"refs/tags/{before}:refs/tags/{before}",
        )
        scene.git("update-ref", "refs/heads/main", "FETCH_HEAD")
        scene.git("update-ref", "refs/heads/main", repo.git("rev-parse", f"{tag}^{{commit}}").strip())
        assert decision(scene).version == now[tag]
        scene.close()


def test_a_release_on_another_branch_is_replayed_too(repo: Repository) -> None:
    released(repo, "v1.0.0")
    released(repo, "v2.0.0", "feat!: a")
    repo.branch("1.x", at="v1.0.0")
    released(repo, "v1.0.1", "fix: b")
    repo.switch("main")
    assert [(each.tag, each.agrees) for each in replayed(repo)] == [("v1.0.1", True), ("v2.0.0", True)]


def test_version_files_and_later_tags_do_not_change_the_decision(repo: Repository) -> None:
    repo.commit("feat: begin", files={"gradle.properties": "version=1.0.0\n"})
    repo.tag("v1.0.0")
    repo.commit("fix: a")
    repo.commit("chore(release): 1.0.1", files={"gradle.properties": "version=1.0.1\n"})
    repo.tag("v1.0.1")
    repo.commit("fix: b", files={"gradle.properties": "version=7.0.0\n"})
    repo.tag("v1.0.2")
    assert [each.agrees for each in replayed(repo)] == [True, True]


def test_the_setting_that_raises_an_ignored_type_is_found(repo: Repository) -> None:
    released(repo, "v1.0.0")
    released(repo, "v1.0.1", "docs: a", "update stuff")
    found = only(repo)
    assert (found.shipit, found.reason) == (None, "the commits do not ask for a release, and a patch release was made")
    assert [each.subject for each in found.commits] == ["update stuff", "docs: a"]
    assert setting(found) == 'docs = "patch" under [bump]'
    assert only(repo, '[bump]\ndocs = "patch"').agrees


def test_the_setting_that_lowers_a_type_is_found(repo: Repository) -> None:
    released(repo, "v1.0.0")
    released(repo, "v1.0.1", "feat: a", "fix: b")
    found = only(repo)
    assert found.reason == "the commits ask for a minor release, and a patch release was made"
    assert [(each.subject, each.reason) for each in found.commits] == [("feat: a", "feat → minor")]
    assert setting(found) == 'feat = "patch" under [bump]'


def test_the_setting_that_leaves_0_x_is_found(repo: Repository) -> None:
    released(repo, "v0.1.0")
    released(repo, "v1.0.0", "feat!: a", "docs: b")
    found = only(repo)
    assert (found.shipit, found.commits[0].subject) == ("0.2.0", "feat!: a")
    assert setting(found) == "major-on-zero = true under [release]"


def test_the_setting_for_features_of_0_x_is_found(repo: Repository) -> None:
    released(repo, "v0.1.0")
    released(repo, "v0.1.1", "feat: a", "fix: b")
    assert setting(only(repo)) == 'feature-on-zero = "patch" under [release]'
    assert only(repo, '[release]\nfeature-on-zero = "patch"').agrees


def test_a_difference_that_no_setting_changes_has_none(repo: Repository) -> None:
    released(repo, "v1.0.0")
    released(repo, "v1.1.0", "feat!: a")
    assert (only(repo).shipit, only(repo).setting) == ("2.0.0", None)


@pytest.mark.parametrize(
    ("tag", "reason"),
    [
        ("v1.3.0", "1.3.0 skips 1.1.0, or the tag of 1.1.0 is missing"),
        ("v0.9.0", "0.9.0 is lower than 1.0.0, the highest release in its history"),
    ],
)
def test_a_version_that_does_not_follow_the_one_before_is_explained(repo: Repository, tag: str, reason: str) -> None:
    released(repo, "v1.0.0")
    released(repo, tag, "feat: a")
    assert (only(repo).reason, only(repo).shipit, only(repo).setting) == (reason, "1.1.0", None)


def test_a_release_without_commits_is_explained(repo: Repository) -> None:
    released(repo, "v1.0.0")
    repo.tag("v1.0.1")
    assert (only(repo).shipit, only(repo).reason) == (None, "no commit between the two tags")


def test_a_requested_version_counts_and_a_wrong_one_is_explained(repo: Repository) -> None:
    released(repo, "v1.0.0")
    released(repo, "v2.0.0", "fix: a\n\nRelease-As: 2.0.0")
    released(repo, "v2.0.1", "fix: b\n\nRelease-As: two")
    good, bad = replayed(repo)
    assert (good.agrees, bad.shipit, bad.reason) == (True, None, "`two` is not a version")


def test_the_commit_that_another_tool_released_with_suggests_no_setting(repo: Repository) -> None:
    released(repo, "v1.0.0")
    released(repo, "v1.0.1", "no convention", "chore: release 1.0.1")
    assert (only(repo).setting, [each.subject for each in only(repo).commits]) == (None, ["no convention"])


def test_the_last_releases_are_the_highest_versions(repo: Repository) -> None:
    for number in range(12):
        released(repo, f"v1.0.{number}", "fix: a")
    assert [each.tag for each in replayed(repo, last=2)] == ["v1.0.10", "v1.0.11"]


def test_pre_releases_are_counted_and_not_replayed(repo: Repository) -> None:
    released(repo, "v1.0.0")
    released(repo, "v1.1.0-rc.1", "feat: a")
    released(repo, "v1.1.0", "fix: b")
    windows, prereleases = observe_windows(GitRepository(str(repo.path)), config_of(""))
    assert ([window.made.name for window in windows], prereleases) == (["v1.1.0"], 1)


def test_each_package_is_replayed_from_its_own_commits(repo: Repository) -> None:
    toml = '[packages.backend]\npath = "backend"\n[packages.web]\npath = "web"\n'
    repo.commit("feat: begin", files={"backend/a": "a", "web/a": "a"})
    repo.tag("backend-v1.0.0")
    repo.tag("web-v1.0.0")
    repo.commit("feat: a", files={"backend/a": "b"})
    repo.tag("backend-v1.1.0")
    repo.commit("fix: b", files={"web/a": "b"})
    repo.tag("web-v1.0.1")
    repo.branch("side")
    repo.commit("fix: c", files={"web/a": "c"})
    repo.tag("web-v1.0.2")
    repo.switch("main")
    repo.tag("backend-v1.1.1")
    found = [(each.before, each.tag, each.shipit, each.reason) for each in replayed(repo, toml)]
    assert found == [
        ("backend-v1.0.0", "backend-v1.1.0", "1.1.0", ""),
        ("backend-v1.1.0", "backend-v1.1.1", None, "no commit between the two tags changes the package"),
        ("web-v1.0.0", "web-v1.0.1", "1.0.1", ""),
        ("web-v1.0.1", "web-v1.0.2", "1.0.2", ""),
    ]


def test_tags_in_another_format_are_refused(repo: Repository) -> None:
    released(repo, "1.0.0")
    released(repo, "1.0.1", "fix: a")
    with pytest.raises(PreflightError, match="not ready"):
        replayed(repo)
    assert only(repo, '[release]\ntag = "{version}"').agrees


def test_the_effect_of_a_setting_on_all_releases_is_shown(repo: Repository) -> None:
    released(repo, "v1.0.0")
    released(repo, "v1.0.1", "docs: a")
    released(repo, "v1.0.2", "fix: b", "docs: c")
    released(repo, "v1.1.0", "feat: d", "docs: e")
    released(repo, "v1.1.1", "test: f", "docs: g")
    config = config_of("")
    windows, _ = observe_windows(GitRepository(str(repo.path)), config)
    found = effects(windows, replay_releases(windows, config), config)
    assert [(effect.setting.text, effect.agreeing) for effect in found] == [('docs = "patch" under [bump]', 4)]


class CountingGit(GitRepository):
    """A repository that counts the runs of git."""

    runs = 0

    def _run(self, argv: list[str], **stdin: Any) -> subprocess.CompletedProcess[bytes]:
        self.runs += 1
        return super()._run(argv, **stdin)


@pytest.mark.parametrize("toml", ["", '[packages.all]\npath = "."\ntag = "v{version}"\n'])
def test_git_is_not_run_for_each_release(repo: Repository, toml: str) -> None:
    repo.commit("feat: begin")
    for number in range(30):
        repo.branch(f"release-{number}", at="main")
        released(repo, f"v1.0.{number}", "chore: release")
        repo.switch("main")
        repo.commit("fix: a", files={"a": str(number)})
        repo.tag(f"v1.1.{number}")
    git = CountingGit(str(repo.path))
    assert len(observe_windows(git, config_of(toml))[0]) == 58
    assert git.runs < 6
