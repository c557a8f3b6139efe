"""A plan as JSON, both ways: computed in one place, read by people, applied in another."""

from __future__ import annotations

import json
from typing import Any, get_type_hints

from shipit.errors import UsageError
from shipit.plan.model import Plan
from shipit.steps import STEPS
from shipit.steps.base import Step

SCHEMA = 2


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """The plan as JSON values; every step carries its `kind`."""
    import msgspec

    built: dict[str, Any] = msgspec.to_builtins(plan)
    built["steps"] = [{"kind": step.kind, **msgspec.to_builtins(step)} for step in plan.steps]
    return {"schema": SCHEMA, **built}


def plan_from_json(text: str, where: str) -> Plan:
    """The plan that `text` holds. Raises `UsageError` when it is not one, or of another shipit's form."""
    import msgspec

    try:
        data = json.loads(text)
        if data.pop("schema") != SCHEMA:
            raise UsageError(f"`{where}` was written by another version of shipit", hint=f"shipit plan -o {where}")
        steps = tuple(_step(entry) for entry in data.pop("steps"))
        fields = {name: msgspec.convert(data[name], type) for name, type in _stored_fields().items()}
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, msgspec.ValidationError) as error:
        raise UsageError(f"`{where}` is not a plan: {error}", hint=f"shipit plan -o {where}") from error
    return Plan(steps=steps, **fields)


def _stored_fields() -> dict[str, Any]:
    """The fields of a plan and their types; steps are decoded by their kind."""
    types = get_type_hints(Plan)
    return {name: types[name] for name in Plan.__struct_fields__ if name != "steps"}


def _step(entry: dict[str, Any]) -> Step:
    import msgspec

    kind = entry.pop("kind")
    if kind not in STEPS:
        raise ValueError(f"there is no step `{kind}`")
    step: Step = msgspec.convert(entry, STEPS[kind])
    return step
