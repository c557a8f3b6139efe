from __future__ import annotations

import json
from pathlib import Path

import pytest
from plan.asking import config_of, decisions, section, sections, subjects
from plan.clones import clone_of, configure, doctor, plan
from repositories import Repository, run

from shipit import api
from shipit.adapters.git import GitRepository
from shipit.errors import ConflictError, PreflightError, UsageError
from shipit.plan.version import Upcoming, observe_upcoming, packages
from shipit.plan.version.files.version_files import version_files
from shipit.plan.views import plan_from_json, plan_to_json, release_summary, render_plan

PACKAGES = '[packages.backend]\npath = "backend"\n[packages.web]\npath = "web/"\n'
BACKEND, WEB = 0, 1


def touch(repo: Repository, path: str, message: str) -> str:
    return repo.commit(message, files={path: message})


def versions(repo: Repository, toml: str = PACKAGES) -> dict[str, str | None]:
    return {name: found.version for name, found in decisions(repo, toml).items()}


def begin(repo: Repository) -> None:
    repo.commit("feat: begin", files={"backend/a": "a", "web/a": "a"})
    repo.tag("backend-v1.0.0")
    repo.tag("web-v2.0.0")


def test_another_version_is_requested_with_the_package_whose_next_tag_is_taken(repo: Repository) -> None:
    begin(repo)
    repo.branch("elsewhere")
    touch(repo, "web/b", "fix: there")
    repo.tag("web-v2.0.1")
    repo.switch("main")
    touch(repo, "web/b", "fix: here")
    with pytest.raises(ConflictError, match="exists already") as taken:
        versions(repo)
    assert taken.value.hint and "shipit release --package web --version X.Y.Z" in taken.value.hint


def test_only_commits_that_touch_its_path_count_for_a_package(repo: Repository) -> None:
    begin(repo)
    touch(repo, "backend/b", "feat: in the back")
    touch(repo, "README.md", "fix: beside both")
    assert versions(repo) == {"backend": "1.1.0", "web": None}


def test_a_commit_that_touches_two_packages_counts_for_both(repo: Repository) -> None:
    begin(repo)
    repo.commit("fix: everywhere", files={"backend/b": "b", "web/b": "b"})
    assert versions(repo) == {"backend": "1.0.1", "web": "2.0.1"}


def test_a_directory_that_begins_with_the_same_letters_is_another_one(repo: Repository) -> None:
    begin(repo)
    touch(repo, "web-admin/b", "feat: a")
    assert versions(repo) == {"backend": None, "web": None}


def test_a_commit_that_touches_any_of_several_paths_counts_for_each_package_that_has_the_path(repo: Repository) -> None:
    toml = """
        [packages.backend]
        paths = ["backend", "gradle/libs.versions.toml", "./shared/"]
        [packages.web]
        paths = ["web", "shared"]
        """
    begin(repo)
    touch(repo, "gradle/wrapper.properties", "feat: for nobody")
    touch(repo, "gradle/libs.versions.toml", "fix: for the backend")
    assert versions(repo, toml) == {"backend": "1.0.1", "web": None}
    touch(repo, "shared/a", "feat: for both")
    assert versions(repo, toml) == {"backend": "1.1.0", "web": "2.1.0"}
    repo.tag("backend-v1.1.0")
    [newest, _] = sections(repo, toml, package=BACKEND)
    assert subjects(newest) == ["for both", "for the backend"]


def test_a_commit_that_changes_only_an_excluded_path_does_not_count_and_says_so(repo: Repository) -> None:
    toml = """
        [packages.app]
        path = "."
        exclude = ["web/", "docs/notes.md"]
        [packages.web]
        path = "web"
        """
    repo.commit("feat: begin", files={"a": "a", "web/a": "a"})
    repo.tag("app-v1.0.0")
    repo.tag("web-v2.0.0")
    touch(repo, "web/b", "feat: for the web only")
    touch(repo, "docs/notes.md", "fix: for nobody")
    assert versions(repo, toml) == {"app": None, "web": "2.1.0"}
    [ignored] = upcoming_of(repo, toml).ignored
    assert (ignored.subject, ignored.reason.partition(",")[0]) == ("fix: for nobody", "changes no file of any package")
    touch(repo, "docs/guide.md", "fix: for the app")
    assert versions(repo, toml) == {"app": "1.0.1", "web": "2.1.0"}
    repo.tag("app-v1.0.1")
    [newest, _] = sections(repo, toml, package=0)
    assert subjects(newest) == ["for the app"]


