from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shipit.cli.demo.sample import SampleProject, make_sample
from shipit.cli.main import run as run_shipit

# Settings of a developer that would change, sign or refuse commits.
DISTURBING_CONFIG = """\
[user]
\tname = Somebody Else
\temail = somebody@example.com
\tsigningKey = nonexistent
[commit]
\tgpgSign = true
\tverbose = true
[tag]
\tgpgSign = true
[push]
\tgpgSign = true
[core]
\tautocrlf = true
\thooksPath = {hooks}
[init]
\tdefaultBranch = trunk
\ttemplateDir = {hooks}
[i18n]
\tcommitEncoding = EUC-KR
"""


def git(path: Path, *arguments: str) -> str:
    run = subprocess.run(["git", *arguments], cwd=path, check=True, capture_output=True, encoding="utf-8")
    return run.stdout.strip()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleProject:
    return make_sample(tmp_path_factory.mktemp("sample"))


@pytest.fixture
def disturbing_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("pre-commit", "pre-push", "pre-receive", "update"):
        (hooks / name).write_text("#!/bin/sh\nexit 1\n")
        (hooks / name).chmod(0o755)
    config = tmp_path / "gitconfig"
    config.write_text(DISTURBING_CONFIG.format(hooks=hooks))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))


def test_the_sample_has_the_same_commits_with_any_git_settings_and_variables(
    sample: SampleProject, disturbing_settings: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody Else")
    other = make_sample(tmp_path / "other")
    monkeypatch.delenv("GIT_DIR")
    assert git(other.path, "show-ref", "main", "v0.3.1") == git(sample.path, "show-ref", "main", "v0.3.1")


def test_committing_tagging_and_pushing_in_the_sample_do_not_depend_on_the_user(
    disturbing_settings: None, tmp_path: Path
) -> None:
    made = make_sample(tmp_path / "made")
    git(made.path, "commit", "--allow-empty", "--message", "feat: more")
    git(made.path, "tag", "--annotate", "--message", "1.0.0", "v1.0.0")
    git(made.path, "push", "--atomic", "origin", "main", "v1.0.0")
    assert git(made.remote, "log", "-1", "--format=%an %s", "v1.0.0") == "Robin Park feat: more"


def test_the_sample_is_a_clean_clone_of_its_remote(sample: SampleProject) -> None:
    assert git(sample.path, "status", "--porcelain=v2", "--branch").splitlines()[1:] == [
        "# branch.head main",
        "# branch.upstream origin/main",
        "# branch.ab +0 -0",
    ]
    assert git(sample.path, "ls-remote", "--symref", "origin", "HEAD").startswith("ref: refs/heads/main")
    assert "refs/tags/v0.3.1" in git(sample.path, "ls-remote", "origin")


def test_the_last_release_is_in_the_tag_the_build_file_and_the_changelog(sample: SampleProject) -> None:
    assert git(sample.path, "describe", "--abbrev=0") == "v0.3.1"
    assert "\nversion = '0.3.1'" in git(sample.path, "show", "v0.3.1:build.gradle")
    assert git(sample.path, "show", "v0.3.1:CHANGELOG.md").startswith("## [0.3.1](")


@pytest.mark.parametrize(
    "line",
    [
        "feat : 채팅방 만들기",
        "fix(auth): 토큰 만료 처리 (#12)",
        "* feat: find messages by text",
        "Merge pull request #18 from example/typing",
        "feat(api)!: 응답 형식 통일",
        "BREAKING CHANGE: 모든 응답의 본문이 `data` 또는 `error` 아래에 들어갑니다",
        "update stuff",
        "feat: try a load probe [skip release]",
        "fix：닉네임 앞뒤 공백 제거",
    ],
)
def test_the_history_has_each_kind_of_message_that_real_histories_have(sample: SampleProject, line: str) -> None:
    assert line in git(sample.path, "log", "--format=%B", "v0.3.1..main").splitlines()


def test_a_feature_that_was_never_released_is_reverted(sample: SampleProject) -> None:
    reverted = git(sample.path, "log", "--format=%H", "--grep=^feat(room): show", "v0.3.1..main")
    assert f"This reverts commit {reverted}." in git(sample.path, "log", "-1", "--grep=^Revert", "--format=%B")


def test_one_pull_request_was_merged_and_not_squashed(sample: SampleProject) -> None:
    assert len(git(sample.path, "rev-list", "--merges", "v0.3.1..main").split()) == 1


def test_the_next_version_of_the_sample_is_0_4_0(sample: SampleProject) -> None:
    command = [sys.executable, "-m", "shipit", "-C", str(sample.path), "next"]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "0.4.0\n"


def test_an_existing_project_is_not_overwritten(sample: SampleProject) -> None:
    with pytest.raises(FileExistsError):
        make_sample(sample.path.parent)


def test_the_demo_in_a_hook_of_git_releases_its_own_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "--quiet", "mine")
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.setenv(name, os.environ[name])  # the demo removes them from this process: they are set again
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "mine/.git"))
    assert run_shipit(["demo", "--directory", str(tmp_path / "demo")]) == 0
    assert not (tmp_path / "mine/.git/refs/tags/v0.4.0").exists()
    assert list(tmp_path.glob("demo/*/.git/refs/tags/v0.4.0"))
