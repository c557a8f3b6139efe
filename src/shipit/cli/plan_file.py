"""Reading of a plan that `shipit plan -o` saved, and the comparison of it with a new plan."""

from __future__ import annotations

from difflib import unified_diff
from shlex import quote
from typing import TYPE_CHECKING, Any, TypeVar

import click

from shipit.cli.session import Session
from shipit.core import limits
from shipit.errors import ConflictError, UsageError

if TYPE_CHECKING:
    from shipit.plan.model import Plan

_Kind = TypeVar("_Kind", bound="Plan")

plan_option = click.option(
    "--plan",
    "plan_file",
    metavar="FILE",
    help="Apply the plan saved in FILE; refused if it is out of date. Its commands are run, so trust it like code.",
)
verify_option = click.option(
    "--verify",
    is_flag=True,
    help="With `--plan`: make a new plan with the same arguments first. If it differs from FILE, show the differences "
    "and stop.",
)


def require_plan_file(plan_file: str | None, *, verify: bool) -> None:
    """Raise `UsageError` if `--verify` is given without `--plan`."""
    if verify and plan_file is None:
        raise UsageError("`--verify` compares a saved plan, but there is no `--plan`", hint="add `--plan FILE`")


def verify_plan(session: Session, path: str, saved: Plan, new: Plan) -> None:
    """Print the differences and raise `ConflictError` unless the plan `saved` in the file `path` equals the plan `new`.

    Texts are compared line by line. Secrets are removed from what is printed.
    """
    from shipit.core.printable import printable
    from shipit.plan.views import plan_to_json

    before, after = plan_to_json(saved), plan_to_json(new)
    if before == after:
        return
    lines = list(unified_diff(_lines(before), _lines(after), path, "a new plan", lineterm=""))
    shown, rest = lines[: limits.PLAN_DIFF], len(lines) - limits.PLAN_DIFF
    more = [f"({rest} more lines)"] if rest > 0 else []
    session.output.say_untrusted("\n".join(printable(line) for line in (*shown, *more)))
    raise ConflictError(
        f"`{path}` differs from a new plan: lines with `-` are only in the file, lines with `+` only in the new plan",
        hint=f"make a new plan, and read it before you apply it: {saved.how_to_renew}",
        state=saved.untouched,
    )


def _lines(value: Any) -> list[str]:
    """Return JSON values as lines of indented JSON, in which each line of a longer text is a line of its own."""
    from shipit.cli.output import json_text

    return json_text(_split(value)).splitlines()


def _split(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _split(each) for key, each in value.items()}
    if isinstance(value, str) and "\n" in value:
        return value.split("\n")
    return [_split(each) for each in value] if isinstance(value, list | tuple) else value


def read_plan(path: str, kind: type[_Kind]) -> _Kind:
    """Return the plan that is saved in the file `path`.

    Args:
        path: the file that `shipit plan -o` wrote.
        kind: the kind of plan that the command can apply.

    Raises:
        UsageError: the file cannot be read, is not a plan, or is a plan of another kind.
    """
    from shipit.adapters.files.regular_file import read_regular_file
    from shipit.plan.views import plan_from_json

    try:
        plan = plan_from_json(read_regular_file(path).decode("utf-8"), path)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        missing = isinstance(error, FileNotFoundError)
        hint = kind.how_to_make.replace("plan.json", quote(path)) if missing else kind.how_to_make
        raise UsageError(f"the plan `{path}` cannot be read: {reason}", hint=hint) from error
    except UsageError as error:
        error.hint = kind.how_to_make  # not into `path`, which can be another file of the user
        raise
    if not isinstance(plan, kind):
        what = f"`{path}` is a plan to {plan.purpose}, which this command cannot apply"
        raise UsageError(what, hint=f"shipit {plan.command} --plan {path}")
    return plan
