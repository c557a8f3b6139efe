"""The version files below the root of a repository that has none at its root."""

from __future__ import annotations

import json

import pytest
from plan.asking import config_of
from plan.clones import clone_of, doctor, plan
from repositories import Repository

from shipit.adapters.git import GitRepository
from shipit.cli.errors.error_text import finding_lines
from shipit.config.load import parse_config
from shipit.core import limits
from shipit.errors import PreflightError
from shipit.finding import Finding
from shipit.plan.version import observe_upcoming
from shipit.plan.version.files.nested import nested_paths
from shipit.plan.version.package.model import NESTED_NAMES
from shipit.plan.views import release_summary, render_plan
from shipit.steps.repository import WriteFile
from shipit.versionfiles import FORMATS

GRADLE, JSON = "version = '0.3.0'\n", '{"version": "1.2.0"}'


def found(repo: Repository, toml: str = "") -> Finding | None:
    """Return the finding of `shipit next` about version files below the root."""
    repo.check_out()
    findings = observe_upcoming(GitRepository(str(repo.path)), config_of(toml), reasons=False).findings
    return next((each for each in findings if each.code == "nested-version-files"), None)


def proposals(finding: Finding) -> list[str]:
    """Return the texts that the finding proposes for shipit.toml."""
    blocks: list[list[str]] = []
    for line in finding.fix.splitlines():
        if line.startswith("  "):
            blocks[-1].append(line)
        else:
            blocks.append([])
    return ["\n".join(block) for block in blocks]


def test_a_repository_with_versions_below_the_root_only_is_a_warning_with_the_tables_to_write(repo: Repository) -> None:
    repo.commit("feat: begin", files={"backend/build.gradle": GRADLE, "apps/web/package.json": JSON})
    finding = found(repo)
    assert finding is not None and finding.severity == "warning"
    assert "`backend/build.gradle` (0.3.0), `apps/web/package.json` (1.2.0)" in finding.what
    packages, together, none = map(parse_config, proposals(finding))
    assert {name: each.path for name, each in packages.packages.items()} == {"backend": "backend", "web": "apps/web"}
    assert together.release.version_files == ("backend/build.gradle", "apps/web/package.json")
    assert none.release.version_files == ()
    separate, one_version, no_version = proposals(finding)
    assert found(repo, separate) is None and found(repo, no_version) is None
    with pytest.raises(PreflightError) as refused:  # one version for both would lower that of `web`
        found(repo, one_version)
    assert [each.code for each in refused.value.findings] == ["version-lowered"]


def test_one_directory_with_a_version_needs_no_packages(repo: Repository) -> None:
    repo.commit("feat: begin", files={"server/pom.xml": "<project><version>1.0.0</version></project>"})
    finding = found(repo)
    assert finding is not None and "packages" not in finding.fix
    assert parse_config(proposals(finding)[0]).release.version_files == ("server/pom.xml",)


def test_plan_doctor_and_pages_show_the_same_warning(repo: Repository) -> None:
    repo.commit("feat: begin", files={"backend/build.gradle": GRADLE, "frontend/package.json": JSON})
    finding = found(repo)
    clone = clone_of(repo)
    made = plan(clone)
    assert finding in made.findings and doctor(clone)["nested-version-files"] == finding
    for text in (render_plan(made), "\n".join(finding_lines(made.findings, lambda text, style: text))):
        assert '\n      [packages.backend]\n      path = "backend"\n' in text
    assert "\n        [packages.backend]\n" in release_summary("Would release", made, {}, None)


@pytest.mark.parametrize(
    "files",
    [
        {"build.gradle": "version = '1.0.0'", "web/package.json": JSON},
        {"package.json": JSON, "packages/a/package.json": JSON},
        {"web/package.json": '{"version": "0.0.0"}'},
        {"web/package.json": '{"private": true}'},
        {
            "web/node_modules/a/package.json": JSON,
            "src/test/resources/pom.xml": "<project><version>1</version></project>",
        },
        {"examples/a/package.json": JSON, ".github/a/package.json": JSON, "a/b/c/d/e/package.json": JSON},
        {"web/package-lock.json": JSON},
    ],
)
def test_there_is_no_warning_for_ordinary_repositories(repo: Repository, files: dict[str, str]) -> None:
    repo.commit("feat: begin", files=files)
    assert found(repo) is None
    assert "nested-version-files" not in doctor(clone_of(repo))


