from __future__ import annotations

import subprocess

import pytest
from plan.asking import decisions, next_of
from repositories import Repository

from shipit.config.load import parse_config
from shipit.core import limits
from shipit.errors import ConflictError, PreflightError
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


@pytest.mark.parametrize("tag", ["v1.2.3.4", "REL_1_2_3", "2024.05.01"])
def test_tags_that_no_tag_format_can_have_are_refused_without_a_format(repo: Repository, tag: str) -> None:
    repo.commit("feat: begin")
    repo.tag(tag)
    finding = refusal(repo)
    assert (finding.code, finding.fix) == ("tag-format", "tag the last release in the format `v{version}`")


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


def test_packages_of_a_repository_with_one_version_get_the_commands_that_tag_its_last_release(repo: Repository) -> None:
    repo.commit("feat: begin", files={"backend/a": "a", "web/a": "a"})
    repo.tag("v1.9.0")
    repo.commit("feat: more", files={"backend/a": "b"})
    repo.tag("v1.10.0")
    repo.commit("fix: a", files={"web/a": "b"})
    toml = '[packages.backend]\npath = "backend"\n[packages.web]\npath = "web"\n'
    tag, _, push = refusal(repo, toml).fix.partition(": ")[2].rpartition(" && ")
    assert push == "git push origin backend-v1.10.0 web-v1.10.0"
    subprocess.run(tag, shell=True, cwd=repo.path, check=True)
    assert {name: each.version for name, each in decisions(repo, toml).items()} == {"backend": None, "web": "1.10.1"}


def test_packages_get_the_formats_of_the_tags_with_their_names(repo: Repository) -> None:
    repo.commit("feat: begin", files={"backend/a": "a", "web/a": "a"})
    for tag in ("docs-1.0.0", "docs-1.1.0", "web-1.9.0", "web/2.0.0", "backend-3.0.0"):
        repo.tag(tag)
    tables = '[packages.backend]\npath = "backend"\n{}[packages."apps/web"]\npath = "web"\n{}'
    fix = refusal(repo, tables.format("", "")).fix
    formats = 'tag = "backend-{version}"', 'tag = "web/{version}"'
    assert fix.startswith(
        f'set `{formats[0]}` under `[packages.backend]` and set `{formats[1]}` under `[packages."apps/web"]`, or tag '
    )
    toml = tables.format(*(f"{line}\n" for line in formats))
    assert {name: each.previous for name, each in decisions(repo, toml).items()} == {
        "backend": "3.0.0",
        "apps/web": "2.0.0",
    }


def test_tags_with_another_name_are_not_said_to_be_of_a_package(repo: Repository) -> None:
    repo.commit("feat: begin", files={"backend/a": "a"})
    repo.tag("docs-1.0.0")
    assert refusal(repo, '[packages.backend]\npath = "backend"').fix == (
        'if they are the releases of a package, set `tag = "docs-{version}"` in its table; '
        "if not, tag the last release in the format `backend-v{version}`"
    )


def test_a_new_package_beside_one_with_releases_begins_at_its_first_version(repo: Repository) -> None:
    repo.commit("feat: begin", files={"backend/a": "a"})
    repo.tag("backend-v1.0.0")
    repo.commit("feat: b", files={"web/a": "a"})
    toml = '[packages.backend]\npath = "backend"\n[packages.web]\npath = "web"\n'
    assert {name: found.version for name, found in decisions(repo, toml).items()} == {"backend": None, "web": "0.1.0"}


def test_a_version_tag_on_a_file_is_no_release_that_could_be_merged(repo: Repository) -> None:
    repo.commit("feat: begin", files={"a": "a"})
    repo.git("tag", "v9.0.0", "HEAD:a")
    assert next_of(repo) == "0.1.0"
    repo.branch("other")
    repo.commit("feat: a")
    repo.tag("v1.0.0")
    repo.switch("main")
    assert refusal(repo).fix.startswith("git merge v1.0.0, ")


# -- tags after the last release that are in another format


def tagged(repo: Repository, *groups: str) -> None:
    """Make one commit for each group of tags, which are separated by blanks."""
    for group in groups:
        repo.commit("feat: a")
        for tag in group.split():
            repo.tag(tag)
    repo.commit("fix: b")


