"""The command `shipit rollback`."""

from __future__ import annotations

import click

from shipit.cli.commands.deployments.deploy import show_deployment
from shipit.cli.complete import complete_environment, complete_version
from shipit.cli.progress.waiting import waiting
from shipit.cli.report import reporting
from shipit.cli.session import Command, Session, json_option, pass_session


@click.command(cls=Command, epilog="Example: shipit rollback prod")
@click.argument("environment", metavar="ENV", shell_complete=complete_environment)
@click.argument("version", metavar="[VERSION]", required=False, shell_complete=complete_version)
@click.option("--dry-run", is_flag=True, help="Print the plan, and change nothing.")
@json_option
@pass_session
def command(session: Session, environment: str, version: str | None, dry_run: bool, as_json: bool) -> None:
    """Go back to an earlier version of an environment.

    Without VERSION, it is the last version that was verified before the one that serves. If there is none, the
    traffic goes back to the container that had it before the first deployment with shipit. Of several targets, those
    that the last deployment did not change keep their image. With VERSION, all targets get that version. The image
    that is taken out of service is held: no later run deploys it again, except `shipit deploy ENV --retry`.
    """
    from shipit import api

    with reporting(session) as report:
        if dry_run:
            with waiting(session.output, "checking the hosts"):
                deployment = api.Deployment(api.plan_rollback(session.project, environment, version), {})
        else:
            deployment = api.rollback(session.project, environment, version, observer=report.progress)
        report.deployed(deployment, applied=not dry_run)
    show_deployment(session, deployment, report.outputs, planned=dry_run, as_json=as_json)