def test_a_file_at_the_root_without_a_version_does_not_hide_those_below(repo: Repository) -> None:
    files = {
        "package.json": '{\n  "private": true\n}',
        "packages/a/package.json": JSON,
        "packages/b/package.json": JSON,
    }
    repo.commit("feat: begin", files=files)
    finding = found(repo)
    assert finding is not None and '[packages.a]\n  path = "packages/a"' in finding.fix


def test_files_in_a_directory_below_that_of_another_one_belong_to_it(repo: Repository) -> None:
    repo.commit("feat: begin", files={"backend/build.gradle": GRADLE, "backend/api/build.gradle": GRADLE})
    finding = found(repo)
    assert finding is not None and "api" not in finding.what + finding.fix


def test_the_proposed_names_are_unique_and_valid(repo: Repository) -> None:
    repo.commit("feat: begin", files={f"{path}/package.json": JSON for path in ("a/web", "b/web", "c/한 글", 'd/"')})
    finding = found(repo)
    assert finding is not None
    assert {name: each.path for name, each in parse_config(proposals(finding)[0]).packages.items()} == {
        "a-web": "a/web",
        "b-web": "b/web",
        "한-글": "c/한 글",
        "d": 'd/"',
    }


def test_the_files_nearest_to_the_root_are_read_first() -> None:
    many = [f"a/b{number}/package.json" for number in range(100)]
    assert nested_paths([*many, "web/package.json"])[0] == "web/package.json"
    assert len(nested_paths(many)) == 50


def test_every_name_has_a_format() -> None:
    patterns = {pattern for format in FORMATS.values() for pattern in format.patterns}
    assert set(NESTED_NAMES) <= patterns


def json_of(**versions: str) -> dict[str, str]:
    """Return a `package.json` with each of the versions, in `packages/<name>`."""
    return {f"packages/{name.replace('_', '-')}/package.json": f'{{"version": "{v}"}}' for name, v in versions.items()}


def test_files_with_the_version_of_the_last_release_are_proposed_together(repo: Repository) -> None:
    repo.commit("feat: begin", files=json_of(cli="5.6.1", core="5.6.1", helpers="0.0.1"))
    repo.tag("v5.6.1")
    finding = found(repo)
    assert finding is not None and finding.severity == "warning"
    together, none = map(parse_config, proposals(finding))
    assert together.release.version_files == ("packages/cli/package.json", "packages/core/package.json")
    assert none.release.version_files == ()


def test_a_long_list_of_files_can_be_pasted(repo: Repository) -> None:
    repo.commit("feat: begin", files=json_of(a="1.1.0-SNAPSHOT", b="1.0.0", c="1.0.0", d="1.0.0"))
    repo.tag("v1.0.0")
    finding = found(repo)
    assert finding is not None
    assert len(parse_config(proposals(finding)[0]).release.version_files or ()) == 4


def test_where_no_file_has_the_version_of_the_last_release_no_file_is_the_first_proposal(repo: Repository) -> None:
    repo.commit("feat: begin", files=json_of(site="0.0.1", plugin="1.1.0"))
    repo.tag("v6.2.4")
    finding = found(repo)
    assert finding is not None and finding.fix.startswith("if releases should write no version, as before, write")
    none, together, separate = map(parse_config, proposals(finding))
    assert none.release.version_files == ()
    assert together.release.version_files == ("packages/plugin/package.json", "packages/site/package.json")
    assert set(separate.packages) == {"plugin", "site"}


