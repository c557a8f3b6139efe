"""`shipit release`"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from shipit.cli.plan_file import read_plan
from shipit.cli.report import Report, reporting
from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.errors import PreflightError, UsageError
from shipit.finding import Finding

if TYPE_CHECKING:
    from shipit.api import Outcome
    from shipit.plan.release import ReleasePlan


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
    from shipit.plan.release import ReleasePlan

    if plan_file and version:
        raise UsageError("`--plan` and `--version` cannot be combined", hint="the plan holds its version")
    plan = read_plan(plan_file, ReleasePlan) if plan_file else None
    with reporting(session) as report:
        if dry_run:
            outcome = api.Outcome(plan or api.plan_release(session.project, version=version), {})
        else:
            _refuse_proposals(session)
            outcome = _released(session, report, plan, version)
        report.released(outcome, applied=not dry_run, version=version)
    if as_json:
        session.output.json(outcome.report(applied=not dry_run))
    elif dry_run:
        from shipit.plan.views import render_plan

        session.output.styled(render_plan(outcome.plan, session.output.paint, everything=session.output.verbose))
    if not dry_run:
        tell(session, outcome)
    return 3 if strict and not outcome.released else 0


def _released(session: Session, report: Report, plan: ReleasePlan | None, version: str | None) -> Outcome:
    from shipit import api

    if plan is not None:
        return api.apply(session.project, plan, report.progress)
    return api.release(session.project, version=version, observer=report.progress)


def _refuse_proposals(session: Session) -> None:
    """Raise `PreflightError` where a pull request made the CI run: anybody can open one."""
    event = session.project.ci.event
    if event.is_pull_request:
        fix = "release on the event `push`; `shipit run` tells what merging a pull request releases"
        finding = Finding("pull-request", f"the event `{event.name}` never releases", fix)
        raise PreflightError([finding], state="nothing was changed")


def tell(session: Session, outcome: Outcome) -> None:
    """What a release came to, where each of its images is, and what did not stop it."""
    url = outcome.outputs.get("release-url", "")
    done = f"released {outcome.names}" + (f": {url}" if url else "")
    session.output.say(done if outcome.released else "nothing to release")
    for reference, digest in outcome.pushed.items():
        session.output.say(f"in the registry: {reference}@{digest}")
    session.output.findings(outcome.plan.warnings)
