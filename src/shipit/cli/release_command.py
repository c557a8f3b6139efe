"""`shipit release`"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from shipit.cli.progress import Progress
from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.errors import UsageError

if TYPE_CHECKING:
    from shipit.api import Outcome
    from shipit.plan.model import Plan


@click.command(cls=Command, epilog="Example: shipit release --dry-run, then shipit release")
@click.option("--dry-run", is_flag=True, help="Print the plan and stop.")
@click.option("--plan", "plan_file", metavar="FILE", help="Apply exactly this plan; refused when its inputs changed.")
@click.option("--version", metavar="X.Y.Z", help="Release this version instead of the computed one.")
@click.option("--strict", is_flag=True, help="End with status 3 when there is nothing to release.")
@json_option
@pass_session
def command(
    session: Session, dry_run: bool, plan_file: str | None, version: str | None, strict: bool, as_json: bool
) -> int:
    """Release what the commits call for.

    Version files and changelog, commit, tag, one atomic push, release. Every step looks first whether it
    is done: after a crash, or when somebody pushed meanwhile, the same command again finishes the release.
    """
    from shipit import api

    if plan_file and version:
        raise UsageError("`--plan` and `--version` cannot be combined", hint="the plan holds its version")
    plan = _read_plan(plan_file) if plan_file else None
    if dry_run:
        plan = plan or api.plan_release(session.project, version=version)
        return _tell(session, api.Outcome(plan, {}), as_json, strict, applied=False)
    observer = Progress(session.output)
    if plan is not None:
        outcome = api.apply(session.project, plan, observer)
    else:
        outcome = api.release(session.project, version=version, observer=observer)
    return _tell(session, outcome, as_json, strict, applied=True)


def _read_plan(path: str) -> Plan:
    from shipit.plan.codec import plan_from_json

    try:
        with open(path, encoding="utf-8") as file:
            return plan_from_json(file.read(), path)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"the plan `{path}` cannot be read: {why}", hint=f"shipit plan -o {path}") from error


def _tell(session: Session, outcome: Outcome, as_json: bool, strict: bool, *, applied: bool) -> int:
    from shipit.plan.show import render_plan

    output = session.output
    if as_json:
        output.json(outcome.report(applied=applied))
    elif not applied:
        output.styled(render_plan(outcome.plan, output.paint, everything=output.verbose))
    if applied and not outcome.released:
        output.say("nothing to release")
    elif applied:
        url = outcome.outputs.get("release-url", "")
        output.say(f"released {outcome.names}" + (f": {url}" if url else ""))
    return 3 if strict and not outcome.released else 0