def test_the_first_path_has_the_version_file_and_the_changelog_of_a_package(repo: Repository) -> None:
    toml = '[packages.web]\npaths = ["web/", "shared"]\n[packages.all]\npath = "."\n'
    repo.commit("feat: begin", files=dict.fromkeys(("web/package.json", "package.json"), '{"version": "3.0.0"}'))
    web, everything = packages(config_of(toml))
    assert (web.changelog, everything.changelog) == ("web/CHANGELOG.md", "CHANGELOG.md")
    git = GitRepository(str(repo.path))
    found = [[file.path for file in version_files(git, "HEAD", each)] for each in (web, everything)]
    assert found == [["web/package.json"], ["package.json"]]
    assert versions(repo, toml) == {"web": "3.0.0", "all": "3.0.0"}


def test_a_footer_that_names_a_package_requests_the_version_of_that_package_only(repo: Repository) -> None:
    begin(repo)
    touch(repo, "backend/b", "feat: in the back\n\nRelease-As: web 3.0.0")
    assert versions(repo) == {"backend": "1.1.0", "web": "3.0.0"}
    [reason] = decisions(repo, PACKAGES)["web"].reasons
    assert (reason.subject, reason.reason) == ("feat: in the back", "Release-As: 3.0.0")


def test_an_empty_commit_can_request_versions_of_several_packages(repo: Repository) -> None:
    begin(repo)
    repo.commit("chore: new versions\n\nRelease-As: backend v2.0.0\nRelease-As: web 3.0.0")
    assert versions(repo) == {"backend": "2.0.0", "web": "3.0.0"}
    assert decisions(repo, PACKAGES)["backend"].tag == "backend-v2.0.0"


def test_a_type_does_not_count_for_a_package_that_only_the_footer_names(repo: Repository) -> None:
    begin(repo)
    repo.commit("feat!: for nobody\n\nRelease-As: backend 1.0.1")
    found = decisions(repo, PACKAGES)["backend"]
    assert (found.version, found.bump) == ("1.0.1", "patch")


def test_a_newer_footer_that_names_the_package_replaces_an_older_one(repo: Repository) -> None:
    begin(repo)
    repo.commit("fix: everywhere\n\nRelease-As: 3.0.0", files={"backend/b": "b", "web/b": "b"})
    repo.commit("chore: less\n\nRelease-As: backend 1.5.0")
    assert versions(repo) == {"backend": "1.5.0", "web": "3.0.0"}


def test_a_refused_footer_is_reported_with_its_package(repo: Repository) -> None:
    begin(repo)
    repo.commit("fix: everywhere\n\nRelease-As: 1.5.0", files={"backend/b": "b", "web/b": "b"})
    with pytest.raises(ConflictError, match="not higher") as caught:
        versions(repo)
    assert caught.value.what == "`1.5.0` is not higher than the last release `2.0.0` of `web`"
    assert "`Release-As: web X.Y.Z`" in str(caught.value.hint)


def test_a_footer_that_names_no_package_is_refused_with_the_form_to_write(repo: Repository) -> None:
    begin(repo)
    touch(repo, "web/b", "fix: a\n\nRelease-As: wbe 3.0.0")
    with pytest.raises(UsageError, match="`wbe` is not a version") as caught:
        versions(repo)
    assert "`Release-As: web 1.4.0`" in str(caught.value.hint)


def test_a_footer_that_names_no_package_in_a_commit_of_no_package_is_reported_by_its_first_word(
    repo: Repository,
) -> None:
    begin(repo)
    repo.commit("chore: empty\n\nRelease-As: nope 5.0.0")
    (finding,) = (each for each in upcoming_of(repo).findings if each.code == "release-as")
    assert finding.what.startswith("`Release-As: nope` of `")
    assert finding.what.endswith(" chore: empty` names neither a package nor a version")
    assert "Release-As: backend X.Y.Z" in finding.fix