def test_tags_of_a_part_block_because_its_commits_would_raise_the_whole(repo: Repository) -> None:
    repo.commit("feat: begin", files=json_of(vite="8.1.3", plugin_legacy="8.2.0", extra="1.0.0"))
    repo.tag("plugin-legacy@8.2.0")
    repo.tag("v8.1.3")
    repo.commit("feat(legacy): only there", files={"packages/plugin-legacy/a.txt": "a"})
    with pytest.raises(PreflightError) as refused:
        found(repo)
    (finding,) = refused.value.findings
    assert doctor(clone_of(repo))["nested-packages"] == finding
    tables = proposals(finding)[0]
    repo.check_out()
    upcoming = observe_upcoming(GitRepository(str(repo.path)), config_of(tables), reasons=False)
    assert {each.package: each.version for each in upcoming.versions} == {"plugin-legacy": "8.3.0", "vite": None}
    whole = found(repo, 'release.tag = "v{version}"')
    assert whole is not None and whole.severity == "warning"


def test_tags_of_a_part_block_also_beside_a_version_at_the_root(repo: Repository) -> None:
    root = {"package.json": '{"version": "1.4.0"}'}
    repo.commit("feat: begin", files={**root, **json_of(web="2.0.0", private="0.1.0")})
    repo.tag("v1.4.0")
    repo.commit("feat: web", files={"packages/web/a.txt": "a"})
    repo.tag("web@2.0.0")
    repo.commit("fix: web only", files={"packages/web/a.txt": "b"})
    with pytest.raises(PreflightError) as refused:
        found(repo)
    (finding,) = refused.value.findings
    assert doctor(clone_of(repo))["nested-packages"] == finding
    tables = proposals(finding)[0]
    assert parse_config(tables).packages["root"].exclude == ("packages/web",)
    upcoming = observe_upcoming(GitRepository(str(repo.path)), config_of(tables), reasons=False)
    assert {each.package: each.version for each in upcoming.versions} == {"web": "2.0.1", "root": None}
    assert found(repo, 'release.tag = "v{version}"') is None


def test_old_tags_of_a_part_that_is_no_longer_released_do_not_block_a_root_with_a_version(repo: Repository) -> None:
    repo.commit("feat: a", files={"package.json": '{"version": "1.0.0"}', "web/package.json": '{"version": "1.0.0"}'})
    repo.tag("web-v1.0.0")
    repo.commit("feat: b", files={"package.json": '{"version": "2.1.0"}', "web/package.json": '{"version": "2.0.0"}'})
    repo.tag("v2.1.0")
    repo.commit("fix: c", files={"web/a.txt": "a"})
    assert found(repo) is None
    assert not doctor(clone_of(repo)).keys() & {"nested-packages", "nested-version-files"}


@pytest.mark.parametrize("tag, version", [("web@2.0.0", "2.0.0"), ("web-v1.9.0", "2.0.0-SNAPSHOT")])
def test_a_part_with_the_version_of_its_newest_tag_or_a_snapshot_blocks_beside_a_root(
    repo: Repository, tag: str, version: str
) -> None:
    web = {"web/build.gradle": f"version = '{version}'\n"}
    repo.commit("feat: begin", files={"package.json": '{"version": "2.4.0"}', **web})
    for name in ("web-v1.0.0", "web-v1.1.0", "v2.4.0", tag):
        repo.tag(name)
    with pytest.raises(PreflightError) as refused:
        found(repo)
    (finding,) = refused.value.findings
    assert finding.code == "nested-packages"
    assert parse_config(proposals(finding)[0]).packages["web"].tag == tag.replace(tag[-5:], "{version}")


@pytest.mark.parametrize("tag, read", [("deploy-1.2.3", set()), ("cli-v1.0.0", {"packages/cli/package.json"})])
def test_other_tags_beside_a_root_with_a_version_cost_no_reading_of_other_parts_and_no_warning(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, tag: str, read: set[str]
) -> None:
    root = {"package.json": '{"version": "5.6.1"}'}
    repo.commit("feat: begin", files={**root, **json_of(cli="5.6.1", lint="5.6.1", site="0.0.1")})
    repo.tag("v5.6.1")
    repo.tag(tag)
    repo.commit("fix: a")
    texts, text = set(), GitRepository.text

    def recorded(git: GitRepository, rev: str, path: str) -> str | None:
        texts.add(path)
        return text(git, rev, path)

    monkeypatch.setattr(GitRepository, "text", recorded)
    assert found(repo) is None
    assert {path for path in texts if path.startswith("packages/")} == read


