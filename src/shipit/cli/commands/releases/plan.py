"""The command `shipit plan`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from shipit.cli.output import json_text
from shipit.cli.package_option import packages_option
from shipit.cli.plan_status import check_option, checked_status
from shipit.cli.progress.waiting import waiting
from shipit.cli.report import CommandReport, reporting
from shipit.cli.session import Command, Session, json_option, pass_session

if TYPE_CHECKING:
    from shipit.plan.model import Plan


@click.command(cls=Command, epilog="Example: shipit plan -o plan.json, review it, then shipit release --plan plan.json")
@json_option
@click.option("-o", "--output", "file", metavar="FILE", help="Save the plan in FILE, to apply exactly this plan later.")
@click.option("--version", metavar="X.Y.Z", help="Plan the release of this version instead of the computed one.")
@packages_option
@check_option
@pass_session
def command(
    session: Session, as_json: bool, file: str | None, version: str | None, packages: tuple[str, ...], check: bool
) -> int:
    """Print all steps of a release, and the reasons for its version.

    On the branch of an environment, the steps to build its images and to deploy them are printed. A plan that is
    saved there only builds the images: a deployment is planned when it starts, from the version that serves then. Also
    lists the commits that were ignored or could not be read. Changes nothing, except that it fetches from the remote; a
    token with read access is enough.
    """
    from shipit import api
    from shipit.plan import views

    with reporting(session) as report, waiting(session.output, "checking the repository and its remote"):
        plan = _plan(session, report, version, packages)
        deployments = () if file and not (as_json or check) else api.plan_deployments(session.project, plan)
    if file is not None:
        session.output.save(file, json_text(views.plan_to_json(plan)))
        session.output.say(f"plan saved in `{file}`; to apply it: shipit {plan.command} --plan {file}")
        if (environment := _deploys_to(session, plan)) is not None:
            session.output.say(f"  it only builds the images; to deploy them afterwards: shipit deploy {environment}")
    if as_json:
        planned = {"deployments": [views.plan_to_json(each) for each in deployments]} if deployments else {}
        session.output.json(views.plan_to_json(plan) | planned)
    elif file is None:
        session.output.styled(views.render_plan(plan, session.output.paint, everything=session.output.verbose))
        for deployment in deployments:
            session.output.styled("\n" + views.render_plan(deployment, session.output.paint))
    return checked_status((finding for each in (plan, *deployments) for finding in each.findings), check)


def _deploys_to(session: Session, plan: Plan) -> str | None:
    """Return the environment to which the images of `plan` are deployed; None if they are not."""
    from shipit.plan.images import ImagePlan

    if isinstance(plan, ImagePlan) and session.project.config.environments[plan.environment].targets:
        return plan.environment
    return None


def _plan(session: Session, report: CommandReport, version: str | None, packages: tuple[str, ...]) -> Plan:
    from shipit import api
    from shipit.plan.deploy import DeployPlan
    from shipit.plan.images import ImagePlan
    from shipit.plan.release import ReleasePlan

    plan = api.plan_task(session.project, version=version, packages=packages)
    if isinstance(plan, ImagePlan):
        report.built(api.Images(plan, {}), applied=False)
    elif isinstance(plan, ReleasePlan):
        report.released(api.Outcome(plan, {}), applied=False)
    elif isinstance(plan, DeployPlan):
        report.deployed(api.Deployment(plan, {}), applied=False)
    return plan