@pytest.mark.parametrize(
    ("groups", "line", "coming"),
    [
        # the tags of bump-my-version: one tag with `v` among many without
        (["1.0.0", "v1.0.1 v1 v1.0", "1.0.2", "1.3.0"], 'tag = "{version}"', "1.3.1"),
        (["v1.0.0", "release-1.1.0", "release-1.2.0"], 'tag = "release-{version}"', "1.2.1"),
        (["v1.0.0", "1.1.0.RELEASE", "1.2.0.RELEASE"], 'tag = "{version}.RELEASE"', "1.2.1"),
        (["v1.4.0", "2026.10.1", "2026.11.0"], 'tag = "{version}"', "2026.11.1"),
        (["v1.4.0 v1.3.0", "app-0.1.0", "app-0.2.0"], 'tag = "app-{version}"', "0.2.1"),
        (["app/1.0.0", "v0.9.0", "app/1.1.0", "app/1.2.0"], 'tag = "app/{version}"', "1.2.1"),
    ],
)
def test_later_tags_in_another_format_are_refused_with_the_line_to_write(
    repo: Repository, groups: list[str], line: str, coming: str
) -> None:
    tagged(repo, *groups)
    finding = refusal(repo)
    assert (finding.code, finding.blocks) == ("other-tag-format", True)
    assert f"`{line}` under `[release]`" in finding.fix
    assert next_of(repo, f"release.{line}") == coming
    assert 'or set `tag = "v{version}"` under `[release]` to ignore such tags' in finding.fix
    next_of(repo, 'release.tag = "v{version}"')  # is not refused


def test_later_tags_with_names_are_refused_with_a_table_for_each_package(repo: Repository) -> None:
    files = {"plugin-gradle/build.gradle": "", "gradle/a.txt": "", "libs/lib/pom.xml": "<project/>"}
    repo.commit("feat: begin", files=files)
    tagged(repo, "v2.4.1", "gradle/3.0.0 lib/1.0.0 old/1.0.0", "gradle/8.10.0 lib/4.10.0 old/1.1.0")
    finding = refusal(repo)
    assert finding.code == "other-tag-format"
    first, *lines = finding.fix.splitlines()
    assert first == "write in shipit.toml:"
    assert lines[:-1] == [
        "  [packages.gradle]",
        '  path = "plugin-gradle"',
        '  tag = "gradle/{version}"',
        "  [packages.lib]",
        '  path = "libs/lib"',
        '  tag = "lib/{version}"',
    ]
    assert lines[-1] == 'or set `tag = "v{version}"` under `[release]` to ignore such tags'
    assert decisions(repo, "\n".join(lines[:-1]))["gradle"].previous == "8.10.0"


@pytest.mark.parametrize(
    "groups",
    [
        ["1.4.0 globset-0.4.2", "globset-0.4.3"],
        ["1.3.0", "1.4.0", "globset-0.4.3"],
        ["v1.4.0 globset-0.4.2", "globset-0.4.3", "globset-0.4.4"],
    ],
)
def test_tags_of_a_part_beside_a_version_at_the_root_are_refused_with_a_table_for_both(
    repo: Repository, groups: list[str]
) -> None:
    crate = '[package]\nname = "{}"\nversion = "{}"\n'
    files = {"Cargo.toml": crate.format("app", "1.4.0"), "crates/globset/Cargo.toml": crate.format("globset", "0.4.4")}
    repo.commit("feat: begin", files=files)
    tagged(repo, *groups)
    first, *lines, _ = refusal(repo).fix.splitlines()
    assert first == "write in shipit.toml:"
    found = {name: each.previous for name, each in decisions(repo, "\n".join(lines)).items()}
    assert found == {"globset": groups[-1].rpartition("-")[2], "root": "1.4.0"}


def test_a_package_is_proposed_once_with_the_format_of_its_highest_version(repo: Repository) -> None:
    repo.commit("feat: begin", files={"cli/package.json": "{}", "web/package.json": "{}"})
    tagged(repo, "v1.0.0", "cli@2.0.0 web@2.0.0", "cli@2.1.0 web@2.1.0", "cli@2.2.0", "cli-v3.0.0", "cli-v10.0.0")
    lines = refusal(repo).fix.splitlines()[1:-1]
    assert [line for line in lines if "tag" in line] == ['  tag = "cli-v{version}"', '  tag = "web@{version}"']
    assert {name: each.previous for name, each in decisions(repo, "\n".join(lines)).items()} == {
        "cli": "10.0.0",
        "web": "2.1.0",
    }


def test_the_format_of_a_single_package_is_that_of_its_highest_version(repo: Repository) -> None:
    tagged(repo, "v1.0.0", "app@1.1.0", "app@1.2.0", "app@1.3.0", "app-v2.0.0", "app-v2.1.0")
    assert '`tag = "app-v{version}"` under `[release]`' in refusal(repo).fix


def test_packages_beyond_the_limit_are_counted_in_the_proposal(repo: Repository) -> None:
    names = [f"p{number}" for number in range(limits.PROPOSED_PACKAGES + 2)]
    repo.commit("feat: begin", files={f"{name}/package.json": "{}" for name in names})
    tagged(repo, "v1.0.0", *(" ".join(f"{name}@{version}" for name in names) for version in ("2.0.0", "2.1.0")))
    lines = refusal(repo).fix.splitlines()[1:-1]
    assert lines[-1] == "  # packages left out here: 2; `git tag` shows their tags"
    assert len(parse_config("\n".join(lines), where="shipit.toml").packages) == limits.PROPOSED_PACKAGES