def test_tags_of_a_directory_below_that_of_another_part_do_not_block_as_in_the_plan(repo: Repository) -> None:
    root = {"package.json": '{"version": "1.4.0"}', "packages/package.json": '{"version": "1.0.0"}'}
    repo.commit("feat: begin", files={**root, **json_of(web="2.0.0")})
    repo.tag("v1.4.0")
    repo.tag("web@2.0.0")
    assert found(repo) is None
    assert "nested-packages" not in doctor(clone_of(repo))


@pytest.mark.parametrize("version", ["1.0.0-01", "1.0.0-a..b"])
def test_a_version_below_the_root_that_is_none_of_semver_is_not_that_of_a_release(
    repo: Repository, version: str
) -> None:
    repo.commit("feat: begin", files={"package.json": '{"version": "2.1.0"}', **json_of(web=version)})
    for tag in ("web-v1.0.0", "v2.1.0"):
        repo.tag(tag)
    assert found(repo) is None


@pytest.mark.parametrize("tag", ["other@8.2.0", "plugin-legacy@9.0.0", "plugin-legacy"])
def test_other_tags_are_no_releases_of_a_part(repo: Repository, tag: str) -> None:
    repo.commit("feat: begin", files=json_of(vite="8.1.3", plugin_legacy="8.2.0"))
    repo.tag(tag)
    repo.tag("v8.1.3")
    finding = found(repo)
    assert finding is not None and finding.code == "nested-version-files"


def test_a_root_that_stayed_behind_while_the_packages_were_released_is_a_warning(repo: Repository) -> None:
    root = {"package.json": '{"version": "1.0.0"}'}
    repo.commit("feat: begin", files={**root, **json_of(cli="21.2.2", lint="21.2.2", other="3.0.0")})
    repo.tag("v21.2.2")
    finding = found(repo)
    assert finding is not None and finding.severity == "warning"
    assert "`package.json` (1.0.0), but not `packages/cli/package.json` (21.2.2)" in finding.what
    together, root_only = (parse_config(each).release.version_files for each in proposals(finding))
    assert together == ("packages/cli/package.json", "packages/lint/package.json")
    assert root_only == ("package.json",)


def test_packages_that_have_the_version_of_the_root_are_a_warning_of_plan_and_doctor(repo: Repository) -> None:
    root = {"package.json": '{"version": "5.6.1"}', "package-lock.json": '{"version": "5.6.1"}'}
    repo.commit("feat: begin", files={**root, **json_of(cli="5.6.1", site="0.0.1")})
    repo.tag("v5.6.1")
    repo.commit("fix: a")
    assert found(repo) is None  # the version is right without it
    finding = doctor(clone_of(repo))["nested-version-files"]
    together, root_only = (parse_config(each).release.version_files for each in proposals(finding))
    assert together == ("package.json", "package-lock.json", "packages/cli/package.json")
    assert root_only == ("package.json", "package-lock.json")
    repo.commit("chore: configure", files={"shipit.toml": proposals(finding)[0]})
    assert "nested-version-files" not in doctor(clone_of(repo, name="configured"))


def test_maven_modules_are_written_with_the_root(repo: Repository) -> None:
    module = (
        "<project><parent><groupId>g</groupId><artifactId>a</artifactId><version>1.2.0</version></parent></project>"
    )
    root = "<project><groupId>g</groupId><artifactId>a</artifactId><version>1.2.0</version><modules><module>m</module></modules></project>"
    bom = "<project><groupId>g</groupId><artifactId>bom</artifactId><version>1.2.0</version></project>"
    repo.commit("feat: begin", files={"pom.xml": root, "m/pom.xml": module, "bom/pom.xml": bom})
    repo.tag("v1.2.0")
    assert "nested-version-files" not in doctor(clone_of(repo))


