from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from plan.clones import clone_of, configure, doctor, plan, remote_of
from repositories import Repository, run

from shipit import api
from shipit.errors import ConflictError, PreflightError

pytestmark = pytest.mark.slow


@pytest.fixture
def begun(repo: Repository) -> Repository:
    """1.0.0, and a feature after it."""
    repo.commit("feat: begin", files={"a.txt": "a\n"})
    repo.tag("v1.0.0")
    repo.commit("feat: more", files={"a.txt": "b\n"})
    return repo


def follow(clone: Path, fix: str) -> None:
    """Do what a fix says: paste it."""
    subprocess.run(fix, shell=True, cwd=clone, check=True, capture_output=True)


def commit(clone: Path, message: str, path: str = "a.txt") -> None:
    (clone / path).write_text(message)
    run(clone, "add", path)
    run(clone, "commit", "--quiet", "-m", message)


def test_a_clone_that_is_ready_has_no_finding(begun: Repository) -> None:
    assert doctor(clone_of(begun)) == {}


def test_a_release_tag_that_is_on_no_commit_is_a_warning_with_the_commands_to_remove_it_and_to_see_the_file(
    begun: Repository,
) -> None:
    begun.git("tag", "v9.0.0", "HEAD:a.txt")
    begun.git("tag", "-a", "-m", "wrong", "v8.0.0", "HEAD^{tree}")
    begun.git("tag", "notes", "HEAD:a.txt")
    clone = clone_of(begun)
    for found in (api.doctor(api.open_project(str(clone))), plan(clone).findings):
        assert [(each.code, each.severity) for each in found] == [("tag-object", "warning")] * 2
        assert [each.what for each in found] == [
            "tag `v9.0.0` is on a file, not on a commit, so it does not count as a release",
            "tag `v8.0.0` is on a directory, not on a commit, so it does not count as a release",
        ]
        remove = "git tag -d v9.0.0 && git push origin :refs/tags/v9.0.0"
        assert found[0].fix == f"if it is a mistake: {remove}; to see what it is on: git show v9.0.0"
    follow(clone, remove)
    run(clone, "tag", "v8.0.0", "HEAD:a.txt", "--force")
    run(remote_of(begun), "tag", "-d", "v8.0.0")
    assert doctor(clone)["tag-object"].fix.startswith("if it is a mistake: git tag -d v8.0.0;")


def test_a_tag_of_the_next_version_on_a_file_is_an_error_with_the_command_that_removes_it(begun: Repository) -> None:
    begun.git("tag", "v1.1.0", "HEAD:a.txt")
    clone = clone_of(begun)
    for decide in (plan, lambda clone: api.next_version(api.open_project(str(clone)))):
        with pytest.raises(ConflictError) as refused:
            decide(clone)
        assert refused.value.what == (
            "`1.1.0` is the next version, but tag `v1.1.0` exists already, on a file instead of a commit"
        )
    follow(clone, str(refused.value.hint).removeprefix("remove it: "))
    assert plan(clone).steps


def test_a_repository_without_a_commit_is_a_finding_with_a_fix(repo: Repository) -> None:
    found = doctor(repo.path)
    assert list(found) == ["no-commit"]
    follow(repo.path, found["no-commit"].fix.partition(": ")[2] + " --allow-empty -m 'feat: begin'")
    assert "no-commit" not in doctor(repo.path)


def test_a_repository_without_a_remote_is_a_finding_with_a_fix(begun: Repository) -> None:
    remote = remote_of(begun)
    begun.check_out()
    found = doctor(begun.path)
    assert list(found) == ["no-remote"]
    follow(begun.path, found["no-remote"].fix.replace("URL", str(remote)))
    assert doctor(begun.path) == {}