def upcoming_of(repo: Repository, toml: str = PACKAGES) -> Upcoming:
    return observe_upcoming(GitRepository(str(repo.path)), config_of(toml), reasons=False)


def test_commits_of_no_package_are_ignored_with_a_reason(repo: Repository) -> None:
    begin(repo)
    touch(repo, "README.md", "docs: explain")
    touch(repo, "gradle/libs.versions.toml", "fix!: new catalog")
    repo.commit("typo")
    touch(repo, "web/b", "fix: counted")
    assert [(each.subject, each.reason) for each in upcoming_of(repo).ignored] == [
        ("typo", "changes no file of any package"),
        ("fix!: new catalog", "changes no file of any package, so `breaking change → major` does not count"),
        ("docs: explain", "docs → no release"),
    ]
    [finding] = upcoming_of(repo).findings
    assert (finding.code, finding.severity) == ("no-package", "warning")
    assert "fix!: new catalog` changes no file of any package, so no package counts it" in finding.what


def test_commits_that_count_for_no_package_are_counted_in_one_warning(repo: Repository) -> None:
    begin(repo)
    repo.commit("fix: a")
    repo.commit("feat: b")
    [finding] = upcoming_of(repo).findings
    assert finding.what.startswith("2 commits such as `") and "feat: b` change no file of any package" in finding.what


def test_a_commit_of_a_package_that_is_released_already_is_of_that_package(repo: Repository) -> None:
    begin(repo)
    touch(repo, "backend/b", "fix: a")
    touch(repo, "README.md", "fix: b")
    repo.tag("backend-v1.0.1")
    repo.commit("chore: set\n\nRelease-As: backend 1.2.0")
    repo.tag("backend-v1.2.0")
    assert [each.subject for each in upcoming_of(repo).ignored] == ["fix: b"]


def test_a_package_without_a_release_does_not_make_old_commits_of_no_package_new(repo: Repository) -> None:
    repo.commit("fix: long ago")
    begin(repo)
    repo.commit("fix: new")
    toml = f'{PACKAGES}[packages.new]\npath = "new"\n'
    assert [each.subject for each in upcoming_of(repo, toml).ignored] == ["fix: new"]


def test_before_the_first_release_all_commits_are_new(repo: Repository) -> None:
    repo.commit("fix: long ago")
    touch(repo, "web/a", "feat: begin")
    assert [each.subject for each in upcoming_of(repo).ignored] == ["fix: long ago"]


def test_nothing_is_outside_a_repository_of_one_package(repo: Repository) -> None:
    repo.commit("fix: a")
    assert upcoming_of(repo, "").ignored == ()


def test_a_request_that_changes_and_names_no_package_is_a_warning_with_the_commit_to_make(repo: Repository) -> None:
    begin(repo)
    repo.commit("chore: new\n\nRelease-As: 3.0.0")
    [finding] = upcoming_of(repo).findings
    assert "requests the version 3.0.0, but changes no file of any package and does not name one" in finding.what
    assert '-m "Release-As: backend 3.0.0"' in finding.fix
    repo.commit("chore: new\n\nRelease-As: backend 3.0.0")
    assert upcoming_of(repo).findings == ()


def test_a_request_for_several_packages_is_a_warning_until_it_is_made_clear(repo: Repository) -> None:
    begin(repo)
    repo.commit("fix: both\n\nRelease-As: 3.0.0", files={"backend/b": "b", "web/b": "b"})
    [finding] = upcoming_of(repo).findings
    assert "requests the same version for `backend` and `web`, because it changes each of them" in finding.what
    assert '-m "Release-As: web X.Y.Z"' in finding.fix
    repo.commit("chore: web\n\nRelease-As: web 3.1.0")
    assert upcoming_of(repo).findings == ()


