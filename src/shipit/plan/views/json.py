"""A plan as JSON, both ways: computed in one place, read by people, applied in another."""

from __future__ import annotations

import json
from typing import Any

from msgspec import Struct, ValidationError, convert, to_builtins

from shipit.errors import UsageError
from shipit.finding import Finding
from shipit.plan.images import ImagePlan, PlannedImage
from shipit.plan.model import Inputs, Plan
from shipit.plan.release import ReleasePlan
from shipit.plan.version import Decision
from shipit.steps import STEPS
from shipit.steps.base import Step

SCHEMA = 2


class _Building(Struct, frozen=True):
    """The part of the JSON that only a plan of images has."""

    environment: str
    images: tuple[PlannedImage, ...]
    builder: str = ""


class _Fields(Struct, frozen=True):
    """The fields of schema 2 without the steps: those of both kinds of plan. `building` says which kind it is."""

    decisions: tuple[Decision, ...]
    inputs: Inputs
    findings: tuple[Finding, ...]
    notes: str
    finishes: tuple[str, ...]
    versions: tuple[str, ...]
    building: _Building | None


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """Return the plan as JSON values; every step carries its `kind`."""
    fields: dict[str, Any] = to_builtins(_fields(plan))
    steps = [{"kind": step.kind, **to_builtins(step)} for step in plan.steps]
    head = {"schema": SCHEMA, "decisions": fields.pop("decisions"), "inputs": fields.pop("inputs"), "steps": steps}
    return head | fields


def plan_from_json(text: str, where: str) -> Plan:
    """Return the plan that the file `where` with this `text` holds.

    Raises `UsageError` when it is not a plan, or was written by a version of shipit with another schema.
    """
    try:
        data = json.loads(text)
        if data.pop("schema") != SCHEMA:
            raise UsageError(f"`{where}` was written by another version of shipit", hint=f"shipit plan -o {where}")
        steps = tuple(_step(entry) for entry in data.pop("steps"))
        return _plan(convert(data, _Fields), steps)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, ValidationError) as error:
        raise UsageError(f"`{where}` is not a plan: {error}", hint=f"shipit plan -o {where}") from error


def _fields(plan: Plan) -> _Fields:
    if isinstance(plan, ImagePlan):
        building = _Building(plan.environment, plan.images, plan.builder)
        return _Fields((), plan.inputs, plan.findings, "", (), (), building)
    assert isinstance(plan, ReleasePlan)
    return _Fields(plan.decisions, plan.inputs, plan.findings, plan.notes, plan.finishes, plan.versions, None)


def _plan(fields: _Fields, steps: tuple[Step, ...]) -> Plan:
    if building := fields.building:
        return ImagePlan(
            inputs=fields.inputs,
            steps=steps,
            findings=fields.findings,
            environment=building.environment,
            images=building.images,
            builder=building.builder,
        )
    return ReleasePlan(
        inputs=fields.inputs,
        steps=steps,
        findings=fields.findings,
        decisions=fields.decisions,
        notes=fields.notes,
        finishes=fields.finishes,
        versions=fields.versions,
    )


def _step(entry: dict[str, Any]) -> Step:
    kind = entry.pop("kind")
    if kind not in STEPS:
        raise ValueError(f"there is no step `{kind}`")
    step: Step = convert(entry, STEPS[kind])
    return step
