"""The command `shipit approve`."""

from __future__ import annotations

import click

from shipit.cli.commands.deployments.deploy import show_deployment
from shipit.cli.complete import complete_environment
from shipit.cli.progress.waiting import waiting
from shipit.cli.report import reporting
from shipit.cli.session import Command, Session, json_option, pass_session


@click.command(cls=Command, epilog="Example: shipit approve prod, or shipit approve prod --reject")
@click.argument("environment", metavar="ENV", shell_complete=complete_environment)
@click.option("--reject", is_flag=True, help="Go back to the earlier version instead.")
@click.option("--dry-run", is_flag=True, help="Print the plan, and change nothing.")
@json_option
@pass_session
def command(session: Session, environment: str, reject: bool, dry_run: bool, as_json: bool) -> None:
    """Let a paused deployment of Amazon ECS go on, and follow it to its end.

    If it is paused again later, the command ends with exit status 0: run it again to approve that pause, too. With
    --reject, the earlier version serves again, and the new one is held: no later run deploys it, except `shipit deploy
    ENV --retry`. The exit status is 6 if the new version fails, and 2 if nothing is paused.
    """
    from shipit import api

    with reporting(session) as report:
        if dry_run:
            with waiting(session.output, "checking the service"):
                deployment = api.Deployment(api.plan_approval(session.project, environment, reject=reject), {})
        else:
            deployment = api.approve(session.project, environment, reject=reject, observer=report.progress)
        report.deployed(deployment, applied=not dry_run)
    show_deployment(session, deployment, report.outputs, planned=dry_run, as_json=as_json)
