from __future__ import annotations

from pathlib import Path

import pytest
from plan.clones import clone_of, configure, plan, remote_of
from repositories import Repository, run

from shipit import api
from shipit.adapters.git import GitRepository
from shipit.config.model import Config
from shipit.core.commits.text.release_message import release_message
from shipit.errors import ConflictError, UsageError
from shipit.plan.release import ReleasePlan
from shipit.plan.release.steps import with_kept_section
from shipit.plan.version import observe_history
from shipit.plan.version.package.model import packages
from shipit.steps.forge import DraftRelease, PublishRelease
from shipit.steps.repository import WriteFile

GRADLE = "plugins {{\n    id 'java'\n}}\n\nversion = '{}'\n"
PACKAGES = '[packages.backend]\npath = "backend"\n[packages.web]\npath = "web"\n'


@pytest.fixture
def begun(repo: Repository) -> Repository:
    """1.0.0 of a Gradle project, and a feature after it."""
    repo.commit("feat: begin", files={"build.gradle": GRADLE.format("1.0.0")})
    repo.tag("v1.0.0")
    repo.commit("feat: more")
    return repo


def kinds(made: ReleasePlan) -> list[str]:
    return [step.kind for step in made.steps]


def written(made: ReleasePlan) -> dict[str, str]:
    return {step.path: step.text for step in made.steps if isinstance(step, WriteFile)}


def committed(clone: Path) -> str:
    """The version that the build file of the last commit names."""
    (line,) = (line for line in run(clone, "show", "HEAD:build.gradle").splitlines() if line.startswith("version"))
    return line


def test_a_release_writes_commits_and_tags_before_the_one_push_and_publishes_after_it(begun: Repository) -> None:
    made = plan(clone_of(begun))
    assert kinds(made) == [
        "write-file",
        "write-file",
        "create-commit",
        "create-tag",
        "draft-release",
        "push",
        "publish-release",
    ]
    assert [step.public for step in made.steps] == [False] * 5 + [True] * 2


def test_planning_changes_neither_clone_nor_remote(begun: Repository) -> None:
    clone = clone_of(begun)
    before = [(run(place, "for-each-ref"), run(place, "rev-parse", "HEAD")) for place in (clone, remote_of(begun))]
    plan(clone)
    assert [
        (run(place, "for-each-ref"), run(place, "rev-parse", "HEAD")) for place in (clone, remote_of(begun))
    ] == before
    assert run(clone, "status", "--porcelain") == ""


def test_without_a_releasable_commit_there_is_no_step_and_no_note(begun: Repository) -> None:
    begun.tag("v1.1.0")
    begun.commit("docs: explain")
    made = plan(clone_of(begun))
    assert (made.steps, made.notes, made.to_release) == ((), "", ())
    assert [remark.subject for remark in made.decisions[0].ignored] == ["docs: explain"]


def test_a_declared_snapshot_is_released_as_its_version(repo: Repository) -> None:
    repo.commit("feat: begin", files={"build.gradle": GRADLE.format("0.0.1-SNAPSHOT")})
    made = plan(clone_of(repo))
    assert made.decisions[0].version == "0.0.1"
    assert written(made)["build.gradle"] == GRADLE.format("0.0.1")


@pytest.mark.parametrize(("asked", "next_snapshot"), [("1.1.0", "1.1.1-SNAPSHOT"), ("1.1.0-beta.1", "1.1.0-SNAPSHOT")])
def test_with_snapshot_the_next_one_is_committed_after_the_release(
    begun: Repository, asked: str, next_snapshot: str
) -> None:
    clone = clone_of(begun)
    configure(clone, "[release]\nsnapshot = true\n")
    api.release(api.open_project(str(clone)), version=asked)
    assert committed(clone) == f"version = '{next_snapshot}'"
    assert f"version = '{asked}'" in run(clone, "show", f"v{asked}:build.gradle")
    assert run(clone, "log", "-2", "--format=%s").splitlines() == [
        f"chore(release): begin {next_snapshot}",
        f"chore(release): {asked}",
    ]


def test_the_commit_of_a_snapshot_is_nothing_to_release(begun: Repository) -> None:
    clone = clone_of(begun)
    configure(clone, '[release]\nsnapshot = true\n[bump]\nchore = "patch"\n')
    api.release(api.open_project(str(clone)))
    assert committed(clone) == "version = '1.1.1-SNAPSHOT'"
    assert not plan(clone).steps


