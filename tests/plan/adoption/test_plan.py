"""The adoption of shipit by real repositories."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from repositories import Repository

from shipit import api, importers
from shipit.api import Project
from shipit.config.load import parse_config
from shipit.config.model import Config
from shipit.errors import ConflictError
from shipit.plan.adoption import Adoption, adoption_of

SETTINGS = {
    "branches": ["main"],
    "tagFormat": "${version}",
    "plugins": [
        ["@semantic-release/commit-analyzer", {"releaseRules": [{"type": "refactor", "release": "patch"}]}],
        ["@semantic-release/changelog", {"changelogFile": "CHANGELOG.md"}],
        "@semantic-release/git",
        ["@semantic-release/github", {"successComment": False, "releasedLabels": False}],
    ],
}


def project(repo: Repository, **files: str) -> Project:
    place = repo.check_out()
    for path, text in files.items():
        (place / path.replace("__", "/")).parent.mkdir(parents=True, exist_ok=True)
        (place / path.replace("__", "/")).write_text(text)
    return api.open_project(str(place))


def begin(repo: Repository, settings: object = SETTINGS) -> None:
    repo.commit("feat: begin", files={".releaserc": json.dumps(settings)})
    repo.tag("1.0.0")
    repo.commit("refactor: x")
    repo.tag("1.0.1")


def test_the_settings_are_written_without_those_that_equal_a_default(repo: Repository) -> None:
    begin(repo)
    adoption = api.plan_adoption(project(repo))
    assert adoption.text == ('[release]\ntag = "{version}"\nbranch = "main"\n\n[bump]\nrefactor = "patch"\n')
    assert parse_config(adoption.text) == adoption.config
    keys = {key.key: key.status for key in adoption.imported[0].keys}
    assert keys["@semantic-release/changelog.changelogFile"] == "default already"
    assert adoption.remove == (".releaserc",)


def test_a_setting_that_two_tools_have_is_that_of_the_first_and_the_other_one_is_reported(repo: Repository) -> None:
    begin(repo)
    cliff = '[changelog]\noutput = "NEWS.md"\n[git]\ntag_pattern = "v[0-9].*"\n'
    adoption = api.plan_adoption(project(repo, **{".releaserc": json.dumps(SETTINGS), "cliff.toml": cliff}))
    assert [each.tool for each in adoption.imported] == ["semantic-release", "git-cliff"]
    assert adoption.config.changelog.file == "CHANGELOG.md"
    (output, *_) = adoption.imported[1].keys
    assert (output.status, output.why) == ("needs your decision", "another tool has another value, which was taken")


def test_past_releases_are_replayed_with_the_new_settings(repo: Repository) -> None:
    begin(repo)
    place = project(repo)
    replayed = api.replay_adoption(place, api.plan_adoption(place))
    assert (replayed.agreeing, len(replayed.releases)) == (1, 1)


def test_tags_that_do_not_fit_the_settings_are_a_finding_of_the_replay(repo: Repository) -> None:
    config = {"packages": {"web": {"component": "front"}, "api": {"component": "back"}}}
    repo.commit("feat: begin", files={"release-please-config.json": json.dumps(config), "web/a": "a", "api/a": "a"})
    repo.tag("v1.0.0")
    place = project(repo)
    replayed = api.replay_adoption(place, api.plan_adoption(place))
    assert (replayed.releases, {each.code for each in replayed.findings}) == ((), {"tag-format"})


def test_the_lines_of_workflows_that_run_another_tool_are_named(repo: Repository) -> None:
    begin(repo)
    workflow = "jobs:\n  a:\n    steps:\n      - uses: x\n      - run: npx semantic-release\n"
    assert api.plan_adoption(project(repo, **{".github__workflows__ci.yml": workflow})).workflows == (
        ".github/workflows/ci.yml:5",
    )


@pytest.mark.parametrize(
    ("line", "tool"),
    [
        ("- run: npx semantic-release", "semantic-release"),
        ("- uses: cycjimmy/semantic-release-action@v4", "semantic-release"),
        ("- uses: googleapis/release-please-action@v4", "release-please"),
        ("- uses: python-semantic-release/python-semantic-release@v9", None),
        ("- run: echo semantic-release", None),
    ],
)
def test_a_tool_without_a_file_is_found_in_the_workflows(repo: Repository, line: str, tool: str | None) -> None:
    repo.commit("feat: begin")
    repo.tag("v1.0.0")
    workflow = f"jobs:\n  a:\n    steps:\n      {line}\n        with:\n          release-type: java\n"
    adoption = api.plan_adoption(project(repo, **{".github__workflows__ci.yml": workflow}))
    tools = [(each.tool, each.files) for each in adoption.imported if each.tool != "workflow"]
    assert tools == ([(tool, ())] if tool else [])


def test_the_tag_format_of_a_repository_without_a_tool_is_found(repo: Repository) -> None:
    repo.commit("feat: begin")
    repo.tag("1.0.0")
    adoption = api.plan_adoption(project(repo))
    assert adoption.text == '[release]\ntag = "{version}"\n'


def test_korean_words_that_the_history_has_as_types_become_aliases(repo: Repository) -> None:
    repo.commit("feat: begin")
    repo.tag("v1.0.0")
    for title in ("기능: 로그인", "[기능] 검색", "기능(api) : 목록", "수정: 오타", "수정: 색", "공지: 점검"):
        repo.commit(title)
    adoption = api.plan_adoption(project(repo))
    assert adoption.text == '[commits.aliases]\n"기능" = "feat"\n'
    assert [(each.tool, len(each.keys)) for each in adoption.imported] == [("commits of this repository", 1)]
    assert api.next_version(replace(project(repo), config=adoption.config))[0].version == "1.1.0"


def test_a_repository_that_needs_no_settings_gets_none(repo: Repository) -> None:
    repo.commit("feat: begin")
    place = project(repo)
    adoption = api.plan_adoption(place)
    api.adopt(place, adoption)
    assert (adoption.text, adoption.imported) == ("", ())
    assert not Path(place.root, "shipit.toml").exists()


def test_writing_twice_is_the_same_as_once_and_other_settings_are_kept(repo: Repository) -> None:
    begin(repo)
    place = project(repo)
    adoption = api.plan_adoption(place)
    api.adopt(place, adoption)
    api.adopt(place, adoption)
    assert Path(place.root, "shipit.toml").read_text() == adoption.text
    Path(place.root, "shipit.toml").write_text("[release]\n")
    with pytest.raises(ConflictError, match="exists already"):
        api.adopt(place, adoption)
    assert Path(place.root, "shipit.toml").read_text() == "[release]\n"


def test_settings_that_shipit_refuses_need_a_decision_with_the_reason_and_the_others_are_taken(
    repo: Repository,
) -> None:
    begin(repo, {**SETTINGS, "branches": ["not a branch", "main"]})
    adoption = api.plan_adoption(project(repo))
    (key,) = (key for each in adoption.imported for key in each.keys if key.key == "branches")
    assert (key.status, key.setting) == ("needs your decision", "release.branches")
    assert key.why.startswith("shipit does not accept it: entry 1 of `branches` must be a name that git accepts")
    assert "branches" not in adoption.text
    assert adoption.text


def test_the_settings_of_many_packages_are_not_read_again_for_each_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(text: str) -> Config:
        read.append(text)
        return parse_config(text)

    monkeypatch.setattr("shipit.plan.adoption.plan.parse_config", counted)
    packages = {f"p{number}": {"component": f"c{number}"} for number in range(200)}
    files = {"release-please-config.json": json.dumps({"packages": packages, "changelog-path": "CHANGES.md"})}
    repository = importers.RepositoryFacts(files.get, "main")
    adoption = adoption_of(repository, importers.read_settings(repository))
    assert len(adoption.config.packages) == 200
    assert len(read) < 10


def test_the_default_branch_of_the_remote_is_not_written(repo: Repository, tmp_path: Path) -> None:
    begin(repo)
    repo.git("init", "--quiet", "--bare", "--initial-branch=main", str(tmp_path / "remote.git"))
    repo.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    repo.git("push", "--quiet", "origin", "main")
    adoption: Adoption = api.plan_adoption(project(repo))
    assert adoption.config.release.branch is None