def test_plan_and_doctor_show_the_commits_of_no_package(repo: Repository) -> None:
    repo.commit("feat: begin", files={"backend/a": "a", "web/a": "a", "shipit.toml": PACKAGES})
    repo.tag("backend-v1.0.0")
    repo.tag("web-v2.0.0")
    repo.commit("fix: beside")
    clone = clone_of(repo)
    made = plan(clone)
    assert [each.subject for each in made.ignored] == ["fix: beside"]
    assert "no-package" in doctor(clone)
    shown = render_plan(made)
    assert "commits of no package\n  ignored\n" in shown and "so `fix → patch` does not count" in shown
    assert plan_from_json(json.dumps(plan_to_json(made)), "p.json") == made
    assert "Ignored: 1 commit of no package" in release_summary("Nothing to release", made, {}, None)


def test_a_path_behind_a_link_is_refused_with_the_path_to_write(repo: Repository) -> None:
    repo.commit("feat: begin", files={"apps/web/a": "a"})
    root = repo.check_out()
    (root / "web").symlink_to("apps/web")
    (root / "x").mkdir()
    (root / "x/all").symlink_to("../apps")
    repo.git("add", ".")
    repo.git("commit", "--quiet", "-m", "feat: links")
    for path in ("web", "x/all/web"):
        with pytest.raises(PreflightError) as caught:
            versions(repo, f'[packages.front]\npath = "{path}"')
        [finding] = caught.value.findings
        assert finding.what.startswith(f"`{path}`, a path of package `front`, leads through the link `")
        assert finding.fix == "write the directory that it leads to: apps/web"
    clone = clone_of(repo)
    configure(clone, '[packages.front]\npath = "web"')
    assert doctor(clone)["package-path"].severity == "error"


@pytest.mark.parametrize("path", ["link", "notes.txt"])
def test_a_path_without_commits_is_refused_by_every_command_also_if_nothing_seems_to_be_due(
    repo: Repository, path: str
) -> None:
    repo.commit("feat: begin", files={"apps/web/a": "a", "notes.txt": "notes"})
    root = repo.check_out()
    (root / "link").symlink_to("apps/web")
    repo.git("add", ".")
    repo.git("commit", "--quiet", "-m", "chore: add a link")
    repo.git("tag", "web-v1.0.0")
    (root / "apps/web/b").touch()
    repo.git("add", ".")
    repo.git("commit", "--quiet", "-m", "feat: search")
    clone, config = clone_of(repo), f'[packages.web]\npath = "{path}"'
    configure(clone, config)
    with pytest.raises(PreflightError) as decided:
        versions(repo, config)
    with pytest.raises(PreflightError) as planned:
        plan(clone)
    for findings in (decided.value.findings, planned.value.findings, doctor(clone).values()):
        assert [each.what for each in findings if each.code == "package-path" and each.blocks]


@pytest.mark.parametrize("subject", ["docs: begin", "feat: begin"])
def test_the_plan_is_an_error_instead_of_a_guess_if_the_last_release_is_not_known(
    repo: Repository, subject: str
) -> None:
    repo.commit(subject)
    repo.tag("1.0.0")
    clone = clone_of(repo)
    with pytest.raises(PreflightError) as planned:
        plan(clone)
    assert [each.code for each in planned.value.findings] == ["tag-format"]


def test_a_path_that_does_not_exist_is_a_warning(repo: Repository) -> None:
    begin(repo)
    [finding] = upcoming_of(repo, '[packages.web]\npaths = ["web", "shraed"]').findings
    assert (finding.code, finding.severity) == ("package-path", "warning")
    assert "`shraed`, a path of package `web`, does not exist" in finding.what


def test_a_version_file_of_two_packages_is_refused_unless_each_has_its_own_place(repo: Repository) -> None:
    repo.commit(
        "feat: begin", files={"app/package.json": '{"version": "1.0.0"}', "v.json": '{"a": "1.0.0", "b": "1.0.0"}'}
    )
    clone = clone_of(repo)
    configure(clone, '[packages.a]\npath = "app"\n[packages.b]\npath = "app"\nchangelog = "B.md"')
    finding = doctor(clone)["shared-version-file"]
    assert "`app/package.json` is a version file of packages `a` and `b`" in finding.what
    places = "".join(
        f'[packages.{name}]\npath = "app"\nchangelog = "{name}.md"\n'
        f'version-files = [{{ path = "v.json", paths = ["{name}"] }}]\n'
        for name in ("a", "b")
    )
    configure(clone, places)
    assert "shared-version-file" not in doctor(clone)


