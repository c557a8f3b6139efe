"""A plan as JSON, both ways."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipit.errors import UsageError
from shipit.finding import Finding
from shipit.plan.model import Inputs
from shipit.plan.release import ReleasePlan
from shipit.plan.version import CommitReason, Decision
from shipit.plan.views import plan_from_json, plan_to_json
from shipit.plan.views.json import SCHEMA
from shipit.steps.registry import STEPS

PLAN = ReleasePlan(
    decisions=(
        Decision(
            "backend",
            "1.1.0",
            "1.0.0",
            "minor",
            "v1.1.0",
            reasons=(CommitReason("a" * 40, "feat: 검색", "feat is minor"),),
            ignored=(CommitReason("b" * 40, "docs: x", "docs does not count"),),
            unreadable=(CommitReason("c" * 40, "hello", "not conventional"),),
            warnings=(CommitReason("d" * 40, "fix: y", "looks like a breaking change"),),
        ),
        Decision("web", None, None, "none", None),
    ),
    inputs=Inputs("e" * 40, "main", "fingerprint"),
    findings=(Finding("dirty", "uncommitted changes", "git stash", "warning"),),
    notes="### Features\n\n- 검색\n",
    finishes=("v1.0.0",),
)

# Whatever a commit may hold is text that JSON can hold. Paths and arguments of commands have no NUL.
contents = st.text(st.characters(codec="utf-8"), max_size=20)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
remarks = st.lists(st.builds(CommitReason, texts, texts, texts), max_size=2).map(tuple)
decisions = st.builds(
    Decision, texts, st.none() | texts, st.none() | texts, texts, st.none() | texts, remarks, remarks, remarks, remarks
)
steps = st.builds(STEPS["publish-release"], tag=texts, latest=st.booleans()) | st.builds(
    STEPS["write-file"],
    path=texts,
    text=contents,
    replaces=st.tuples(texts),
    commit=st.builds(
        lambda parent, subject, after: _release_commit(parent, subject, after), texts, st.none() | texts, st.booleans()
    ),
)
plans = st.builds(
    ReleasePlan,
    decisions=st.lists(decisions, max_size=2).map(tuple),
    inputs=st.builds(Inputs, texts, st.none() | texts, texts),
    steps=st.lists(steps, max_size=3).map(tuple),
    notes=contents,
    finishes=st.lists(texts, max_size=2).map(tuple),
)


def _release_commit(parent: str, subject: str | None, after: bool) -> Any:
    from shipit.steps.repository import ReleaseCommit

    first = ReleaseCommit(parent, subject, "v1")
    return ReleaseCommit(parent, subject, "v1", "main", after=first) if after else first


def written(plan: ReleasePlan) -> dict[str, Any]:
    """The plan as it stands in a file."""
    built: dict[str, Any] = json.loads(json.dumps(plan_to_json(plan)))
    return built


def read(data: object) -> ReleasePlan:
    plan = plan_from_json(json.dumps(data), "plan.json")
    assert isinstance(plan, ReleasePlan)
    return plan


def test_a_plan_survives_json() -> None:
    assert read(written(PLAN)) == PLAN


@given(plans)
def test_every_plan_survives_json(plan: ReleasePlan) -> None:
    assert read(written(plan)) == plan


def test_the_json_of_a_plan_has_its_schema_and_the_kind_of_each_step() -> None:
    plan = ReleasePlan(decisions=(), inputs=PLAN.inputs, steps=(STEPS["publish-release"]("v1.1.0", latest=True),))
    built = written(plan)
    assert built["schema"] == SCHEMA
    assert built["steps"] == [{"kind": "publish-release", "tag": "v1.1.0", "latest": True}]


def refused(text: str) -> UsageError:
    with pytest.raises(UsageError) as raised:
        plan_from_json(text, "plan.json")
    assert "`plan.json`" in raised.value.what
    assert raised.value.hint == "shipit plan -o plan.json"
    return raised.value


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "1", '"plan"', "{}", '{"schema": 2}'])
def test_json_that_is_not_a_plan_is_refused(text: str) -> None:
    refused(text)


@pytest.mark.parametrize("tag", ["v\ud800", "\udfffv"])
def test_a_text_that_no_file_can_have_is_refused(tag: str) -> None:
    step = {"kind": "publish-release", "tag": tag, "latest": True}
    assert "half of a surrogate pair" in refused(json.dumps(written(PLAN) | {"steps": [step]})).what


@pytest.mark.parametrize(
    "change", [{"command": "a\0b"}, {"env": {"A\0": "1"}}, {"env": {"A": "\0"}}, {"makes": ["build/\0"]}]
)
def test_an_argument_that_no_program_accepts_is_refused(change: dict[str, object]) -> None:
    step = {"kind": "run", "command": r"printf '\u0000'", "timeout": 1.0}
    assert read(written(PLAN) | {"steps": [step]}).steps
    assert "has a NUL" in refused(json.dumps(written(PLAN) | {"steps": [step | change]})).what


@pytest.mark.parametrize("timeout", ["NaN", "Infinity", "-Infinity"])
def test_a_limit_that_is_no_number_is_refused(timeout: str) -> None:
    text = json.dumps(written(PLAN) | {"steps": [{"kind": "run", "command": "true", "timeout": 12345.0}]})
    assert f"`{timeout}` is not a number" in refused(text.replace("12345.0", timeout)).what


def test_a_plan_with_another_schema_is_refused() -> None:
    assert "another version of shipit" in refused(json.dumps(written(PLAN) | {"schema": SCHEMA + 1})).what


def test_an_unknown_step_is_named() -> None:
    assert "`deploy-moon`" in refused(json.dumps(written(PLAN) | {"steps": [{"kind": "deploy-moon"}]})).what


@pytest.mark.parametrize(
    "step",
    [
        {},
        {"kind": "publish-release"},
        {"kind": "publish-release", "tag": 1, "latest": True},
        7,
        None,
        "publish-release",
    ],
)
def test_a_damaged_step_is_refused(step: object) -> None:
    refused(json.dumps(written(PLAN) | {"steps": [step]}))


@pytest.mark.parametrize("key", ["decisions", "inputs", "steps", "findings", "notes", "finishes"])
def test_a_plan_without_a_required_field_is_refused(key: str) -> None:
    data = written(PLAN)
    del data[key]
    refused(json.dumps(data))
