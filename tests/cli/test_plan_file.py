"""A plan that is saved and applied later: it is applied exactly as it was saved, or it is refused."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace
from release.runs import Driver

from shipit import api
from shipit.cli.demo.sample import SampleProject
from shipit.cli.main import run
from shipit.cli.output import json_text
from shipit.cli.plan_file import verify_plan
from shipit.cli.session import Session
from shipit.core.deploy import ContainerSpec, HealthCheck
from shipit.core.images import Build
from shipit.errors import ConflictError, ShipitError
from shipit.finding import Finding
from shipit.plan.deploy import DeployPlan
from shipit.plan.images import ImagePlan
from shipit.plan.model import Inputs
from shipit.plan.release import ReleasePlan
from shipit.plan.version import Decision
from shipit.plan.views import plan_from_json, plan_to_json
from shipit.steps.base import Step
from shipit.steps.registry import STEPS
from shipit.steps.repository import Run

INPUTS = Inputs("a" * 40, "main", "")
pytestmark = pytest.mark.usefixtures("own_environment")


class Sample(SampleProject, frozen=True):
    """A sample project, and what runs shipit in it."""

    driver: Driver


@pytest.fixture
def sample(tmp_path: Path, new_sample: Callable[[Path], SampleProject], shipit: Driver) -> Sample:
    made = new_sample(tmp_path)
    return Sample(made.path, made.remote, shipit)


@pytest.fixture
def saved(sample: Sample) -> Path:
    """A plan of the sample's release, saved beside it."""
    place = sample.path.parent / "plan.json"
    done = shipit(sample, "plan", "-o", str(place))
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"plan saved in `{place}`; to apply it: shipit release --plan {place}\n"
    return place


def shipit(sample: Sample, *arguments: str) -> subprocess.CompletedProcess[str]:
    run = sample.driver.run(sample.path, arguments, os.environ)
    return subprocess.CompletedProcess(arguments, run.status, run.out, run.err)


def git(place: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(place), *words], check=True, capture_output=True, text=True)
    return done.stdout


def state(sample: Sample) -> tuple[str, ...]:
    """Return all that a release can change: refs, files and releases."""
    releases = sorted(path.as_posix() for path in (sample.remote / "shipit").rglob("*"))
    asked = (["show-ref", "--head"], ["status", "--short"], ["ls-remote", "origin"])
    return (*(git(sample.path, *words) for words in asked), *releases)


def test_a_saved_plan_is_applied_exactly(sample: Sample, saved: Path) -> None:
    text = saved.read_text().replace("load rooms and members in one query", "as somebody edited it")
    saved.write_text(text)
    done = shipit(sample, "release", "--plan", str(saved))
    assert done.returncode == 0
    assert done.stderr.splitlines()[-1].startswith("released v0.4.0: ")
    assert "as somebody edited it" in git(sample.path, "tag", "--list", "--format=%(contents)", "v0.4.0")
    assert "as somebody edited it" in (sample.path / "CHANGELOG.md").read_text()
    assert "as somebody edited it" in (sample.remote / "shipit/releases/v0.4.0/notes.md").read_text()


def test_applying_a_plan_a_second_time_changes_nothing(sample: Sample, saved: Path) -> None:
    shipit(sample, "release", "--plan", str(saved))
    git(sample.path, "commit", "--quiet", "--allow-empty", "--message", "fix: later")
    git(sample.path, "push", "--quiet")
    before = state(sample)
    done = shipit(sample, "release", "--plan", str(saved))
    assert (done.returncode, state(sample)) == (0, before)


class Killed(BaseException):
    pass