@pytest.mark.parametrize(
    "groups",
    [
        ["v1.0.0", "v1.1.0 v1 v1.1 nightly build.17 docker-1.1.0"],
        ["v1.0.0 chart-0.1.0", "v1.1.0 chart-0.2.0", "chart-0.3.0"],
        ["v1.0.0", "v1.1.0", "chart-0.1.0"],
        ["v1.0.0", "nightly-2026.11.21", "nightly-2026.11.22"],
        ["v1.0.0", "1.0.0", "0.9.0"],
    ],
)
def test_tags_beside_the_releases_are_not_refused(repo: Repository, groups: list[str]) -> None:
    tagged(repo, *groups)
    assert next_of(repo) is not None


@pytest.mark.parametrize(
    ("tags", "command"),
    [
        (["v1.2", "v1.3"], "git tag v1.3.0 v1.3 && git push origin v1.3.0"),
        (["1.2", "1.3"], "git tag v1.3.0 1.3 && git push origin v1.3.0"),
        (["v1", "v2", "v3"], "git tag v3.0.0 v3 && git push origin v3.0.0"),
        (["v1.2.0 v1.2", "v1.3"], "git tag v1.3.0 v1.3 && git push origin v1.3.0; or set"),
    ],
)
def test_a_release_tag_with_fewer_numbers_is_refused_with_the_tag_to_make(
    repo: Repository, tags: list[str], command: str
) -> None:
    tagged(repo, *tags)
    finding = refusal(repo)
    assert (finding.code, finding.fix[: len(command)]) == ("other-tag-format", command)
    made = command.split()[2]
    repo.tag(made, at=tags[-1])
    assert next_of(repo) == made.removeprefix("v").removesuffix("0") + "1"


@pytest.mark.parametrize("tag", ["web/2.0.0", "@acme/web@2.0.0", "web-2.0.0"])
def test_a_package_whose_tags_have_another_format_is_refused_beside_one_with_releases(
    repo: Repository, tag: str
) -> None:
    repo.commit("feat: begin", files={"backend/a": "a", "web/a": "a"})
    repo.tag("backend-v1.0.0")
    repo.tag(tag)
    repo.commit("fix: b", files={"web/a": "b"})
    toml = '[packages.backend]\npath = "backend"\n[packages.web]\npath = "web"\n'
    finding = refusal(repo, toml)
    template = tag.replace("2.0.0", "{version}")
    assert (finding.code, finding.fix.partition(", or ")[0]) == (
        "other-tag-format",
        f'set `tag = "{template}"` under `[packages.web]`',
    )
    assert decisions(repo, f'{toml}tag = "{template}"\n')["web"].version == "2.0.1"


@pytest.mark.parametrize("other", ["app", "app/1.1.0/docs"])
def test_a_tag_that_git_cannot_make_beside_another_is_refused_before_anything_is_written(
    repo: Repository, other: str
) -> None:
    repo.commit("feat: begin")
    if other != "app":
        repo.tag("app/1.0.0")
    repo.commit("feat: a")
    repo.tag(other)
    expected = f"`app/{'0.1.0' if other == 'app' else '1.1.0'}` beside the tag `{other}`"
    with pytest.raises(ConflictError, match=expected.replace(".", r"\.")):
        next_of(repo, 'release.tag = "app/{version}"')


def test_a_tag_that_is_too_long_for_git_is_refused_before_anything_is_written(repo: Repository) -> None:
    repo.commit(f"feat: begin\n\nRelease-As: 1.0.0-{'a' * 249}")
    with pytest.raises(ConflictError, match="it is too long"):
        next_of(repo, 'release.branches = [{ name = "main", prerelease = "' + "a" * 249 + '" }]')


def test_a_later_pre_release_than_the_computed_version_is_refused(repo: Repository) -> None:
    tagged(repo, "v1.23.0", "v2.0.0-alpha.1", "v2.0.0-alpha.2")
    with pytest.raises(ConflictError, match=r"later pre-release `v2\.0\.0-alpha\.2`") as refused:
        next_of(repo)
    entry = '{ name = "main", prerelease = "alpha" }'
    assert entry in (refused.value.hint or "")
    assert next_of(repo, f"release.branches = [{entry}]") == "2.0.0-alpha.3"
    repo.commit("chore: a\n\nRelease-As: 2.0.0")
    assert next_of(repo) == "2.0.0"


def test_a_later_pre_release_whose_stable_release_is_elsewhere_proposes_to_merge_that(repo: Repository) -> None:
    tagged(repo, "v0.1.0", "v0.9.0-preview.0")
    repo.branch("release")
    tagged(repo, "v0.9.0", "v0.9.1")
    repo.switch("main")
    with pytest.raises(ConflictError, match=r"later pre-release `v0\.9\.0-preview\.0`") as refused:
        next_of(repo)
    assert (refused.value.hint or "").endswith("git merge v0.9.1")
    repo.merge("release")
    repo.commit("fix: a")
    assert next_of(repo) == "0.9.2"