def test_a_root_that_stayed_behind_alone_is_written(repo: Repository) -> None:
    repo.commit("feat: begin", files={"package.json": '{"version": "1.0.0"}', **json_of(cli="1.0.0")})
    repo.tag("v21.2.2")
    assert found(repo) is None


def test_the_warning_that_no_file_at_the_root_can_be_updated_is_not_repeated(repo: Repository) -> None:
    repo.commit("feat: begin", files={"package.json": '{"private": true}', **json_of(cli="1.0.0")})
    assert set(doctor(clone_of(repo))) == {"nested-version-files"}


LOCK = """version = 4

[[package]]
name = "acme"
version = "1.2.0"

[[package]]
name = "acme-core"
version = "1.2.0"

[[package]]
name = "serde"
version = "1.2.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
"""


def test_a_rust_workspace_gets_its_lock_file_with_its_crates_too(repo: Repository) -> None:
    crates = {
        f"{name}/Cargo.toml": f'[package]\nname = "{name}"\nversion = "1.2.0"\n' for name in ("acme", "acme-core")
    }
    workspace = '[workspace]\nmembers = ["acme", "acme-core"]\n'
    repo.commit("feat: begin", files={"Cargo.toml": workspace, "Cargo.lock": LOCK, **crates})
    repo.tag("v1.2.0")
    finding = found(repo)
    assert finding is not None
    repo.commit("feat: more", files={"shipit.toml": proposals(finding)[0]})
    written = render_plan(plan(clone_of(repo)))
    assert written.count('+ version = "1.3.0"') == 4
    assert "write Cargo.lock" in written


def test_a_workspace_without_crates_that_can_be_read_names_the_way_for_a_workspace(repo: Repository) -> None:
    repo.commit("feat: begin", files={"Cargo.toml": '[workspace]\nmembers = ["a"]\n'})
    assert "`[workspace.package]`" in doctor(clone_of(repo))["version-file"].fix


def lerna_of(**versions: str) -> dict[str, str]:
    """Return the files of packages that lerna gives one version, 2.1.0; those with a version that ends in `!` are private."""
    manifests = {
        f"packages/{name}/package.json": json.dumps(
            {"name": f"@acme/{name}", "version": v.rstrip("!"), "private": v.endswith("!")}
        )
        for name, v in versions.items()
    }
    return {"lerna.json": '{"version": "2.1.0"}', "package.json": '{"version": "1.0.0", "private": true}', **manifests}


def test_all_published_packages_that_lerna_gives_one_version_are_proposed_with_lerna_json(repo: Repository) -> None:
    repo.commit("feat: begin", files=lerna_of(cli="2.1.0", types="2.0.0", next="3.0.0", utils="2.0.0!"))
    repo.tag("v2.1.0")
    repo.commit("fix(types): a", files={"packages/types/a.ts": "a"})
    finding = found(repo)
    assert finding is not None and "`packages/types/package.json` (2.0.0)" in finding.what
    assert finding.what.endswith(
        "; not proposed, because they have another version: `packages/next/package.json` (3.0.0), "
        "`packages/utils/package.json` (2.0.0)"
    )
    repo.commit("chore: configure", files={"shipit.toml": proposals(finding)[0]})
    clone = clone_of(repo)
    made = plan(clone)
    written = [step.path for step in made.steps if isinstance(step, WriteFile) and step.path != "CHANGELOG.md"]
    assert written == ["packages/cli/package.json", "packages/types/package.json", "lerna.json"]
    assert not made.findings