class Interrupting:
    """An observer that ends a release before the first step of one kind."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def started(self, step: Step) -> None: ...
    def finished(self, step: Step, outputs: object, *, already: bool) -> None: ...
    def optional_failed(self, step: Step, error: ShipitError) -> None: ...
    def planned_again(self, reason: ShipitError) -> None: ...

    def waiting(self, step: Step, what: str) -> None: ...
    def applying(self, step: Step) -> None:
        if step.kind == self._kind:
            raise Killed


@pytest.mark.parametrize("kind", ["create-commit", "create-tag", "draft-release", "push", "publish-release"])
def test_an_interrupted_release_is_finished_by_applying_the_same_plan(sample: Sample, saved: Path, kind: str) -> None:
    plan = plan_from_json(saved.read_text(), "plan.json")
    assert isinstance(plan, ReleasePlan)
    with pytest.raises(Killed):
        api.apply(api.open_project(str(sample.path)), plan, Interrupting(kind))
    assert shipit(sample, "release", "--plan", str(saved)).returncode == 0
    assert json.loads((sample.remote / "shipit/releases/v0.4.0/release.json").read_text())["draft"] is False
    assert git(sample.path, "status", "--short") == ""


def local_commit(sample: Sample) -> None:
    git(sample.path, "commit", "--quiet", "--allow-empty", "--message", "fix: more")


def remote_commit(sample: Sample) -> None:
    other = sample.path.parent / "other"
    git(sample.path, "clone", "--quiet", str(sample.remote), str(other))
    git(other, "commit", "--quiet", "--allow-empty", "--message", "fix: theirs")
    git(other, "push", "--quiet")


def both_commit(sample: Sample) -> None:
    local_commit(sample)
    remote_commit(sample)


def remote_went_back(sample: Sample) -> None:
    git(sample.remote, "update-ref", "refs/heads/main", "main~1")


def remote_tag(sample: Sample) -> None:
    git(sample.remote, "tag", "v0.4.0", "main~1")


def local_tag(sample: Sample) -> None:
    git(sample.path, "tag", "v0.4.0", "HEAD~1")


def configuration(sample: Sample) -> None:
    (sample.path / "shipit.toml").write_text('[bump]\nrefactor = "patch"\n')


def other_branch(sample: Sample) -> None:
    git(sample.path, "switch", "--quiet", "--create", "other")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (local_commit, "but the commit to release is now"),
        (remote_commit, "but the commit to release is now"),
        (both_commit, "but the commit to release is now"),
        (remote_went_back, "`main` moved on the remote"),
        (remote_tag, "tag `v0.4.0` now exists, at commit `"),
        (local_tag, "tag `v0.4.0` now exists, at commit `"),
        (configuration, "the configuration changed"),
        (other_branch, "it was made for branch `main`, but the current branch is `other`"),
    ],
)
def test_a_plan_is_refused_and_nothing_changes_if_its_inputs_changed(
    sample: Sample, saved: Path, change: Callable[[Sample], None], reason: str
) -> None:
    change(sample)
    git(sample.path, "fetch", "--quiet", "--tags")
    before = state(sample)
    done = shipit(sample, "release", "--plan", str(saved))
    assert done.returncode == 3
    first, *more = done.stderr.splitlines()
    assert first.startswith("error: this plan is out of date: ")
    assert reason in first
    assert more == [
        "  hint: make a new plan: shipit plan -o plan.json",
        "  state: nothing was changed: the repository and its remote are as they were",
        "  docs: shipit explain ConflictError",
    ]
    assert state(sample) == before


def without_tags(plan: dict[str, Any]) -> None:
    next(step for step in plan["steps"] if step["kind"] == "push")["tags"] = []


def without_publication(plan: dict[str, Any]) -> None:
    plan["steps"] = [step for step in plan["steps"] if step["kind"] != "publish-release"]


def without_steps(plan: dict[str, Any]) -> None:
    plan["steps"] = []


def without_decisions(plan: dict[str, Any]) -> None:
    plan["decisions"] = []


@pytest.mark.parametrize(
    ("edit", "missing"),
    [
        (without_tags, "no step creates the tag `v0.4.0` on the remote"),
        (without_publication, "no step publishes the release `v0.4.0`"),
        (without_steps, "no step creates the tag `v0.4.0` on the remote"),
        (without_decisions, "it publishes `v0.4.0`, which is no release of this plan"),
    ],
)
def test_a_plan_that_does_not_make_the_release_it_announces_is_refused(
    sample: Sample, saved: Path, edit: Callable[[dict[str, Any]], None], missing: str
) -> None:
    plan = json.loads(saved.read_text())
    edit(plan)
    saved.write_text(json.dumps(plan))
    before = state(sample)
    done = shipit(sample, "release", "--plan", str(saved))
    assert done.returncode == 3
    assert done.stderr.splitlines()[0] == f"error: this plan is not complete: {missing}"
    assert state(sample) == before


def test_a_plan_is_refused_when_the_remote_does_not_answer(sample: Sample, saved: Path) -> None:
    sample.remote.rename(sample.remote.with_name("gone"))
    done = shipit(sample, "release", "--plan", str(saved))
    assert done.returncode == 3
    assert "[remote]" in done.stderr


def test_a_plan_with_a_blocking_finding_is_refused(sample: Sample) -> None:
    place = sample.path.parent / "plan.json"
    (sample.path / "build.gradle").write_text("version = '0.3.1' // edited\n")
    shipit(sample, "plan", "-o", str(place))
    done = shipit(sample, "release", "--plan", str(place))
    assert done.returncode == 3
    assert "[dirty]" in done.stderr


NO_PLANS = (
    *("", "null", "[]", "{}", "7", "\0", "[" * 100_000),
    '{"schema": 2}',
    '{"schema": 2, "steps": 5}',
    '{"schema": 2, "steps": ["x"]}',
    '{"schema": 2, "steps": [{"kind": 1}]}',
    '{"schema": 2, "steps": [{"kind": "create-tag"}]}',
)


@pytest.mark.parametrize("text", NO_PLANS, ids=lambda text: text[:50])
def test_a_file_that_is_not_a_plan_is_refused(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "plan.json"
    place.write_text(text)
    assert run(["release", "--plan", str(place)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"error: `{place}` was not written by `shipit plan -o`: ")
    assert "  hint: shipit plan -o plan.json\n" in error  # not into this file, which can be another one of the user


def test_a_plan_with_a_missing_field_is_refused_with_the_name_of_the_field(
    sample: Sample, saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = json.loads(saved.read_text())
    del plan["steps"]
    saved.write_text(json.dumps(plan))
    assert run(["-C", str(sample.path), "release", "--plan", str(saved)]) == 2
    assert capsys.readouterr().err.startswith(
        f"error: `{saved}` was not written by `shipit plan -o`: it has no `steps`\n"
    )


def test_a_file_that_is_not_text_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "plan.json"
    place.write_bytes(b"\xff\xfe")
    assert run(["release", "--plan", str(place)]) == 2
    assert capsys.readouterr().err.startswith(f"error: the plan `{place}` cannot be read: it is not UTF-8")


def without_a_field(plan: dict[str, Any]) -> None:
    del plan["steps"][0]["text"]


def of_another_type(plan: dict[str, Any]) -> None:
    plan["steps"][0]["text"] = 7


def without_inputs(plan: dict[str, Any]) -> None:
    del plan["inputs"]


def outside_the_repository(plan: dict[str, Any]) -> None:
    plan["steps"][0]["path"] = "../outside"


@pytest.mark.parametrize("edit", [without_a_field, of_another_type, without_inputs, outside_the_repository])
def test_a_plan_with_an_invalid_step_is_refused_and_nothing_changes(
    sample: Sample, saved: Path, edit: Callable[[dict[str, Any]], None]
) -> None:
    plan = json.loads(saved.read_text())
    edit(plan)
    saved.write_text(json.dumps(plan))
    before = state(sample)
    assert shipit(sample, "release", "--plan", str(saved)).returncode == 2
    assert state(sample) == before
    assert not (sample.path.parent / "outside").exists()


def test_a_version_file_that_is_not_utf8_keeps_its_bytes_in_a_saved_plan(sample: Sample) -> None:
    build = sample.path / "build.gradle"
    build.write_bytes("version = '0.3.1' // 판\n".encode("euc-kr"))
    git(sample.path, "commit", "--quiet", "--all", "--message", "build: less")
    git(sample.path, "push", "--quiet")
    place = sample.path.parent / "plan.json"
    shipit(sample, "plan", "-o", str(place))
    assert shipit(sample, "release", "--plan", str(place)).returncode == 0
    assert build.read_bytes() == "version = '0.4.0' // 판\n".encode("euc-kr")


def test_dry_run_shows_a_saved_plan_and_changes_nothing(sample: Sample, saved: Path) -> None:
    before = state(sample)
    done = shipit(sample, "release", "--dry-run", "--plan", str(saved))
    assert (done.returncode, state(sample)) == (0, before)
    assert done.stdout == shipit(sample, "plan").stdout


def test_plan_json_prints_the_same_plan_that_is_saved(sample: Sample, saved: Path) -> None:
    assert json.loads(shipit(sample, "plan", "--json").stdout) == json.loads(saved.read_text())


def test_a_plan_that_cannot_be_saved_is_an_error(sample: Sample) -> None:
    done = shipit(sample, "plan", "-o", os.path.join("no", "such", "place"))
    assert done.returncode == 2
    assert done.stderr.startswith("error: `no/such/place` cannot be written: ")


def made(kind: type[Struct]) -> st.SearchStrategy[Struct]:
    """Build a struct from any of its fields; hypothesis cannot use defaults that are made by a factory."""
    hints = get_type_hints(kind)
    required = {field.name for field in msgspec.structs.fields(kind) if field.required}
    fields = {name: st.from_type(hints[name]) for name in kind.__struct_fields__}
    optional = {name: values for name, values in fields.items() if name not in required}
    given = st.fixed_dictionaries({name: fields[name] for name in sorted(required)}, optional=optional)
    return given.map(lambda values: kind(**values))


STRUCTS: list[type[Struct]] = [Build, ContainerSpec, HealthCheck, *STEPS.values()]
for kind in STRUCTS:
    st.register_type_strategy(kind, made)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))  # JSON has no such numbers
st.register_type_strategy(Mapping, lambda kind: st.dictionaries(*map(st.from_type, get_args(kind))))  # never a ChainMap
st.register_type_strategy(str, st.text(st.characters(codec="utf-8", exclude_characters="\0")))

PLANS = st.builds(
    ReleasePlan,
    decisions=st.from_type(tuple[Decision, ...]),
    inputs=st.from_type(Inputs),
    steps=st.lists(st.sampled_from(sorted(STEPS)).flatmap(lambda kind: st.from_type(STEPS[kind])), max_size=3).map(
        tuple
    ),
    findings=st.from_type(tuple[Finding, ...]),
    notes=st.text(st.characters(exclude_categories=())),  # surrogates too, which stand for bytes that are not UTF-8
    finishes=st.from_type(tuple[str, ...]),
)


@given(PLANS)
@settings(max_examples=100)
def test_a_plan_of_any_steps_survives_the_file(plan: ReleasePlan) -> None:
    written = json_text(plan_to_json(plan)).encode("utf-8")
    assert plan_from_json(written.decode("utf-8"), "plan.json") == plan


def test_an_equal_plan_is_verified_and_applied(sample: Sample, saved: Path) -> None:
    done = shipit(sample, "release", "--plan", str(saved), "--verify")
    assert (done.returncode, done.stderr.splitlines()[-1][:15]) == (0, "released v0.4.0")


@pytest.mark.parametrize("option", [(), ("--dry-run",)], ids=lambda words: " ".join(words) or "applied")
def test_a_plan_with_an_added_command_is_shown_and_refused(
    sample: Sample, saved: Path, option: tuple[str, ...]
) -> None:
    plan = json.loads(saved.read_text())
    plan["steps"].insert(0, {"kind": "run", "command": "touch stolen", "timeout": 60})
    saved.write_text(json_text(plan))
    before = state(sample)
    done = shipit(sample, "release", "--plan", str(saved), "--verify", *option)
    assert (done.returncode, state(sample)) == (3, before)
    assert not (sample.path / "stolen").exists()
    assert '\n-      "command": "touch stolen",\n' in done.stderr
    assert f"error: `{saved}` differs from a new plan" in done.stderr


def test_a_changed_line_of_a_long_text_is_the_only_one_shown(
    sample: Sample, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "s3cret-token")
    saved.write_text(saved.read_text().replace("load rooms and members in one query", "s3cret-token \u202e"))
    done = shipit(sample, "release", "--plan", str(saved), "--verify")
    changed = [line for line in done.stderr.splitlines() if line.startswith("-  ")]
    assert changed
    assert all("[REDACTED] \\u202e" in line for line in changed)
    assert "s3cret-token" not in done.stdout + done.stderr


def test_a_plan_with_a_requested_version_is_verified_with_the_same_version(sample: Sample) -> None:
    place = sample.path.parent / "plan.json"
    shipit(sample, "plan", "--version", "0.9.0", "-o", str(place))
    assert shipit(sample, "release", "--plan", str(place), "--verify", "--dry-run").returncode == 3
    words = ("release", "--plan", str(place), "--verify", "--dry-run", "--version", "0.9.0")
    assert shipit(sample, *words).returncode == 0


@pytest.mark.parametrize("command", ["release", "image", "deploy"])
def test_a_verification_needs_a_saved_plan(sample: Sample, command: str) -> None:
    done = shipit(sample, command, "--verify")
    assert done.returncode == 2
    assert "add `--plan FILE`" in done.stderr


@pytest.mark.parametrize(
    "plan",
    [ImagePlan(inputs=INPUTS, environment="dev", images=()), DeployPlan(inputs=INPUTS, environment="dev", targets=())],
    ids=["images", "deployment"],
)
def test_a_plan_of_images_or_of_a_deployment_is_verified(
    plan: ImagePlan | DeployPlan, capsys: pytest.CaptureFixture[str]
) -> None:
    verify_plan(Session(), "plan.json", plan, plan)
    added = replace(plan, steps=(Run("touch stolen", 60),))
    with pytest.raises(ConflictError):
        verify_plan(Session(), "plan.json", added, plan)
    assert '-      "command": "touch stolen",' in capsys.readouterr().err