def test_pushes_to_another_repository_are_a_finding_before_anything_happens(begun: Repository) -> None:
    clone = clone_of(begun)
    remote, fork = (clone.with_name(name) for name in ("remote.git", "fork.git"))
    shutil.copytree(remote, fork)
    run(clone, "remote", "set-url", "--push", "origin", str(fork))
    planned = {each.code: each for each in plan(clone).findings}
    found = doctor(clone)
    assert planned == found and [*found] == ["push-url"] and found["push-url"].blocks
    assert f"`origin` is read from `{remote}`, but `git push` writes to `{fork}`" in found["push-url"].what
    with pytest.raises(PreflightError):
        api.release(api.open_project(str(clone)))
    first, second = (each.rpartition(": ")[2] for each in found["push-url"].fix.split("; "))
    follow(clone, second)
    assert doctor(clone) == {}
    run(clone, "remote", "set-url", "origin", remote.as_uri())
    follow(clone, first)
    assert doctor(clone) == {}
    run(clone, "remote", "set-url", "--push", "--add", "origin", str(fork))  # as a mirror
    one_only, copy = (each.rpartition(": ")[2] for each in doctor(clone)["push-url"].fix.split("; "))
    follow(clone, one_only)
    assert doctor(clone) == {}
    follow(clone, copy)


def test_a_remote_that_cannot_be_reached_is_a_finding_with_the_output_of_git(begun: Repository) -> None:
    clone = clone_of(begun)
    shutil.rmtree(remote_of(begun))
    found = doctor(clone)
    assert list(found) == ["remote"]
    assert "remote.git" in found["remote"].what
    assert "\n" not in found["remote"].what
    assert "git remote -v" in found["remote"].fix


def test_a_detached_head_is_a_finding_that_names_the_branch_to_switch_to(begun: Repository) -> None:
    clone = clone_of(begun)
    run(clone, "checkout", "--quiet", "--detach")
    found = doctor(clone)
    assert list(found) == ["detached"]
    follow(clone, found["detached"].fix)
    assert doctor(clone) == {}


def test_another_branch_is_a_finding_that_names_the_release_branch(begun: Repository) -> None:
    clone = clone_of(begun)
    run(clone, "switch", "--quiet", "-c", "topic")
    found = doctor(clone)
    assert list(found) == ["wrong-branch"]
    assert "`topic`" in found["wrong-branch"].what
    follow(clone, found["wrong-branch"].fix.partition(",")[0])
    assert doctor(clone) == {}


def test_without_a_default_branch_on_the_remote_no_branch_is_taken_for_the_release_branch(begun: Repository) -> None:
    begun.branch("prod")
    begun.commit("feat: b")
    clone = clone_of(begun)
    run(remote_of(begun), "symbolic-ref", "HEAD", "refs/heads/gone")
    run(clone, "switch", "--quiet", "prod")
    found = doctor(clone)
    assert list(found) == ["no-default-branch"]
    assert "`prod`" in found["no-default-branch"].what
    configure(clone, '[release]\nbranch = "prod"\n')
    assert doctor(clone) == {}


def test_without_configuration_the_default_branch_of_the_remote_is_the_release_branch(begun: Repository) -> None:
    begun.branch("trunk")
    run(remote_of(begun), "symbolic-ref", "HEAD", "refs/heads/trunk")
    clone = clone_of(begun)
    assert run(clone, "branch", "--show-current").strip() == "trunk"
    assert doctor(clone) == {}
    run(clone, "switch", "--quiet", "main")
    assert "git switch trunk" in doctor(clone)["wrong-branch"].fix


def test_the_fix_for_diverged_branches_works(begun: Repository) -> None:
    clone, other = clone_of(begun), clone_of(begun, name="other")
    commit(other, "fix: theirs", "theirs.txt")
    run(other, "push", "--quiet")
    commit(clone, "fix: ours", "ours.txt")
    found = doctor(clone)
    assert list(found) == ["diverged"]
    follow(clone, found["diverged"].fix.partition(",")[0])
    assert doctor(clone) == {}


def test_a_clone_behind_or_ahead_of_the_remote_is_ready(begun: Repository) -> None:
    clone, other = clone_of(begun), clone_of(begun, name="other")
    commit(other, "fix: theirs", "theirs.txt")
    run(other, "push", "--quiet")
    assert doctor(clone) == {}
    run(clone, "pull", "--quiet")
    commit(clone, "fix: ours", "ours.txt")
    assert doctor(clone) == {}