def test_dependencies_between_npm_packages_and_their_lock_are_written_too(repo: Repository) -> None:
    core = {"name": "@acme/core", "version": "2.1.0"}
    web = {"name": "@acme/web", "version": "2.1.0", "dependencies": {"@acme/core": "^2.1.0", "left-pad": "2.1.0"}}
    locked = {"": {"version": "0.0.1"}, "packages/core": {"version": "2.1.0"}, "packages/web": web}
    files = {
        "package.json": {"name": "acme", "version": "0.0.1", "private": True, "workspaces": ["packages/*"]},
        "packages/core/package.json": core,
        "packages/web/package.json": web,
        "package-lock.json": {"version": "0.0.1", "packages": locked},
    }
    repo.commit("feat: begin", files={path: json.dumps(value, indent=2) for path, value in files.items()})
    repo.tag("v2.1.0")
    repo.commit("fix(core): a", files={"packages/core/a.ts": "a"})
    (finding,) = (each for each in plan(clone_of(repo)).findings if each.code == "nested-version-files")
    repo.commit("chore: configure", files={"shipit.toml": proposals(finding)[0]})
    made = plan(clone_of(repo, name="configured"))
    written = {step.path: step.text for step in made.steps if isinstance(step, WriteFile)}
    assert json.loads(written["packages/web/package.json"])["dependencies"] == {
        "@acme/core": "^2.1.1",
        "left-pad": "2.1.0",
    }
    lock = json.loads(written["package-lock.json"])
    assert lock["packages"]["packages/core"]["version"] == lock["packages"]["packages/web"]["version"] == "2.1.1"
    assert lock["packages"]["packages/web"]["dependencies"]["@acme/core"] == "^2.1.1"
    assert lock["version"] == "0.0.1"
    assert not made.findings


def test_the_warning_says_that_there_are_more_files_than_were_read(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit("feat: begin", files=lerna_of(a="2.1.0", b="2.1.0", c="2.1.0"))
    repo.tag("v2.1.0")
    monkeypatch.setattr(limits, "NESTED_VERSION_FILES", 2)
    finding = found(repo)
    assert finding is not None and finding.what.endswith(
        "; 1 more file below the root could have a version, and the limit is reached"
    )


def test_packages_that_have_versions_of_their_own_are_not_proposed(repo: Repository) -> None:
    files = {**lerna_of(cli="2.1.0", types="2.0.0"), "lerna.json": '{"version": "independent"}'}
    repo.commit("feat: begin", files=files)
    repo.tag("v2.1.0")
    finding = found(repo)
    assert finding is not None and "types" not in proposals(finding)[0] and "lerna" not in finding.fix
    assert "another version: `packages/types/package.json` (2.0.0)" in finding.what


def test_a_counted_commit_in_a_published_package_that_is_not_written_is_a_warning(repo: Repository) -> None:
    toml = 'release.version-files = ["packages/cli/package.json"]'
    files = lerna_of(cli="2.1.0", types="2.0.0", read="2.0.0", utils="2.0.0!", docs="2.0.0")
    repo.commit("feat: begin", files={**files, "shipit.toml": toml})
    repo.tag("v2.1.0")
    repo.commit("fix(types): a", files={"packages/types/a.ts": "a", "packages/utils/a.ts": "a"})
    repo.commit("docs: b", files={"packages/docs/b.md": "b"})
    clone = clone_of(repo)
    (finding,) = plan(clone).findings
    assert (finding.code, finding.severity) == ("unwritten-workspace", "warning")
    assert "`packages/types/package.json` (2.0.0), but" in finding.what
    assert '"packages/types/package.json",' in finding.fix and "read" not in finding.fix
    assert doctor(clone)["unwritten-workspace"] == finding


@pytest.mark.parametrize("toml", ["release.version-files = []", 'release.version-files = ["package.json"]'])
def test_there_is_no_such_warning_where_no_package_has_the_version_of_the_release(repo: Repository, toml: str) -> None:
    repo.commit("feat: begin", files={**lerna_of(cli="2.1.0"), "shipit.toml": toml})
    repo.tag("v2.1.0")
    repo.commit("fix: a", files={"packages/cli/a.ts": "a"})
    assert "unwritten-workspace" not in doctor(clone_of(repo))