def test_a_changelog_of_two_packages_is_refused(repo: Repository) -> None:
    begin(repo)
    clone = clone_of(repo)
    (clone / "NEWS.md").symlink_to("backend/CHANGELOG.md")
    run(clone, "add", "NEWS.md")
    run(clone, "commit", "--quiet", "-m", "docs: link the news")
    configure(clone, '[packages.backend]\npath = "backend"\n[packages.web]\npath = "web"\nchangelog = "NEWS.md"')
    finding = doctor(clone)["changelog"]
    assert finding.what == "packages `backend` and `web` have the same changelog `backend/CHANGELOG.md`"
    assert finding.fix == "set another `changelog` in `[packages.web]`"


def test_the_first_path_must_be_a_directory(repo: Repository) -> None:
    begin(repo)
    with pytest.raises(PreflightError) as caught:
        versions(repo, '[packages.web]\npaths = ["web/a", "web"]')
    assert caught.value.findings[0].fix.startswith("put the directory first")


def test_deleting_a_file_changes_the_package(repo: Repository) -> None:
    begin(repo)
    touch(repo, "web/b", "chore: a")
    repo.check_out()
    repo.git("rm", "--quiet", "web/b")
    repo.git("commit", "--quiet", "-m", "fix: without it")
    config = decisions(repo, PACKAGES)
    assert [remark.subject for remark in config["web"].reasons] == ["fix: without it"]


def test_every_package_has_its_own_tag_format(repo: Repository) -> None:
    begin(repo)
    repo.commit("fix: everywhere", files={"backend/b": "b", "web/b": "b"})
    toml = '[packages.backend]\npath = "backend"\n[packages.web]\npath = "web"\ntag = "ui/{version}"\n'
    repo.tag("ui/0.5.0", at="web-v2.0.0")
    found = decisions(repo, toml)
    assert (found["backend"].tag, found["web"].tag) == ("backend-v1.0.1", "ui/0.5.1")


def test_the_first_release_of_a_package_is_the_version_in_its_file(repo: Repository) -> None:
    gradle = "version = '{}'\n"
    repo.commit(
        "feat: begin",
        files={
            "backend/build.gradle": gradle.format("3.0.0-SNAPSHOT"),
            "build.gradle": gradle.format("9.0.0"),
            "web/a": "",
        },
    )
    assert versions(repo) == {"backend": "3.0.0", "web": "0.1.0"}


def test_a_commit_counts_for_the_release_of_its_own_package_only(repo: Repository) -> None:
    begin(repo)
    touch(repo, "backend/b", "feat: a")
    repo.tag("backend-v1.1.0")
    touch(repo, "web/b", "fix: b")
    assert versions(repo) == {"backend": None, "web": "2.0.1"}


def test_a_conventional_merge_commit_counts_for_the_packages_that_it_changes(
    repo: Repository,
) -> None:
    begin(repo)
    repo.branch("topic")
    touch(repo, "backend/b", "half of it")
    repo.switch("main")
    touch(repo, "web/b", "docs: meanwhile")
    repo.merge("topic", message="feat: all of it (#7)", files={"backend/b": "half of it"})
    assert versions(repo) == {"backend": "1.1.0", "web": None}


def test_a_merged_hotfix_of_a_package_is_not_repeated_if_its_tag_is_on_another_commit(
    repo: Repository,
) -> None:
    begin(repo)
    touch(repo, "backend/b", "feat: next")
    repo.tag("backend-v1.1.0")
    repo.branch("hotfix", at="backend-v1.0.0")
    touch(repo, "backend/c", "fix: hot")
    repo.commit("chore: beside the package")
    repo.tag("backend-v1.0.1")
    repo.switch("main")
    repo.merge("hotfix")
    touch(repo, "backend/d", "fix: ours")
    found = decisions(repo, PACKAGES)["backend"]
    assert found.version == "1.1.1"
    assert [(remark.subject, remark.reason) for remark in found.reasons] == [
        ("fix: ours", "fix → patch"),
        ("fix: hot", "fix → patch, in backend-v1.0.1"),
    ]
    repo.tag("backend-v1.1.1")
    made = section(repo, "backend-v1.1.1", PACKAGES)
    assert (subjects(made), made.includes) == (["ours"], ("backend-v1.0.1",))
    assert made in sections(repo, PACKAGES, package=BACKEND)