def test_a_requested_version_is_released_even_without_a_commit_that_counts(begun: Repository) -> None:
    begun.tag("v1.1.0")
    clone = clone_of(begun)
    assert plan(clone).to_release == ()
    (decision,) = plan(clone, version="2.0.0").to_release
    assert (decision.version, decision.previous, decision.tag) == ("2.0.0", "1.1.0", "v2.0.0")


def test_a_requested_version_takes_precedence_over_release_as(begun: Repository) -> None:
    begun.commit("chore: a\n\nRelease-As: 3.0.0")
    clone = clone_of(begun)
    assert plan(clone).to_release[0].version == "3.0.0"
    assert plan(clone, version="4.0.0").to_release[0].version == "4.0.0"


def test_a_requested_version_can_leave_0_x(repo: Repository) -> None:
    repo.commit("feat: begin")
    repo.tag("v0.4.0")
    repo.commit("feat!: more")
    clone = clone_of(repo)
    assert plan(clone).to_release[0].version == "0.5.0"
    assert plan(clone, version="1.0.0").to_release[0].version == "1.0.0"


@pytest.mark.parametrize("asked", ["1.0.0", "0.9.9", "1.0.0-rc.1"])
def test_a_version_that_is_not_higher_is_refused(begun: Repository, asked: str) -> None:
    with pytest.raises(ConflictError, match="is not higher than the last release"):
        plan(clone_of(begun), version=asked)


@pytest.mark.parametrize("asked", ["1.2", "v2.0.0", "next", "1.2.3.4"])
def test_an_invalid_version_is_refused_with_an_example(begun: Repository, asked: str) -> None:
    with pytest.raises(UsageError, match=f"`{asked}` is not a version"):
        plan(clone_of(begun), version=asked)


@pytest.mark.parametrize("asked", ["9" * 5000, f"1.0.{'9' * 5000}"])
def test_a_version_of_thousands_of_digits_is_refused_in_a_short_message(begun: Repository, asked: str) -> None:
    with pytest.raises(UsageError, match="is not a version") as caught:
        plan(clone_of(begun), version=asked)
    assert len(str(caught.value)) < 500


def test_a_tag_of_a_file_on_the_remote_is_no_release(begun: Repository) -> None:
    begun.git("tag", "v3.0.0", "HEAD:build.gradle")
    assert plan(clone_of(begun)).to_release[0].version == "1.1.0"


def test_in_a_clone_that_is_behind_the_plan_is_made_for_the_remote_branch(begun: Repository) -> None:
    clone = clone_of(begun)
    tip = begun.commit("feat!: theirs")
    remote_of(begun)
    made = plan(clone)
    assert (made.inputs.base, made.to_release[0].version) == (tip, "2.0.0")


def test_a_hotfix_merged_back_is_named_in_the_notes_and_not_repeated(begun: Repository) -> None:
    begun.tag("v1.1.0")
    begun.branch("hotfix", at="v1.0.0")
    begun.commit("fix: hot")
    begun.tag("v1.0.1")
    begun.switch("main")
    begun.merge("hotfix")
    clone = clone_of(begun)
    made = plan(clone)
    assert made.to_release[0].version == "1.1.1"
    assert "Includes" in made.notes
    assert "v1.0.1" in made.notes
    assert "hot" not in made.notes.replace("hotfix", "")
    api.release(api.open_project(str(clone)))
    project = api.open_project(str(clone))
    whole = "".join(api.changelog(project))
    assert whole.count("* hot") == 1
    assert "v1.0.1" in api.release_notes(project, "1.1.1")


