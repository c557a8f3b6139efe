"""`shipit plan`"""

from __future__ import annotations

import click

from shipit.cli.output import json_text
from shipit.cli.report import reporting
from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.cli.waiting import waiting


@click.command(cls=Command, epilog="Example: shipit plan -o plan.json, review it, then shipit release --plan plan.json")
@json_option
@click.option("-o", "--output", "file", metavar="FILE", help="Save the plan, to apply exactly it later.")
@click.option("--version", metavar="X.Y.Z", help="Plan this version instead of the computed one.")
@pass_session
def command(session: Session, as_json: bool, file: str | None, version: str | None) -> None:
    """Everything a release would do here, and why.

    Also which commits were ignored or could not be read. Changes nothing, apart from fetching what the
    remote has; read rights are enough.
    """
    from shipit import api
    from shipit.plan.codec import plan_to_json
    from shipit.plan.show import render_plan

    with reporting(session) as report:
        with waiting(session.output, "looking at the repository and its remote"):
            plan = api.plan_release(session.project, version=version)
        report.released(api.Outcome(plan, {}), applied=False)
    if file is not None:
        session.output.save(file, json_text(plan_to_json(plan)))
        session.output.say(f"plan saved; to apply exactly it: shipit release --plan {file}")
    if as_json:
        session.output.json(plan_to_json(plan))
    elif file is None:
        session.output.styled(render_plan(plan, session.output.paint, everything=session.output.verbose))