def test_each_package_has_its_own_changelog(repo: Repository) -> None:
    begin(repo)
    touch(repo, "backend/b", "feat: in the back")
    repo.tag("backend-v1.1.0")
    touch(repo, "web/b", "fix: in front")
    repo.tag("web-v2.0.1")
    assert [(release.tag, subjects(release)) for release in sections(repo, PACKAGES, package=BACKEND)] == [
        ("backend-v1.1.0", ["in the back"]),
        ("backend-v1.0.0", ["begin"]),
    ]
    assert [(release.tag, subjects(release)) for release in sections(repo, PACKAGES, package=WEB)] == [
        ("web-v2.0.1", ["in front"]),
        ("web-v2.0.0", ["begin"]),
    ]


def test_a_version_cannot_be_requested_for_several_packages(begun_packages: Path) -> None:
    with pytest.raises(UsageError, match="several packages"):
        api.plan_release(api.open_project(str(begun_packages)), version="3.0.0")


def test_one_of_several_packages_can_be_planned_and_get_a_version(begun_packages: Path) -> None:
    project = api.open_project(str(begun_packages))
    made = api.plan_release(project, packages=["backend"], version="3.0.0")
    assert [each.tag for each in made.to_release] == ["backend-v3.0.0"]
    assert api.plan_release(project, packages=["web"]).to_release == ()
    assert [each.package for each in api.upcoming(project, reasons=False, names=["web"]).versions] == ["web"]


def test_a_package_that_does_not_exist_cannot_be_chosen(begun_packages: Path) -> None:
    project = api.open_project(str(begun_packages))
    for function in (api.plan_release, api.release, api.plan_task):
        with pytest.raises(UsageError, match="there is no package `wbe`"):
            function(project, packages=["wbe"])


def test_a_release_names_its_packages(begun_packages: Path) -> None:
    outcome = api.release(api.open_project(str(begun_packages)), packages=["backend"])
    assert (outcome.names, outcome.packages) == ("backend 1.0.1", ("backend 1.0.1",))
    report = outcome.report(applied=True)
    assert (report["packages"], report["tag"], report["released"]) == ("backend 1.0.1", "backend-v1.0.1", "true")
    assert outcome.plan.notes.startswith("# backend\n\n## ")


def test_a_problem_of_a_package_that_is_not_chosen_stops_nothing(repo: Repository) -> None:
    begin(repo)
    touch(repo, "web/b", "fix: a\n\nRelease-As: 1.0.0")
    touch(repo, "backend/b", "fix: b")
    git = GitRepository(str(repo.path))
    found = observe_upcoming(git, config_of(PACKAGES), reasons=False, only=["backend"])
    assert [each.version for each in found.versions] == ["1.0.1"]


def test_the_commits_of_all_packages_are_linted(begun_packages: Path) -> None:
    for path in ("web/b", "README.md"):
        (begun_packages / path).write_text("new")
        run(begun_packages, "add", ".")
        run(begun_packages, "commit", "--quiet", "-m", f"change {path}")
    linted = api.lint_commits(api.open_project(str(begun_packages)))
    assert [each.subject for each in linted] == ["change README.md", "change web/b", "fix: a query"]


def test_a_tag_selects_the_package_of_the_notes(begun_packages: Path) -> None:
    project = api.open_project(str(begun_packages))
    assert "in the web" in api.release_notes(project, "web-v2.0.0")


@pytest.fixture
def begun_packages(repo: Repository) -> Path:
    repo.commit("feat: in the web", files={"backend/a": "a", "web/a": "a", "shipit.toml": PACKAGES})
    repo.tag("backend-v1.0.0")
    repo.tag("web-v2.0.0")
    touch(repo, "backend/b", "fix: a query")
    return clone_of(repo)
