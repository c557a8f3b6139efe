"""`shipit run` as a step of GitHub Actions: its effect on each event, its outputs, its summary and its annotations."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from release.conftest import driver as driver
from release.conftest import github_scene as github_scene
from release.runs import Run
from release.scene import Scene
from runner import commands, outputs
from standin.issues import Issue
from standin.server import INSTALLATION, READ_ONLY

from shipit.core.outputs import NO_OUTPUTS

EVERY_OUTPUT = {*NO_OUTPUTS, "json"}
CONFIG = '[environments.dev]\nbranch = "dev"\n[environments.prod]\nbranch = "prod"\n'


@dataclass(frozen=True)
class Step:
    """The result of a step: the run, the outputs that the runner reads, and the summary that it shows."""

    run: Run
    outputs: dict[str, str]
    summary: str

    @property
    def annotations(self) -> list[tuple[str, str]]:
        """The errors and warnings that GitHub shows on the page of the run."""
        return [command for command in commands(self.run.err) if command[0] in ("error", "warning")]


@dataclass
class Job:
    """A job of GitHub Actions in a clone; the method `shipit` runs one step of it."""

    scene: Scene
    clone: Path
    variables: dict[str, str]

    def shipit(self, *args: str, **variables: str) -> Step:
        files = {name: self.scene.root / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.unlink(missing_ok=True)
        runner = {"GITHUB_ACTIONS": "true", **{name: str(file) for name, file in files.items()}}
        run = self.scene.release(self.clone, *args, env=runner | self.variables | variables)
        output, summary = (file.read_text("utf-8") if file.exists() else "" for file in files.values())
        return Step(run, outputs(output), summary)


@pytest.fixture
def scene(github_scene: Scene) -> Scene:
    return github_scene.begin(CONFIG)


def on(scene: Scene, ref: str, event: str = "push", payload: Any = None) -> Job:
    """Return a job as `actions/checkout` prepares it: on the branch for a pushed branch, else with a detached HEAD."""
    clone = scene.clone(f"clone-{len(list(scene.root.iterdir()))}")
    kind, _, name = ref.removeprefix("refs/").partition("/")
    if kind == "heads" and name != "main":
        scene.git(clone, "switch", "--quiet", "--create", name)
        scene.git(clone, "push", "--quiet", "origin", name)
    elif kind != "heads":
        scene.git(clone, "fetch", "--quiet", "origin", ref)
        scene.git(clone, "checkout", "--quiet", "--detach", "FETCH_HEAD")
    place = scene.root / "event.json"
    place.write_text(json.dumps({"repository": {"default_branch": "main"}, **(payload or {})}))
    file = str(place)
    variables = {"GITHUB_EVENT_NAME": event, "GITHUB_REF": ref, "GITHUB_REF_NAME": name, "GITHUB_EVENT_PATH": file}
    return Job(scene, clone, variables)


def on_pull_request(
    scene: Scene, *messages: str, event: str = "pull_request", base: str = "main", **fields: Any
) -> Job:
    """Return a job on pull request #12, which has one commit for each of `messages`.

    Args:
        fields: more fields of the pull request in the payload of the event.
    """
    author = scene.clone("author")
    scene.git(author, "switch", "--quiet", "--create", "proposal")
    for at, message in enumerate(messages):
        scene.commit(author, message, f"src/proposal-{at}.txt")
    scene.git(author, "switch", "--quiet", "main")
    scene.git(author, "merge", "--quiet", "--no-ff", "--message", "Merge proposal into main", "proposal")
    scene.git(author, "push", "--quiet", "origin", "HEAD:refs/pull/12/merge")
    assert scene.github
    scene.github.issues[12] = Issue()
    pull_request = {"number": 12, "state": "open", "base": {"ref": base}, **fields}
    ref = "refs/heads/main" if event == "pull_request_target" else "refs/pull/12/merge"
    return on(scene, ref, event, {"pull_request": pull_request})


# --- branches


@pytest.mark.parametrize("event", ["push", "workflow_dispatch"])
def test_a_push_to_the_release_branch_is_released_and_the_outputs_describe_the_release(
    scene: Scene, event: str
) -> None:
    step = on(scene, "refs/heads/main", event).shipit("run")
    step.run.succeeded()
    found = dict(step.outputs)
    assert found.keys() == EVERY_OUTPUT
    assert json.loads(found.pop("json")) == found
    assert found.pop("notes").startswith("## [1.1.0]")
    assert found.pop("release-url").endswith("/acme/app/releases/tag/v1.1.0")
    assert found == {
        "released": "true", "version": "1.1.0", "tag": "v1.1.0", "previous-version": "1.0.0", "bump": "minor",
        "packages": "", "environment": "", "image": "", "digest": "", "deployed": "false", "verified": "", "serving": "", "url": "", "pull-request": "",
    }  # fmt: skip
    assert scene.end().tags["v1.1.0"] == "chore(release): 1.1.0"


def test_the_summary_shows_the_version_with_its_reasons_and_links_to_the_release(scene: Scene) -> None:
    summary = on(scene, "refs/heads/main").shipit("run").summary
    assert summary.startswith("## Released v1.1.0\n")
    assert "| feat: find messages by text | feat → minor |" in summary
    assert "| publish release v1.1.0 | [done](http" in summary
    assert "releases/tag/v1.1.0) |" in summary


def test_a_second_run_has_nothing_to_do_and_says_so_in_every_output(scene: Scene) -> None:
    job = on(scene, "refs/heads/main")
    job.shipit("run")
    step = job.shipit("run")
    assert step.run.status == 0
    assert step.outputs.keys() == EVERY_OUTPUT
    assert (step.outputs["released"], step.outputs["version"]) == ("false", "")
    assert step.summary.startswith("## Nothing to release\n")


def test_a_dry_run_shows_the_whole_plan_and_changes_nothing(scene: Scene) -> None:
    before = scene.end()
    step = on(scene, "refs/heads/main").shipit("run", "--dry-run")
    assert (step.outputs["released"], step.outputs["version"], step.outputs["tag"]) == ("false", "1.1.0", "v1.1.0")
    assert step.summary.startswith("## Would release v1.1.0\n")
    assert "publish release v1.1.0" in step.run.err
    assert scene.end() == before


def test_plan_has_the_same_outputs_and_summary_as_a_dry_run(scene: Scene) -> None:
    job = on(scene, "refs/heads/main")
    planned, dry = job.shipit("plan"), job.shipit("release", "--dry-run")
    assert (planned.outputs["released"], planned.outputs["version"]) == ("false", "1.1.0")
    assert planned.outputs == dry.outputs
    assert planned.summary == dry.summary


def test_an_interrupted_release_is_finished_with_the_outputs_of_a_complete_one(scene: Scene) -> None:
    job = on(scene, "refs/heads/main")
    assert scene.killed(job.clone, len(scene_writes(scene)), "before", "run").killed
    found = on(scene, "refs/heads/main").shipit("run").outputs
    assert (found["released"], found["version"], found["tag"]) == ("true", "1.1.0", "v1.1.0")
    assert "find messages by text" in found["notes"]


def scene_writes(scene: Scene) -> tuple[str, ...]:
    """Return the writes of a complete release."""
    with scene.restored():
        return scene.writes(scene.clone("counted"), "run")


def test_a_requested_version_is_released(scene: Scene) -> None:
    step = on(scene, "refs/heads/main", "workflow_dispatch").shipit("run", "--version", "2.0.0")
    assert step.outputs["tag"] == "v2.0.0"
    assert step.summary.startswith("## Released v2.0.0, the requested version\n")
    refused = on(scene, "refs/heads/feature", "workflow_dispatch").shipit("run", "--version", "3.0.0")
    assert refused.run.status == 2


def test_only_the_named_packages_are_released_and_the_others_in_a_later_run(github_scene: Scene) -> None:
    scene = github_scene.begin(
        '[packages.backend]\npath = "backend"\n[packages.web]\npath = "web"\ntag = "v{version}"\n'
    )
    author = scene.clone("author")
    for name in ("backend", "web"):
        scene.commit(author, f"feat: {name}", f"{name}/app.txt")
    scene.git(author, "push", "--quiet", "origin", "main")
    first = on(scene, "refs/heads/main").shipit("run", "--package", "web")
    assert (first.outputs["released"], first.outputs["packages"]) == ("true", "web 1.1.0")
    assert on(scene, "refs/heads/main").shipit("run", "--package", "wev").run.status == 2
    assert on(scene, "refs/heads/main").shipit("run").outputs["packages"] == "backend 0.1.0"
    refused = on(scene, "refs/heads/feature", "workflow_dispatch").shipit("run", "--package", "web")
    assert refused.run.status == 2
    assert "`--package` can only be used for a release" in refused.run.err


def test_an_environment_without_an_image_is_named_and_nothing_is_built(scene: Scene) -> None:
    before = scene.end()
    step = on(scene, "refs/heads/dev").shipit("run")
    assert step.run.status == 0
    assert (step.outputs["environment"], step.outputs["released"], step.outputs["deployed"]) == (
        "dev",
        "false",
        "false",
    )
    assert "environment `dev` has no image, so nothing is built" in step.summary
    assert scene.end() == before


@pytest.mark.parametrize(
    ("ref", "event", "why"),
    [
        (
            "refs/heads/feature/x",
            "push",
            "nothing to do for branch `feature/x`: it is no release branch and belongs to no environment",
        ),
        ("refs/tags/v1.0.0", "push", "nothing to do for tag `v1.0.0`"),
        ("refs/heads/main", "schedule", "nothing to do for event `schedule`"),
    ],
)
def test_anything_else_does_nothing_and_says_why(scene: Scene, ref: str, event: str, why: str) -> None:
    before = scene.end()
    step = on(scene, ref, event).shipit("run")
    assert step.run.status == 0
    assert step.outputs.keys() == EVERY_OUTPUT
    assert step.outputs["released"] == "false"
    assert why in step.run.err
    assert why in step.summary
    assert scene.end() == before


def test_outside_github_actions_there_are_no_outputs_and_no_summary(scene: Scene) -> None:
    step = on(scene, "refs/heads/main").shipit("run", GITHUB_ACTIONS="")
    step.run.succeeded()
    assert (step.outputs, step.summary, commands(step.run.err)) == ({}, "", [])


# --- pull requests


def test_a_pull_request_gets_a_comment_with_the_release_that_merging_it_would_make(scene: Scene) -> None:
    step = on_pull_request(scene, "feat!: another answer", "wip").shipit("run")
    assert step.run.status == 0
    assert (step.outputs["released"], step.outputs["version"], step.outputs["bump"]) == ("false", "2.0.0", "major")
    assert step.summary.startswith("## Merging this releases 2.0.0\n")
    assert "| feat!: another answer | breaking change → major |" in step.summary
    assert comments(scene) == [f"<!-- shipit:preview -->\n{step.summary}"]


def comments(scene: Scene) -> list[str]:
    assert scene.github
    return [comment.body for comment in scene.github.issues[12].comments]


def test_a_later_run_updates_the_same_comment(scene: Scene) -> None:
    job = on_pull_request(scene, "feat!: another answer")
    job.shipit("run")
    scene.git(job.clone, "commit", "--quiet", "--allow-empty", "--message", "fix: more\n\nRelease-As: 3.0.0")
    job.shipit("run")
    assert len(comments(scene)) == 1
    assert "Merging this releases 3.0.0" in comments(scene)[0]


@pytest.mark.parametrize("token", [READ_ONLY, INSTALLATION, ""])
def test_without_write_access_as_on_a_fork_the_preview_is_only_in_the_summary(scene: Scene, token: str) -> None:
    step = on_pull_request(scene, "feat: more").shipit("run", GITHUB_TOKEN=token)
    assert step.run.status == 0
    assert step.summary.startswith("## Merging this releases 1.1.0\n")
    assert len(comments(scene)) == (1 if token == INSTALLATION else 0)
    assert [annotation for annotation in step.annotations if annotation[0] == "error"] == []


def test_a_preview_writes_only_the_comment(scene: Scene) -> None:
    job = on_pull_request(scene, "feat: more")
    before = scene.end()
    job.shipit("run")
    assert scene.end() == before
    assert scene.github
    assert [write.path.rpartition("/")[2] for write in scene.github.writes] == ["comments"]
    job.shipit("run", "--dry-run")
    assert len(scene.github.writes) == 1


def test_a_pull_request_that_releases_nothing_gets_no_comment_until_it_has_one(scene: Scene) -> None:
    released = on(scene, "refs/heads/main")
    released.shipit("run")
    job = on_pull_request(scene, "docs: more")
    step = job.shipit("run")
    assert step.summary.startswith("## Merging this releases nothing\n")
    assert comments(scene) == []


def test_on_pull_request_target_the_preview_is_of_the_merge_and_not_of_the_checkout(scene: Scene) -> None:
    job = on_pull_request(scene, "feat!: another answer", event="pull_request_target")
    assert "proposal" not in scene.git(job.clone, "log", "--format=%s")
    assert job.shipit("run").outputs["version"] == "2.0.0"
    assert scene.git(job.clone, "branch", "--show-current") == "main"


def test_a_pull_request_to_another_branch_has_no_version(scene: Scene) -> None:
    step = on_pull_request(scene, "feat: more", base="dev").shipit("run")
    assert step.summary == "## No preview: `dev` is not a release branch\n\n"
    assert step.outputs["version"] == ""


def test_a_closed_pull_request_gets_no_comment(scene: Scene) -> None:
    step = on_pull_request(scene, "feat: more", state="closed").shipit("run")
    assert "pull request #12 is closed" in step.summary
    assert comments(scene) == []


@pytest.mark.parametrize("event", ["pull_request", "pull_request_target"])
def test_no_pull_request_can_make_a_release(scene: Scene, event: str) -> None:
    job = on_pull_request(scene, "feat: more", event=event)
    before = scene.end()
    step = job.shipit("release")
    assert step.run.status == 3
    assert step.outputs["released"] == "false"
    assert f"shipit does not release on the event `{event}`" in step.run.err
    assert scene.end() == before


# --- failures


@pytest.mark.parametrize(
    ("token", "what"),
    [
        ("", "`GITHUB_TOKEN` is not set"),
        ("expired-token", "GitHub rejected `GITHUB_TOKEN`"),
        (READ_ONLY, "can read"),
    ],
)
def test_a_missing_or_refused_token_is_annotated_and_ends_with_status_4(scene: Scene, token: str, what: str) -> None:
    before = scene.end()
    step = on(scene, "refs/heads/main").shipit("run", GITHUB_TOKEN=token)
    assert step.run.status == 4
    (error,) = [line for line in step.run.err.splitlines() if line.startswith("::error ")]
    assert what in error
    assert "contents%3A write" in error or "contents: write" in error or "valid" in error
    assert step.outputs.keys() == EVERY_OUTPUT
    assert step.outputs["released"] == "false"
    assert step.summary.startswith("## Failed: not ready to release")
    assert scene.end() == before


def test_an_error_in_the_configuration_is_annotated_at_its_line(scene: Scene) -> None:
    job = on(scene, "refs/heads/main")
    (job.clone / "shipit.toml").write_text("[release]\nbrnch = 'main'\ntag = 7\n")
    step = job.shipit("run")
    assert step.run.status == 2
    lines = [line for line in step.run.err.splitlines() if line.startswith("::error ")]
    assert len(lines) == 2
    assert lines[0].startswith("::error title=`shipit.toml` has 2 problems,file=shipit.toml,line=2::")
    assert ",line=3::" in lines[1]
    assert "| 2 | release.brnch |" in step.summary


def test_an_unreadable_commit_is_annotated(scene: Scene) -> None:
    scene.push_commit("update stuff")
    step = on(scene, "refs/heads/main").shipit("run")
    (warning,) = [line for line in step.run.err.splitlines() if line.startswith("::warning ")]
    assert "update stuff::not counted" in warning
    assert "### Unreadable, not counted" in step.summary


def test_the_summary_of_a_failed_release_shows_which_steps_were_done(scene: Scene) -> None:
    assert scene.github
    scene.github.fail("PATCH", "/releases/", 422, message="no", times=9)
    step = on(scene, "refs/heads/main").shipit("run")
    assert step.run.status == 5
    assert step.summary.startswith("## Failed: GitHub refused to publish release `v1.1.0`")
    assert "| push main v1.1.0 (one atomic push) | [done](http" in step.summary
    assert "| publish release v1.1.0 | failed |" in step.summary
    assert "**State:** done and public: push main v1.1.0" in step.summary


@pytest.mark.parametrize("name", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"])
def test_a_file_of_the_runner_that_cannot_be_written_hides_no_error(scene: Scene, name: str) -> None:
    step = on(scene, "refs/heads/main").shipit("run", GITHUB_TOKEN=READ_ONLY, **{name: "/nonexistent/file"})
    assert step.run.status == 4
    assert "can read `acme/app`, but has no permission to write to it" in step.run.err


def test_a_summary_that_cannot_be_written_is_a_warning(scene: Scene) -> None:
    step = on(scene, "refs/heads/main").shipit("run", GITHUB_STEP_SUMMARY="/nonexistent/file")
    step.run.succeeded()
    assert step.outputs["released"] == "true"
    assert [kind for kind, _ in step.annotations] == ["warning"]


def test_outputs_that_cannot_be_written_fail_the_step(scene: Scene) -> None:
    step = on(scene, "refs/heads/main").shipit("run", GITHUB_OUTPUT="/nonexistent/file")
    assert step.run.status == 5
    assert "the file that `GITHUB_OUTPUT` names cannot be written" in step.run.err
    assert "hint: set `GITHUB_OUTPUT` to a file that can be written" in step.run.err


def test_an_annotation_quotes_at_most_the_part_of_a_subject_that_github_shows(scene: Scene) -> None:
    scene.push_commit("update " + "stuff " * 1000)
    (warning,) = [
        line
        for line in on(scene, "refs/heads/main").shipit("run").run.err.splitlines()
        if line.startswith("::warning ")
    ]
    assert len(warning) < 400


def test_all_outputs_together_fit_into_a_variable_while_the_release_has_longer_notes(github_scene: Scene) -> None:
    scene = github_scene.begin(messages=[f"feat: {at} {'long ' * 80}" for at in range(400)])
    previewed = on_pull_request(scene, "feat: more").shipit("run").outputs
    job = on(scene, "refs/heads/main")
    assert scene.killed(job.clone, len(scene_writes(scene)), "before", "run").killed
    finished = on(scene, "refs/heads/main").shipit("run").outputs
    assert scene.github
    (release,) = scene.github.releases
    body = release.body or ""
    assert 100_000 < len(body) <= 125_000
    for values in (previewed, finished):
        assert 90_000 < len(json.dumps(values, ensure_ascii=False).encode()) <= 96 << 10
    notes, _, rest = finished["notes"].rstrip().rpartition("\n\n")
    assert body.startswith(notes)
    assert rest.endswith(f"/releases/tag/{finished['tag']}.")


# --- text from commits, configuration, servers and builds

HOSTILE: list[str | bytes] = [
    "feat: 1.0.0\nversion=6.6.6\nreleased=false",
    "fix: EOF\n\nEOF\nversion<<EOF\n6.6.6\nEOF",
    "fix: mask\n\n::add-mask::1.1.0\n::set-output name=version::6.6.6\n##[add-mask]1.1.0",
    "fix: `touch pwned` $(touch pwned) ${{ github.token }} | & ; <script>alert(1)</script> @octocat",
    "fix(::error::x): ::add-mask::1.1.0",
    "::add-mask::1.1.0",
    "fix: ##[add-mask]1.1.0",
    f"feat: {'long ' * 20_000}end",
    b"fix: \xff\xfe not \x1b[31mutf-8",
]


def test_commit_messages_cannot_change_outputs_or_give_workflow_commands(github_scene: Scene) -> None:
    scene = github_scene.begin('[release]\nprepare = ["git log -3 --format=%B%n%s"]\n', HOSTILE)
    step = on(scene, "refs/heads/main").shipit("run", "-v")
    step.run.succeeded()
    found = step.outputs
    assert found.keys() == EVERY_OUTPUT
    assert (found["released"], found["version"], found["tag"]) == ("true", "1.1.0", "v1.1.0")
    assert json.loads(found["json"]) == {name: value for name, value in found.items() if name != "json"}
    assert {name for name, _ in commands(step.run.err + step.run.out)} <= {
        "group",
        "endgroup",
        "warning",
        "stop-commands",
    }
    assert not list(scene.root.rglob("pwned"))
    assert "<script>" not in step.summary
    assert "@octocat" not in step.summary.replace("`@octocat`", "")
    assert len(step.summary.encode()) < 1024 * 1024


@pytest.mark.parametrize(
    "config",
    [
        '[release]\nprepare = ["true #\\n::add-mask::1.1.0\\n##[add-mask]1.1.0"]\n',
        '[environments."dev\\n::add-mask::1.1.0"]\nbranch = "main"\n',
        '[environments."##[add-mask]1.1.0"]\nbranch = "main"\n',
    ],
)
def test_the_configuration_cannot_give_workflow_commands(github_scene: Scene, config: str) -> None:
    step = on(github_scene.begin(config), "refs/heads/main").shipit("run", "-v")
    assert {name for name, _ in commands(step.run.err)} <= {"group", "endgroup", "error", "stop-commands"}


def test_the_answer_of_a_server_cannot_give_workflow_commands(scene: Scene) -> None:
    assert scene.github
    job = on_pull_request(scene, "feat!: more")
    scene.github.fail("POST", "/comments$", 422, message="no\n::add-mask::2.0.0\n##[add-mask]2.0.0")
    step = job.shipit("run")
    step.run.succeeded()
    assert {name for name, _ in commands(step.run.err)} <= {"stop-commands"}


@pytest.mark.parametrize("last", ["", "; printf 'a line without an end'"])
def test_the_output_of_a_build_cannot_give_workflow_commands(github_scene: Scene, last: str) -> None:
    scene = github_scene.begin(
        f'[release]\nprepare = ["echo ::add-mask::1.1.0; echo ::set-output name=tag::v6{last}; false"]\n'
    )
    step = on(scene, "refs/heads/main").shipit("run")
    assert step.run.status == 5
    assert "::add-mask::1.1.0" in step.run.err
    names = [name for name, _ in commands(step.run.err)]
    assert "add-mask" not in names
    assert "set-output" not in names
    assert names[-1] == "error", "workflow commands work again after the end of the build"


def test_no_token_is_in_anything_that_a_step_writes(scene: Scene) -> None:
    job = on(scene, "refs/heads/main")
    step = job.shipit("run", "-v")
    token = scene.env["GITHUB_TOKEN"]
    assert token not in step.run.out + step.run.err + step.summary + json.dumps(step.outputs)
    texts = (path.read_bytes() for path in scene.root.rglob("*") if path.is_file())
    assert not any(token.encode() in text for text in texts)


# --- after a release


def test_pull_requests_and_issues_get_comment_and_label_and_a_missing_issue_is_a_warning(github_scene: Scene) -> None:
    messages = ["feat: search (#12)", "fix: crash (#13)\n\nCloses #99"]
    scene = github_scene.begin('[announce]\ncomment = true\nlabel = "released"\n', messages)
    assert scene.github
    scene.github.issues = {12: Issue(), 13: Issue()}
    step = on(scene, "refs/heads/main").shipit("run")
    step.run.succeeded()
    url = step.outputs["release-url"]
    for issue in scene.github.issues.values():
        assert [comment.body.splitlines()[-1] for comment in issue.comments] == [f"Released in [v1.1.0]({url})."]
        assert issue.labels == ["released"]
    assert len([annotation for annotation in step.annotations if annotation[0] == "warning"]) == 2
    assert "comment on #13 #99 #12: released in v1.1.0 | failed |" in step.summary


def test_floating_tags_are_on_the_remote_before_the_next_step_runs(github_scene: Scene) -> None:
    scene = github_scene.begin('[release]\nfloating-tags = ["major", "minor"]\n')
    on(scene, "refs/heads/main").shipit("run")
    commits = {scene.git(scene.remote, "rev-parse", f"{tag}^{{commit}}") for tag in ("v1", "v1.1", "v1.1.0")}
    assert len(commits) == 1
