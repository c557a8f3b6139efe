"""Reading of a plan that `shipit plan -o` saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from shipit.errors import UsageError

if TYPE_CHECKING:
    from shipit.plan.model import Plan

_Kind = TypeVar("_Kind", bound="Plan")


def read_plan(path: str, kind: type[_Kind]) -> _Kind:
    """Return the plan that is saved in the file `path`.

    Args:
        path: the file that `shipit plan -o` wrote.
        kind: the kind of plan that the command can apply.

    Raises:
        UsageError: the file cannot be read, is not a plan, or is a plan of another kind.
    """
    from shipit.plan.views import plan_from_json

    try:
        with open(path, encoding="utf-8") as file:
            plan = plan_from_json(file.read(), path)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"the plan `{path}` cannot be read: {reason}", hint=kind.how_to_make) from error
    except UsageError as error:
        error.hint = kind.how_to_make
        raise
    if not isinstance(plan, kind):
        what = f"`{path}` is a plan to {plan.purpose}, which this command cannot apply"
        raise UsageError(what, hint=f"shipit {plan.command} --plan {path}")
    return plan