def test_several_packages_are_one_plan_with_one_commit_one_push_and_a_tag_each(repo: Repository) -> None:
    repo.commit("feat: begin", files={"backend/build.gradle": GRADLE.format("1.0.0"), "web/a": "a"})
    repo.tag("backend-v1.0.0")
    repo.tag("web-v2.0.0")
    repo.commit("fix: everywhere", files={"backend/b": "b", "web/b": "b"})
    clone = clone_of(repo)
    configure(clone, PACKAGES)
    made = plan(clone)
    assert [(each.package, each.version) for each in made.to_release] == [("backend", "1.0.1"), ("web", "2.0.1")]
    assert kinds(made).count("create-commit") == kinds(made).count("push") == 1
    assert set(written(made)) == {"backend/build.gradle", "backend/CHANGELOG.md", "web/CHANGELOG.md"}
    api.release(api.open_project(str(clone)))
    assert run(remote_of_clone(clone), "tag", "--points-at", "main").split() == ["backend-v1.0.1", "web-v2.0.1"]
    assert run(clone, "log", "-1", "--format=%s").strip() == "chore(release): backend 1.0.1, web 2.0.1"
    assert not plan(clone).steps


def remote_of_clone(clone: Path) -> Path:
    return clone.with_name("remote.git")


def test_a_package_without_changes_is_not_released(repo: Repository) -> None:
    repo.commit("feat: begin", files={"backend/a": "a", "web/a": "a"})
    repo.tag("backend-v1.0.0")
    repo.tag("web-v2.0.0")
    repo.commit("fix: in front", files={"web/b": "b"})
    clone = clone_of(repo)
    configure(clone, PACKAGES)
    made = plan(clone)
    assert [(each.package, each.version) for each in made.decisions] == [("backend", None), ("web", "2.0.1")]
    assert set(written(made)) == {"web/CHANGELOG.md"}


def test_a_pre_release_is_drafted_as_one_and_is_not_the_latest(begun: Repository) -> None:
    clone = clone_of(begun)
    configure(clone, '[release]\nbranches = [{ name = "main", prerelease = "beta" }]\n')
    made = plan(clone)
    (draft,) = (step for step in made.steps if isinstance(step, DraftRelease))
    (publish,) = (step for step in made.steps if isinstance(step, PublishRelease))
    assert made.to_release[0].version == "1.1.0-beta.1"
    assert (draft.prerelease, publish.latest) == (True, False)


def test_a_release_below_the_highest_is_not_the_latest(begun: Repository) -> None:
    begun.branch("next")
    begun.commit("feat!: theirs")
    begun.tag("v2.0.0")
    begun.switch("main")
    made = plan(clone_of(begun))
    (publish,) = (step for step in made.steps if isinstance(step, PublishRelease))
    assert (made.to_release[0].version, publish.latest) == ("1.1.0", False)


AHEAD = "# Changelog\n\n## 1.1.0 - soon\n\n### Migration\n\nRun ALTER TABLE before you deploy.\n\n## 1.0.0\n\n* begin\n"


@pytest.mark.parametrize("heading", ["## 1.1.0 - soon", "1.1.0\n-----", "## [1.1.0]"])
def test_a_section_that_a_person_wrote_ahead_of_the_release_is_kept_and_completed(
    begun: Repository, heading: str
) -> None:
    begun.commit("docs: how to migrate", files={"CHANGELOG.md": AHEAD.replace("## 1.1.0 - soon", heading)})
    made = plan(clone_of(begun))
    title, _, text = made.notes.partition("\n")
    assert title.startswith("## 1.1.0 (")
    assert text.startswith("\n### Migration\n\nRun ALTER TABLE before you deploy.\n\n### Features\n\n* more")
    assert written(made)["CHANGELOG.md"] == f"# Changelog\n\n{made.notes}\n## 1.0.0\n\n* begin\n"
    (draft,) = (step for step in made.steps if isinstance(step, DraftRelease))
    assert "Run ALTER TABLE" in draft.body


def test_the_section_of_a_release_that_was_removed_is_replaced(begun: Repository) -> None:
    notes = "## 1.1.0 (2026-01-01)\n\n### Features\n\n* bad\n"
    begun.commit(release_message("chore(release): 1.1.0", notes), files={"CHANGELOG.md": f"# Changelog\n\n{notes}"})
    clone = clone_of(begun)
    head, last = run(clone, "rev-parse", "HEAD").strip(), run(clone, "rev-parse", "v1.0.0^{commit}").strip()
    history = observe_history(GitRepository(str(clone)), packages(Config())[0], head, {"v1.0.0": last})
    new = "## 1.1.0 (2026-02-01)\n\n### Features\n\n* good\n"
    assert with_kept_section(new, f"# Changelog\n\n{notes}", history, "1.1.0") == new
