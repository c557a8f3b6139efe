"""The command `shipit status`."""

from __future__ import annotations

import click

from shipit.cli.complete import complete_environment
from shipit.cli.progress.waiting import waiting
from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.finding import any_blocks


@click.command(cls=Command, epilog="Example: shipit status prod")
@click.argument("environment", metavar="[ENV]", required=False, shell_complete=complete_environment)
@json_option
@pass_session
def command(session: Session, environment: str | None, as_json: bool) -> int:
    """Show what serves in an environment: the version, since when, by which run, and whether it is healthy.

    Also shows the images that are held, differences between the host and what shipit left there, a deployment that is
    running, and the commits that are not deployed yet. Changes nothing. The exit status is 3 if it found a
    problem that blocks the next deployment.
    """
    from shipit import api
    from shipit.plan.views import render_status, status_to_json

    with waiting(session.output, "checking the hosts"):
        found = api.status(session.project, environment)
    if as_json:
        session.output.json([status_to_json(each) for each in found])
    else:
        session.output.styled("\n".join(render_status(each, session.output.paint) for each in found))
    return 3 if any_blocks(finding for each in found for finding in each.findings) else 0
