"""Conversion of a plan to JSON and back, for a plan that is saved, reviewed and applied later."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from msgspec import Struct, ValidationError, convert, to_builtins
from msgspec.structs import asdict

from shipit.errors import UsageError
from shipit.finding import Finding
from shipit.plan.deploy import DeployPlan, PlannedTarget
from shipit.plan.images import ImagePlan, PlannedImage
from shipit.plan.model import Inputs, Plan
from shipit.plan.release import ReleasePlan
from shipit.plan.version import CommitReason, Decision
from shipit.steps.base import Step
from shipit.steps.repository import RestoreFile

SCHEMA = 2
_ARGUMENTS = {"path", "paths", "command", "env", "makes", "name", "tag", "tags", "branch", "author"}


class _Building(Struct, frozen=True):
    """The fields that only a plan of images has."""

    environment: str
    images: tuple[PlannedImage, ...]
    builder: str = ""


class _Deploying(Struct, frozen=True):
    """The fields that only a plan of a deployment has."""

    environment: str
    targets: tuple[PlannedTarget, ...]
    rollback: bool = False


class _Fields(Struct, frozen=True):
    """The fields of schema 2 without the steps, for all kinds of plan. Each has only its own of the last two."""

    decisions: tuple[Decision, ...]
    inputs: Inputs
    findings: tuple[Finding, ...]
    notes: str
    finishes: tuple[str, ...]
    versions: tuple[str, ...]
    building: _Building | None
    deploying: _Deploying | None = None
    ignored: tuple[CommitReason, ...] = ()
    way_back: tuple[RestoreFile, ...] = ()
    packages: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    pull_request: str = ""


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """Return the plan as JSON values. Each step has its `kind` beside its fields."""
    fields: dict[str, Any] = to_builtins(_fields(plan))
    steps = [{"kind": step.kind, **to_builtins(step)} for step in plan.steps]
    for name in ("deploying", "way_back", "merged", "pull_request"):  # only the plans that have one
        if not fields[name]:
            del fields[name]
    head = {"schema": SCHEMA, "decisions": fields.pop("decisions"), "inputs": fields.pop("inputs"), "steps": steps}
    return head | fields


def plan_from_json(text: str, where: str) -> Plan:
    """Return the plan in the JSON `text`.

    Args:
        where: the name of the file, for messages.

    Raises:
        UsageError: the text is not a plan, or was written by a version of shipit with another schema.
    """
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
        _require_characters(data)
        if data.pop("schema") != SCHEMA:
            what = f"`{where}` was written by another version of shipit, whose plans have another format"
            raise UsageError(what, hint=Plan.how_to_make)
        steps = tuple(_step(entry) for entry in data.pop("steps"))
        return _plan(convert(data, _Fields), steps)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, ValidationError) as error:
        what = f"`{where}` was not written by `shipit plan -o`: {_reason(error)}"
        raise UsageError(what, hint=Plan.how_to_make) from error


def _refuse_constant(name: str) -> None:
    """Raise `ValueError`: `NaN` and `Infinity` are no numbers of JSON, and a limit of so many seconds is none."""
    raise ValueError(f"`{name}` is not a number")


def _require_characters(data: object) -> None:
    """Raise `ValueError` if a text has half of a surrogate pair, or a NUL where no program accepts it.

    The halves of surrogate pairs that stand for other bytes are accepted.
    """
    if any("\0" in text for text in _arguments(data)):
        raise ValueError("a path or a command in it has a NUL, which no program accepts")
    try:
        json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise ValueError("a text in it has half of a surrogate pair, which is not a character") from None


def _arguments(value: object, *, within: bool = False) -> Iterator[str]:
    """Yield the texts in JSON values that become paths, or arguments and variables of programs.

    Args:
        within: True for a value all of whose texts are yielded.
    """
    if isinstance(value, str) and within:
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from [key] if within else []
            yield from _arguments(each, within=within or key in _ARGUMENTS)
    elif isinstance(value, list):
        for each in value:
            yield from _arguments(each, within=within)


def _reason(error: Exception) -> str:
    """Return the reason why a text is not a plan, without the wording of Python's own errors."""
    if isinstance(error, KeyError):
        return f"it has no `{error.args[0]}`"
    if isinstance(error, json.JSONDecodeError):
        return "it is not valid JSON"
    if isinstance(error, ValueError):  # from `_step`, or the type of a field
        return str(error)
    return "it does not have the form of a plan"


def _fields(plan: Plan) -> _Fields:
    if isinstance(plan, ImagePlan):
        building = _Building(plan.environment, plan.images, plan.builder)
        return _Fields((), plan.inputs, plan.findings, "", (), (), building)
    if isinstance(plan, DeployPlan):
        deploying = _Deploying(plan.environment, plan.targets, plan.rollback)
        return _Fields((), plan.inputs, plan.findings, "", (), (), None, deploying)
    assert isinstance(plan, ReleasePlan)
    return _Fields(
        plan.decisions,
        plan.inputs,
        plan.findings,
        plan.notes,
        plan.finishes,
        plan.versions,
        None,
        ignored=plan.ignored,
        way_back=plan.way_back,
        packages=plan.packages,
        merged=plan.merged,
        pull_request=plan.pull_request,
    )


def _plan(fields: _Fields, steps: tuple[Step, ...]) -> Plan:
    shared: dict[str, Any] = {"inputs": fields.inputs, "steps": steps, "findings": fields.findings}
    if fields.building:
        return ImagePlan(**shared, **asdict(fields.building))
    if fields.deploying:
        return DeployPlan(**shared, **asdict(fields.deploying))
    return ReleasePlan(
        **shared,
        decisions=fields.decisions,
        notes=fields.notes,
        finishes=fields.finishes,
        versions=fields.versions,
        ignored=fields.ignored,
        way_back=fields.way_back,
        packages=fields.packages,
        merged=fields.merged,
        pull_request=fields.pull_request,
    )


def _step(entry: dict[str, Any]) -> Step:
    from shipit.steps.registry import STEPS  # imported late: only a plan that is read needs all kinds of steps

    kind = entry.pop("kind")
    if kind not in STEPS:
        raise ValueError(f"shipit has no step `{kind}`")
    step: Step = convert(entry, STEPS[kind])
    return step