def test_unpushed_commits_are_a_finding_when_the_release_does_not_push_the_branch(begun: Repository) -> None:
    clone = clone_of(begun)
    (clone / "shipit.toml").write_text('[release]\nwrite-back = "none"\n')
    commit(clone, "fix: ours", "ours.txt")
    found = doctor(clone)
    assert list(found) == ["unpushed"]
    follow(clone, found["unpushed"].fix)
    assert doctor(clone) == {}


def test_uncommitted_changes_are_a_finding_and_untracked_files_are_not(begun: Repository) -> None:
    clone = clone_of(begun)
    (clone / "notes.txt").write_text("mine")
    assert doctor(clone) == {}
    (clone / "a.txt").write_text("changed")
    found = doctor(clone)
    assert list(found) == ["dirty"]
    assert "`a.txt`" in found["dirty"].what
    follow(clone, found["dirty"].fix.rpartition("or ")[2])
    assert doctor(clone) == {}


def test_staged_and_deleted_files_are_changes_too_and_many_are_counted(begun: Repository) -> None:
    names = [f"{number}.txt" for number in range(7)]
    begun.commit("chore: files", files=dict.fromkeys(names, "x\n"))
    clone = clone_of(begun)
    for name in names:
        (clone / name).unlink()
    run(clone, "rm", "--quiet", "--cached", "a.txt")
    assert doctor(clone)["dirty"].what.endswith("and 3 more")


