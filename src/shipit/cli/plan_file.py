"""A plan that was saved to be applied later."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from shipit.errors import UsageError

if TYPE_CHECKING:
    from shipit.plan.model import Plan

_Kind = TypeVar("_Kind", bound="Plan")


def read_plan(path: str, kind: type[_Kind]) -> _Kind:
    """Return the plan in the file `path`.

    Args:
        kind: the kind of plan that the command applies.

    Raises `UsageError` when there is no plan in it, or one of another kind.
    """
    from shipit.plan.views import plan_from_json

    try:
        with open(path, encoding="utf-8") as file:
            plan = plan_from_json(file.read(), path)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"the plan `{path}` cannot be read: {why}", hint=f"shipit plan -o {path}") from error
    if not isinstance(plan, kind):
        raise UsageError(f"`{path}` is a plan to {plan.purpose}", hint=f"shipit {plan.command} --plan {path}")
    return plan
