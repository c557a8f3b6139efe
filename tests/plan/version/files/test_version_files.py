"""The version files that a release writes without configuration, and the warning when none can be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from plan.clones import clone_of, configure, doctor, plan
from repositories import Repository, run

from shipit.errors import ConfigError
from shipit.finding import Finding
from shipit.steps.repository import WriteFile

TWO_VERSIONS = "version = '0.0.1-SNAPSHOT'\n\nsubprojects {\n    version = '0.0.2'\n}\n"


def written(repo: Repository, toml: str = "") -> dict[str, str]:
    """Return the texts of the files of the first release by path, without the changelog."""
    clone = clone_of(repo, name="written")
    configure(clone, toml)
    return written_in(clone)


def written_in(clone: Path) -> dict[str, str]:
    steps = plan(clone).steps
    texts = {step.path: step.text for step in steps if isinstance(step, WriteFile)}
    return {path: text for path, text in texts.items() if path != "CHANGELOG.md"}


def warning(repo: Repository, toml: str = "") -> Finding | None:
    """Return the warning about version files, after checking that `doctor` and the plan have the same one."""
    clone = clone_of(repo)
    configure(clone, toml)
    found = doctor(clone).get("version-file")
    assert [finding for finding in plan(clone).findings if finding.code == "version-file"] == [found] * bool(found)
    return found


def test_a_version_that_subprojects_take_from_the_root_is_found_and_written(repo: Repository) -> None:
    script = "version = '@'\nsubprojects {\n    version = rootProject.version\n}\n"
    repo.commit("feat: begin", files={"build.gradle": script.replace("@", "0.0.1-SNAPSHOT")})
    assert written(repo) == {"build.gradle": script.replace("@", "0.0.1")}
    assert warning(repo) is None


@pytest.mark.parametrize("name", ["VERSION", "version.txt"])
def test_a_file_that_holds_only_the_version_is_found_and_written(repo: Repository, name: str) -> None:
    repo.commit("feat: begin", files={name: "0.3.0-SNAPSHOT\n"})
    assert written(repo) == {name: "0.3.0\n"}
    assert warning(repo) is None


def test_a_pattern_names_the_one_place_of_the_version_in_any_file(repo: Repository) -> None:
    readme = "```\nimplementation 'acme:core:9.9.9'\nimplementation 'acme:ktx:@'\n```\n"
    repo.commit("feat: begin", files={"README.md": readme.replace("@", "0.0.0"), "VERSION": "0.0.1-SNAPSHOT"})
    files = '["VERSION", { path = "README.md", pattern = "ktx:{version}" }]'
    expected = {"README.md": readme.replace("@", "0.0.1"), "VERSION": "0.0.1"}
    assert written(repo, f"release.version-files = {files}") == expected


def test_an_unreadable_version_file_is_a_warning_with_its_line_and_a_fix(repo: Repository) -> None:
    repo.commit("feat: begin", files={"build.gradle": TWO_VERSIONS})
    assert written(repo) == {}
    found = warning(repo)
    assert found is not None and found.severity == "warning"
    assert "`build.gradle`, line 1: `version` is set 2 times (lines 1, 4)" in found.what
    assert 'paths = ["version", "subprojects.version"]' in found.fix
    assert "version-files = []" in found.fix


def test_the_warning_names_every_unreadable_version_file(repo: Repository) -> None:
    repo.commit("feat: begin", files={"build.gradle": TWO_VERSIONS, "package.json": '{"private": true}'})
    found = warning(repo)
    assert found is not None
    assert "`build.gradle`, line 1: " in found.what and "`package.json`: `version` is not set" in found.what


def test_the_fix_names_the_way_for_each_file(repo: Repository) -> None:
    repo.commit(
        "feat: begin", files={"build.gradle": "plugins { id 'java' }\n", "gradle.properties": "projectVersion=1.2.0\n"}
    )
    found = warning(repo)
    assert found is not None
    assert "`build.gradle`: add" in found.fix
    assert (
        "`gradle.properties`: set `version` in the file, or use another place in `paths`: `projectVersion`" in found.fix
    )


@pytest.mark.parametrize(
    "toml",
    [
        "release.version-files = []",
        'release.version-files = [{ path = "build.gradle", paths = ["version", "subprojects.version"] }]',
    ],
)
def test_either_fix_ends_the_warning(repo: Repository, toml: str) -> None:
    repo.commit("feat: begin", files={"build.gradle": TWO_VERSIONS})
    assert warning(repo, toml) is None


FOLLOWED = {
    "gradle.properties": ("version = findProperty('appVersion')\n", "# the version\nappVersion = @\n"),
    "gradle/libs.versions.toml": ("version = libs.versions.app.get()\n", '[versions]\napp = "@" # the version\n'),
}


@pytest.mark.parametrize("path", FOLLOWED)
@pytest.mark.parametrize("toml", ["", 'release.version-files = ["build.gradle"]'])
def test_a_version_that_comes_from_another_file_is_read_and_written_there(
    repo: Repository, path: str, toml: str
) -> None:
    script, text = FOLLOWED[path]
    repo.commit("feat: begin", files={"build.gradle": script, path: text.replace("@", "0.0.1-SNAPSHOT")})
    assert written(repo, toml) == {path: text.replace("@", "0.0.1")}
    assert warning(repo, toml) is None


@pytest.mark.parametrize("expression", ["scmVersion.version", "findProperty('v') ?: '1.0'"])
def test_a_computed_version_that_cannot_be_followed_blocks_a_project_without_another_version_file(
    repo: Repository, expression: str
) -> None:
    repo.commit("feat: begin", files={"build.gradle": f"version = {expression}\n"})
    found = warning(repo)
    assert found is not None and found.blocks
    assert "is computed here" in found.what and "version-files = []" in found.fix


def test_there_is_no_warning_if_another_version_file_can_be_read(repo: Repository) -> None:
    files = {"build.gradle": "version = findProperty('v')\n", "gradle.properties": "version=0.0.1-SNAPSHOT\n"}
    repo.commit("feat: begin", files=files)
    assert written(repo) == {"gradle.properties": "version=0.0.1\n"}
    assert warning(repo) is None


def test_a_repository_without_version_files_has_no_warning(repo: Repository) -> None:
    repo.commit("feat: begin", files={"README.md": "hello"})
    assert warning(repo) is None


def test_a_package_has_a_warning_about_its_own_files(repo: Repository) -> None:
    repo.commit("feat: begin", files={"api/build.gradle": TWO_VERSIONS, "web/package.json": '{"version": "0.0.1"}'})
    found = warning(repo, 'packages.api.path = "api"\npackages.web.path = "web"')
    assert found is not None
    assert "`api/build.gradle`" in found.what and "package.json" not in found.what


def test_the_modules_of_a_maven_project_are_written_with_it(repo: Repository) -> None:
    own = "<groupId>g</groupId><artifactId>root</artifactId><version>@</version>"
    poms = {
        "pom.xml": f"<project>{own}<modules><module>api</module></modules></project>",
        "api/pom.xml": f"<project><parent>{own}</parent><artifactId>api</artifactId></project>",
        "other/pom.xml": f"<project><parent>{own}</parent><artifactId>other</artifactId></project>",
    }
    repo.commit("feat: begin", files={path: text.replace("@", "0.0.1-SNAPSHOT") for path, text in poms.items()})
    raised = {path: text.replace("@", "0.0.1") for path, text in poms.items() if path != "other/pom.xml"}
    assert written(repo) == raised


def test_a_maven_module_with_the_version_of_the_project_that_is_not_written_is_a_warning(repo: Repository) -> None:
    own = "<groupId>g</groupId><artifactId>a</artifactId><version>0.0.1-SNAPSHOT</version>"
    modules = "<modules><module>api</module><module>bom</module><module>tools/app.xml</module></modules>"
    poms = {
        "pom.xml": f"<project>{own}{modules}</project>",
        "api/pom.xml": f"<project><parent>{own}</parent><artifactId>api</artifactId></project>",
        "bom/pom.xml": f"<project>{own}</project>",
        "tools/app.xml": f"<project>{own}<modules><module>own</module></modules></project>",
        "tools/own/pom.xml": f"<project>{own.replace('0.0.1', '7.0.0')}</project>",
    }
    repo.commit("feat: begin", files=poms)
    assert list(written(repo)) == ["pom.xml", "api/pom.xml"]
    clone = clone_of(repo)
    finding = doctor(clone)["maven-module"]
    assert finding in plan(clone).findings and not finding.blocks
    assert "into `bom/pom.xml`, `tools/app.xml`:" in finding.what
    first, *lines, last = finding.fix.splitlines()
    assert (first, last) == (
        "write in shipit.toml:",
        "leave out each file that has a version of its own",
    )
    toml = "\n".join(lines)
    configure(clone, toml)
    assert doctor(clone) == {}
    assert set(written_in(clone)) == {"pom.xml", "api/pom.xml", "bom/pom.xml", "tools/app.xml"}


def coordinates(artifact: str, version: str = "0.0.1-SNAPSHOT") -> str:
    return f"<groupId>g</groupId><artifactId>{artifact}</artifactId><version>{version}</version>"


def module(artifact: str, rest: str = "") -> str:
    parent = f"<parent>{coordinates('root')}</parent>"
    return f"<project>{parent}<artifactId>{artifact}</artifactId>\n{rest}</project>"


def dependency(artifact: str, version: str = "0.0.1-SNAPSHOT") -> str:
    return f"<dependencies><dependency>{coordinates(artifact, version)}</dependency></dependencies>\n"


def root(*modules: str, rest: str = "") -> str:
    named = "".join(f"<module>{name}</module>" for name in modules)
    return f"<project>{coordinates('root')}\n<modules>{named}</modules>\n{rest}</project>"


def test_the_versions_of_modules_as_dependencies_of_each_other_are_written(repo: Repository) -> None:
    plugin = f"<build><plugins><plugin>{coordinates('tool')}</plugin></plugins></build>"
    managed = f"<dependencyManagement>{dependency('core')}</dependencyManagement>"
    poms = {
        "pom.xml": root("core", "app", "tool", "bom", rest=managed + plugin),
        "core/pom.xml": module("core", dependency("other") + dependency("junit", "0.0.1")),
        "app/pom.xml": module("app", dependency("core")),
        "tool/pom.xml": module("tool", dependency("core", "${project.version}")),
        "bom/pom.xml": f"<project>{coordinates('bom', '7.0.0')}{managed}</project>",
    }
    repo.commit("feat: begin", files=poms)
    released = {path: text.replace("0.0.1-SNAPSHOT", "0.0.1") for path, text in poms.items()}
    foreign = released["core/pom.xml"].replace(coordinates("other", "0.0.1"), coordinates("other"))
    assert written(repo) == {**released, "core/pom.xml": foreign}
    assert doctor(clone_of(repo)) == {}


def test_the_dependencies_in_a_configured_pom_are_written_with_its_version(repo: Repository) -> None:
    poms = {
        "pom.xml": root("core", "app"),
        "core/pom.xml": module("core"),
        "app/pom.xml": module("app", dependency("core")),
    }
    repo.commit("feat: begin", files=poms)
    parent = 'paths = ["project.parent.version"]'
    listed = ", ".join(f'{{ path = "{name}/pom.xml", {parent} }}' for name in ("core", "app"))
    toml = f'release.version-files = ["pom.xml", {listed}]'
    assert written(repo, toml) == {path: text.replace("-SNAPSHOT", "") for path, text in poms.items()}


def test_a_pom_that_keeps_the_old_version_of_a_module_is_named_with_its_lines(repo: Repository) -> None:
    poms = {
        "pom.xml": root("core", "app"),
        "core/pom.xml": module("core"),
        "app/pom.xml": module("app", dependency("core") + dependency("root")),
    }
    repo.commit("feat: begin", files=poms)
    clone = clone_of(repo)
    core = '{ path = "core/pom.xml", paths = ["project.parent.version"] }'
    configure(clone, f'release.version-files = ["pom.xml", {core}]')
    finding = doctor(clone)["maven-dependency"]
    assert finding in plan(clone).findings and not finding.blocks
    assert finding.what == (
        "a release leaves the version of artifacts of this project as it is in "
        "`app/pom.xml`, line 1 (g:root 0.0.1-SNAPSHOT), line 2 (g:core 0.0.1-SNAPSHOT), line 3 (g:root 0.0.1-SNAPSHOT)"
    )
    assert "version-files" in finding.fix


def test_a_pom_outside_the_modules_is_named_if_it_uses_a_snapshot_of_them(repo: Repository) -> None:
    poms = {"pom.xml": root("core"), "core/pom.xml": module("core"), "demo/pom.xml": module("demo", dependency("core"))}
    repo.commit("feat: begin", files=poms)
    clone = clone_of(repo)
    finding = doctor(clone)["maven-dependency"]
    assert "`demo/pom.xml`, line 1 (g:root 0.0.1-SNAPSHOT), line 2 (g:core 0.0.1-SNAPSHOT)" in finding.what
    configure(clone, "\n".join(finding.fix.splitlines()[1:-1]))
    assert doctor(clone) == {}
    assert set(written_in(clone)) == set(poms)


def test_the_proposed_list_of_a_parent_beside_the_root_has_all_modules_below_the_parent(repo: Repository) -> None:
    inherits = "<project><parent>{}</parent><groupId>g</groupId><artifactId>{}</artifactId></project>"
    poms = {
        "pom.xml": root("web", "core", "parent"),
        "web/pom.xml": inherits.format(coordinates("core"), "web"),
        "core/pom.xml": inherits.format(coordinates("parent"), "core"),
        "parent/pom.xml": f"<project>{coordinates('parent')}</project>",
    }
    repo.commit("feat: begin", files=poms)
    clone = clone_of(repo)
    assert list(written_in(clone)) == ["pom.xml"]
    configure(clone, "\n".join(doctor(clone)["maven-module"].fix.splitlines()[1:-1]))
    assert doctor(clone) == {}
    assert written_in(clone) == {path: text.replace("-SNAPSHOT", "") for path, text in poms.items()}


def test_a_pom_with_two_versions_of_a_module_is_not_written_but_named(repo: Repository) -> None:
    poms = {
        "pom.xml": root("core", rest=dependency("core") + dependency("core", "0.0.0")),
        "core/pom.xml": module("core"),
    }
    repo.commit("feat: begin", files=poms)
    clone = clone_of(repo)
    assert coordinates("core") in written_in(clone)["pom.xml"]
    finding = doctor(clone)["maven-dependency"]
    assert "`pom.xml`, line 3 (g:core 0.0.1-SNAPSHOT)" in finding.what
    assert "`${project.version}`" in finding.fix


def test_maven_modules_are_not_written_if_the_root_cannot_be_written(repo: Repository) -> None:
    own = "<groupId>g</groupId><artifactId>root</artifactId><version>1.0.0</version>"
    poms = {
        "pom.xml": f"<project>{own}<version>1.0.0</version><modules><module>api</module></modules></project>",
        "api/pom.xml": f"<project><parent>{own}</parent><artifactId>api</artifactId></project>",
    }
    repo.commit("feat: begin", files=poms)
    assert written(repo) == {}
    assert warning(repo) is not None


def test_the_lock_file_of_uv_is_written_with_its_project(repo: Repository) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "app"\nversion = "@"\n',
        "uv.lock": 'version = 1\n\n[[package]]\nname = "app"\nversion = "@"\nsource = { virtual = "." }\n',
    }
    repo.commit("feat: begin", files={path: text.replace("@", "0.1.0") for path, text in files.items()})
    repo.tag("v0.1.0")
    repo.commit("feat: more")
    assert written(repo) == {path: text.replace("@", "0.2.0") for path, text in files.items()}


def refusal(clone: Path) -> Finding:
    found = doctor(clone)["version-file"]
    assert found.severity == "error"
    return found


def clone_with_link(repo: Repository, target: str) -> Path:
    repo.commit("feat: begin", files={"gradle/app.gradle": "version = '0.0.1'"})
    clone = clone_of(repo)
    (clone / "build.gradle").symlink_to(target)
    for arguments in (("add", "build.gradle"), ("commit", "--quiet", "-m", "feat: link"), ("push", "--quiet")):
        run(clone, *arguments)
    return clone


def test_a_detected_version_file_in_utf_16_is_refused_like_a_configured_one(repo: Repository) -> None:
    text = "version = '0.0.1'".encode("utf-16").decode("utf-8", "surrogateescape")
    repo.commit("feat: begin", files={"build.gradle": text, "package.json": '{"version": "0.0.1"}'})
    assert "`build.gradle` cannot be updated: this file has NUL bytes" in refusal(clone_of(repo)).what


def test_a_detected_version_file_that_is_a_link_is_refused_with_its_target(repo: Repository) -> None:
    found = refusal(clone_with_link(repo, "gradle/app.gradle"))
    assert found.what == "the version file `build.gradle` is a link to `gradle/app.gradle`"
    assert found.fix == 'name the file itself: version-files = ["gradle/app.gradle"]'


def test_a_detected_version_file_that_is_a_link_out_of_the_repository_is_refused(repo: Repository) -> None:
    with pytest.raises(ConfigError, match=r"`build\.gradle` is outside the repository"):
        plan(clone_with_link(repo, "../build.gradle"))


def test_a_detected_version_file_that_is_a_link_to_itself_is_refused(repo: Repository) -> None:
    with pytest.raises(ConfigError, match=r"`build\.gradle` is a link that leads back to itself") as caught:
        plan(clone_with_link(repo, "build.gradle"))
    assert caught.value.hint == "remove the link: git rm 'build.gradle'"


def test_a_changelog_in_utf_16_is_refused_and_not_mixed_with_utf_8(repo: Repository) -> None:
    text = "# Changes".encode("utf-16").decode("utf-8", "surrogateescape")
    repo.commit("feat: begin", files={"CHANGELOG.md": text})
    with pytest.raises(ConfigError, match=r"the changelog `CHANGELOG\.md` has NUL bytes"):
        plan(clone_of(repo))


@pytest.mark.parametrize(
    ("file", "what"),
    [("package.json", "the version file `package.json`"), ("shipit.toml", "the configuration `shipit.toml`")],
)
def test_a_changelog_in_a_file_of_another_kind_is_refused_before_it_is_damaged(
    repo: Repository, file: str, what: str
) -> None:
    toml = f'[changelog]\nfile = "./{file}"\n'
    repo.commit("feat: begin", files={"package.json": '{"version": "0.0.1"}', "shipit.toml": toml})
    with pytest.raises(ConfigError, match=f"the changelog is also {what}") as caught:
        plan(clone_of(repo))
    assert (caught.value.where, caught.value.hint) == ("changelog.file", "set another path, such as `CHANGELOG.md`")