def test_without_an_identity_the_fix_sets_one(
    begun: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = clone_of(begun)
    run(clone, "config", "user.useConfigOnly", "true")
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    found = doctor(clone)
    assert list(found) == ["identity"]
    follow(clone, found["identity"].fix)
    assert doctor(clone) == {}


@pytest.mark.parametrize("lock", ["index.lock", "HEAD.lock", "refs/heads/main.lock"])
def test_the_lock_of_an_interrupted_git_is_a_finding_with_its_path(begun: Repository, lock: str) -> None:
    clone = clone_of(begun)
    (clone / ".git" / lock).touch()
    found = doctor(clone)
    assert list(found) == ["index-lock"]
    follow(clone, found["index-lock"].fix.partition(": ")[2])
    assert doctor(clone) == {}


@pytest.mark.parametrize("command", ["merge --no-commit --strategy ours", "cherry-pick"])
def test_a_merge_that_is_not_finished_is_a_finding(begun: Repository, command: str) -> None:
    begun.branch("side", at="v1.0.0")
    begun.commit("feat: more", files={"a.txt": "b\n"})  # as on main, so a cherry-pick of it is empty
    begun.switch("main")
    clone = clone_of(begun)
    subprocess.run(["git", *command.split(), "origin/side"], cwd=clone, capture_output=True)
    found = doctor(clone)
    assert list(found) == ["unfinished-merge"]
    follow(clone, found["unfinished-merge"].fix.partition(", or ")[2])
    assert doctor(clone) == {}


@pytest.mark.parametrize(("write_back", "found"), [("push", ["changelog"]), ("none", [])])
def test_a_changelog_that_git_ignores_is_a_finding(begun: Repository, write_back: str, found: list[str]) -> None:
    clone = clone_of(begun)
    (clone / ".gitignore").write_text("*.md\n")
    configure(clone, f'release.write-back = "{write_back}"')
    assert list(doctor(clone)) == found
    (clone / "CHANGELOG.md").write_text("# Changelog\n")
    run(clone, "add", "--force", "CHANGELOG.md")
    run(clone, "commit", "--quiet", "-m", "docs: begin the changelog")
    assert "changelog" not in doctor(clone)


def test_a_changelog_in_a_submodule_is_a_finding(begun: Repository) -> None:
    begun.check_out()
    begun.git("update-index", "--add", "--cacheinfo", f"160000,{begun.git('rev-parse', 'HEAD').strip()},docs/notes")
    begun.git("commit", "--quiet", "-m", "chore: add a submodule")
    clone = clone_of(begun)
    configure(clone, 'changelog.file = "docs/notes/CHANGELOG.md"')
    assert doctor(clone)["changelog"].what.endswith("it is in the submodule `docs/notes`")


def test_tags_in_another_format_are_a_finding_that_suggests_their_format(repo: Repository) -> None:
    repo.commit("feat: begin")
    repo.tag("1.0.0")
    clone = clone_of(repo)
    found = doctor(clone)
    assert list(found) == ["tag-format"]
    assert '`tag = "{version}"`' in found["tag-format"].fix
    configure(clone, '[release]\ntag = "{version}"\n')
    assert doctor(clone) == {}


@pytest.mark.parametrize(
    ("config", "counting", "tag", "severity"),
    [("", "v1.1.0", "1.1.0", "error"), ('[release]\ntag = "app-{version}"\n', "app-1.1.0", "v1.1.0", "warning")],
)
def test_a_later_release_with_another_tag_format_is_a_finding_whose_fix_works(
    begun: Repository, config: str, counting: str, tag: str, severity: str
) -> None:
    begun.tag("app-1.0.0", at="v1.0.0")
    begun.tag(tag)
    begun.commit("fix: a")
    clone = clone_of(begun)
    configure(clone, config)
    found = doctor(clone)
    assert [(each.code, each.severity) for each in found.values()] == [("other-tag-format", severity)]
    command, _, otherwise = found["other-tag-format"].fix.partition("; ")
    assert f"git tag {counting} {tag}" in command
    assert otherwise.startswith("if it is not a release, delete the tag" if config else 'or set `tag = "{version}"`')
    follow(clone, command)
    assert doctor(clone) == {}
    assert plan(clone).decisions[0].version == "1.1.1"


def test_the_fix_for_a_tag_in_another_format_names_the_configured_remote(begun: Repository) -> None:
    begun.tag("1.1.0")
    begun.commit("fix: a")
    clone = clone_of(begun)
    run(clone, "remote", "rename", "origin", "upstream")
    configure(clone, '[release]\nremote = "upstream"\n')
    assert "git push upstream v1.1.0;" in doctor(clone)["other-tag-format"].fix


def test_other_tags_in_another_format_are_no_finding(begun: Repository) -> None:
    begun.tag("1.1.0", at="v1.0.0")
    begun.tag("v1.0.1", at="v1.0.0")
    for name in ("0.9.0", "1.0.0", "1.0.1", "1.1.0-rc.1", "1.1", "chart-3.0.0", "2026.11.21"):
        begun.tag(name)
    begun.branch("elsewhere")
    begun.commit("feat: there")
    begun.tag("1.2.0")
    begun.switch("main")
    assert doctor(clone_of(begun)) == {}


def test_a_tag_in_another_format_may_belong_to_a_former_package(begun: Repository) -> None:
    begun.tag("a-v1.0.0", at="v1.0.0")
    begun.tag("v2.0.0")
    clone = clone_of(begun)
    configure(clone, '[packages.a]\npath = "."\n')
    assert doctor(clone) == {}


def test_a_release_in_another_format_is_a_finding_when_only_pre_releases_match(begun: Repository) -> None:
    begun.tag("v3.1.0-beta.1")
    begun.tag("3.1.0")
    clone = clone_of(begun)
    run(clone, "push", "--quiet", "--delete", "origin", "v1.0.0")
    run(clone, "tag", "--delete", "v1.0.0")
    assert doctor(clone)["other-tag-format"].blocks


def test_tags_outside_the_history_are_a_finding_even_if_only_the_remote_has_them(begun: Repository) -> None:
    begun.switch("again")
    begun.commit("feat: begin again")
    clone = clone_of(begun, "--no-tags", "--single-branch", "--branch", "again")
    configure(clone, '[release]\nbranch = "again"\n')
    found = doctor(clone)
    assert list(found) == ["tags-outside"]
    follow(clone, found["tags-outside"].fix.partition(",")[0] + " --quiet --allow-unrelated-histories --no-edit")
    assert doctor(clone) == {}


def test_a_higher_release_on_another_branch_is_a_warning_whose_fix_works(begun: Repository) -> None:
    begun.branch("elsewhere", at="v1.0.0")
    begun.commit("fix: there")
    begun.tag("v1.0.1")
    begun.tag("v2.0.0-rc.1")
    begun.switch("main")
    clone = clone_of(begun)
    found = doctor(clone)
    assert [(each.code, each.severity) for each in found.values()] == [("higher-elsewhere", "warning")]
    expected = "the last release on this branch is `v1.0.0`, but `v1.0.1` was released on another branch"
    assert found["higher-elsewhere"].what == expected
    assert plan(clone).decisions[0].version == "1.1.0"
    follow(clone, found["higher-elsewhere"].fix.partition(",")[0] + " --quiet --no-edit")
    assert doctor(clone) == {}


@pytest.mark.parametrize("branch", ['{ name = "main", range = "1.x" }', '{ name = "main", prerelease = "rc" }'])
def test_a_branch_with_a_range_or_a_channel_has_no_warning_about_higher_releases(
    begun: Repository, branch: str
) -> None:
    begun.tag("v3.0.0-rc.1")
    begun.branch("next", at="v1.0.0")
    begun.commit("feat!: there")
    begun.tag("v2.0.0")
    begun.switch("main")
    clone = clone_of(begun)
    configure(clone, f"[release]\nbranches = [{branch}]\n")
    assert doctor(clone) == {}


def test_write_back_through_the_api_needs_github(begun: Repository) -> None:
    clone = clone_of(begun)
    configure(clone, '[release]\nwrite-back = "api"\n')
    found = doctor(clone)
    assert list(found) == ["write-back-needs-github"]
    configure(clone, '[release]\nwrite-back = "push"\n')
    assert doctor(clone) == {}


# -- a version that cannot be


def test_a_next_version_that_exists_on_another_branch_is_a_finding(begun: Repository) -> None:
    begun.branch("other")
    begun.commit("feat: theirs")
    begun.tag("v1.1.0")
    begun.switch("main")
    found = doctor(clone_of(begun, "--no-tags"))
    assert list(found) == ["version"]
    assert "tag `v1.1.0` exists already" in found["version"].what
    assert "git merge v1.1.0" in found["version"].fix


def test_a_version_that_is_not_higher_is_a_finding(begun: Repository) -> None:
    begun.commit("chore: a\n\nRelease-As: 0.9.0")
    assert list(doctor(clone_of(begun))) == ["version"]


@pytest.mark.parametrize(
    ("path", "what", "fix"),
    [
        ("gradle.propertie", "there is no file `gradle.propertie`", "did you mean `gradle.properties`?"),
        ("new.json", "the version file `new.json` is not committed", "git add new.json && git commit, or remove"),
    ],
)
def test_a_version_file_that_is_misspelled_or_not_committed_is_named_so(
    begun: Repository, path: str, what: str, fix: str
) -> None:
    begun.commit("feat: gradle", files={"gradle.properties": "version=1.0.0\n"})
    clone = clone_of(begun)
    configure(clone, f'[release]\nversion-files = ["{path}"]\n')
    (clone / "new.json").write_text("{}")
    found = doctor(clone)["version"]
    assert found.what.startswith(what)
    assert found.fix.startswith(fix)


def test_a_version_file_that_cannot_be_edited_is_a_finding(begun: Repository) -> None:
    begun.commit("chore: a", files={"build.gradle": "version = rootProject.findProperty('v')\n"})
    clone = clone_of(begun)
    configure(clone, '[release]\nversion-files = ["build.gradle"]\n')
    found = doctor(clone)
    assert list(found) == ["version"]
    assert "build.gradle" in found["version"].what


def test_a_conflict_is_reported_as_one_of_the_findings_when_there_are_others(begun: Repository) -> None:
    begun.commit("chore: a\n\nRelease-As: 0.9.0")
    clone = clone_of(begun)
    with pytest.raises(ConflictError):
        plan(clone)
    (clone / "a.txt").write_text("changed")
    with pytest.raises(PreflightError) as refused:
        plan(clone)
    assert sorted(finding.code for finding in refused.value.findings) == ["dirty", "version"]


# -- shallow clones


def shallow(clone: Path) -> bool:
    return run(clone, "rev-parse", "--is-shallow-repository").strip() == "true"


def test_a_shallow_clone_deepens_by_itself(begun: Repository) -> None:
    clone = clone_of(begun, "--depth", "1")
    assert shallow(clone)
    (decision,) = plan(clone).decisions
    assert (decision.previous, decision.version, len(decision.reasons)) == ("1.0.0", "1.1.0", 1)
    assert not shallow(clone)


def test_a_shallow_clone_has_the_next_version_of_a_complete_one(begun: Repository) -> None:
    clone = clone_of(begun, "--depth", "1")
    (decision,) = api.next_version(api.open_project(str(clone)))
    assert (decision.previous, decision.version) == ("1.0.0", "1.1.0")


def test_a_shallow_clone_has_the_changelog_notes_and_commits_of_a_complete_one(begun: Repository) -> None:
    begun.tag("v1.1.0")
    whole = api.open_project(str(clone_of(begun)))
    questions: tuple[Callable[[api.Project], object], ...] = (
        lambda project: "".join(api.changelog(project)),
        lambda project: api.release_notes(project, "1.1.0"),
        lambda project: [each.id for each in api.commits(project, "v1.0.0")],
    )
    for number, asked in enumerate(questions):
        clone = clone_of(begun, "--depth", "1", name=f"shallow-{number}")
        assert asked(api.open_project(str(clone))) == asked(whole)


def test_deepening_fetches_commits_and_no_old_files(begun: Repository) -> None:
    run(remote_of(begun), "config", "uploadpack.allowFilter", "true")
    clone = clone_of(begun, "--depth", "1")
    plan(clone)
    missing = run(clone, "rev-list", "--objects", "--all", "--missing=print")
    assert [line for line in missing.splitlines() if line.startswith("?")]


def test_a_shallow_clone_whose_remote_is_missing_is_a_finding_with_a_fix(begun: Repository) -> None:
    clone = clone_of(begun, "--depth", "1")
    remote = remote_of(begun)
    remote.rename(remote.with_name("moved.git"))
    found = doctor(clone)
    assert sorted(found) == ["remote", "shallow"]
    assert not any("\n" in finding.what for finding in found.values())
    with pytest.raises(PreflightError) as refused:
        api.next_version(api.open_project(str(clone)))
    assert [finding.code for finding in refused.value.findings] == ["shallow"]
    remote.with_name("moved.git").rename(remote)
    follow(clone, found["shallow"].fix.partition(";")[0])
    assert doctor(clone) == {}


def test_the_fix_for_a_shallow_clone_names_the_configured_remote(begun: Repository) -> None:
    clone = clone_of(begun, "--depth", "1", "--origin", "upstream")
    configure(clone, 'release.remote = "upstream"')
    remote = remote_of(begun)
    remote.rename(remote.with_name("moved.git"))
    assert doctor(clone)["shallow"].fix.startswith("git fetch --unshallow upstream;")


def test_a_shallow_clone_without_a_remote_has_both_findings(begun: Repository) -> None:
    clone = clone_of(begun, "--depth", "1")
    run(clone, "remote", "remove", "origin")
    assert sorted(doctor(clone)) == ["no-remote", "shallow"]


# -- the report


def test_all_problems_come_in_one_report_with_a_fix_each(
    begun: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun.commit("chore: a\n\nRelease-As: 0.9.0")
    clone = clone_of(begun)
    run(clone, "switch", "--quiet", "-c", "topic")
    run(clone, "config", "user.useConfigOnly", "true")
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    (clone / "a.txt").write_text("changed")
    (clone / ".git" / "index.lock").touch()
    configure(clone, '[release]\nwrite-back = "api"\n')
    argv = [sys.executable, "-m", "shipit", "doctor", "--json"]
    done = subprocess.run(argv, cwd=clone, env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    findings = json.loads(done.stdout)["findings"]
    assert {finding["code"] for finding in findings} == {
        "version",
        "wrong-branch",
        "identity",
        "dirty",
        "index-lock",
        "write-back-needs-github",
    }
    assert all(finding["fix"] and finding["severity"] == "error" for finding in findings)


def test_a_release_that_is_not_ready_changes_nothing_and_says_so(begun: Repository) -> None:
    clone = clone_of(begun)
    (clone / "a.txt").write_text("changed")
    before = (run(clone, "for-each-ref"), run(remote_of(begun), "for-each-ref"))
    with pytest.raises(PreflightError) as refused:
        api.release(api.open_project(str(clone)))
    assert refused.value.state == "nothing was changed: the repository and its remote are as they were"
    assert (run(clone, "for-each-ref"), run(remote_of(begun), "for-each-ref")) == before
    assert (clone / "a.txt").read_text() == "changed"


def test_findings_stop_nothing_when_there_is_nothing_to_release(begun: Repository) -> None:
    begun.tag("v1.1.0")
    clone = clone_of(begun)
    (clone / "a.txt").write_text("changed")
    assert not api.release(api.open_project(str(clone))).released


def test_a_release_commit_that_lost_its_tag_is_a_warning_with_the_commands_that_finish_it(begun: Repository) -> None:
    clone, remote = clone_of(begun), remote_of(begun)
    api.release(api.open_project(str(clone)))
    run(remote, "tag", "--delete", "v1.1.0")
    shutil.rmtree(remote / "shipit")  # the releases: so there is no proof that this one was interrupted
    run(remote, "clone", "--quiet", remote.as_uri(), str(remote.with_name("fresh")))
    found = doctor(fresh := remote.with_name("fresh"))
    assert (list(found), found["lost-tag"].severity) == (["lost-tag"], "warning")
    assert "is the release commit of 1.1.0, but its tag `v1.1.0` is lost" in found["lost-tag"].what
    # also true after the release that makes this tag
    assert found["lost-tag"].what.endswith("; this release makes `v1.1.0` again, from a later commit")
    follow(fresh, found["lost-tag"].fix.removeprefix("if that release counts, before another release: "))
    assert doctor(fresh) == {}
    assert plan(fresh).steps == ()


@pytest.mark.parametrize(("tag", "found"), [("v1.0.9", True), ("v1.1.0", False), ("v1.2.0", False), ("nightly", False)])
def test_the_draft_of_a_release_that_was_not_made_is_a_warning(begun: Repository, tag: str, found: bool) -> None:
    clone = clone_of(begun)
    forge = api.open_project(str(clone)).forge
    forge.create_draft(tag=tag, title=tag, body="", prerelease=False, branch="main")
    warnings = [each for each in plan(clone).findings if each.code == "abandoned-draft"]
    assert [each.severity for each in warnings] == ["warning"] * found
    assert all(f"`{tag}`" in each.what for each in warnings)


def test_text_below_unreleased_is_a_warning_with_a_fix_that_releases_it(begun: Repository) -> None:
    text = "# Changelog\n\n## [Unreleased]\n\n### Migration\n\nRun ALTER TABLE first.\n\n## 1.0.0\n\n* begin\n"
    begun.commit("docs: how to migrate", files={"CHANGELOG.md": text})
    clone = clone_of(begun)
    finding = doctor(clone)["unreleased-text"]
    assert (finding.blocks, "## 1.4.0" in finding.fix) == (False, True)
    begun.commit("docs: release it", files={"CHANGELOG.md": text.replace("[Unreleased]", "1.1.0")})
    clone = clone_of(begun, name="other")
    assert "unreleased-text" not in doctor(clone)
    assert "Run ALTER TABLE first." in plan(clone).notes
