"""The command `shipit deploy`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from shipit.cli.complete import complete_environment, complete_version
from shipit.cli.plan_file import plan_option, read_plan, require_plan_file, verify_option, verify_plan
from shipit.cli.plan_status import check_option, checked_status
from shipit.cli.progress.waiting import waiting
from shipit.cli.report import reporting
from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.core.deploy import machine
from shipit.errors import UsageError

if TYPE_CHECKING:
    from shipit.api import Deployment


@click.command(cls=Command, epilog="Example: shipit deploy prod --dry-run, then shipit deploy prod")
@click.argument("environment", metavar="[ENV]", required=False, shell_complete=complete_environment)
@click.argument("version", metavar="[VERSION]", required=False, shell_complete=complete_version)
@click.option("--dry-run", is_flag=True, help="Print the plan, and change nothing.")
@plan_option
@verify_option
@click.option("-o", "--output", "save", metavar="FILE", help="Save the plan in FILE and change nothing.")
@click.option("--retry", is_flag=True, help="Deploy the image even if an earlier run or a person rejected it.")
@check_option
@json_option
@pass_session
def command(
    session: Session,
    environment: str | None,
    version: str | None,
    dry_run: bool,
    plan_file: str | None,
    verify: bool,
    save: str | None,
    retry: bool,
    check: bool,
    as_json: bool,
) -> int:
    """Deploy an image that is in the registry to an environment.

    ENV is the name of an environment in shipit.toml; without ENV, it is the environment of the current branch.
    Without VERSION, the image of the current commit is deployed; with it, all targets get that version. The new
    version gets the traffic when it is healthy. If it fails, the earlier version serves, and the exit status is 6.
    The exit status is 7 if no version could be verified; then run `shipit status ENV`.
    """
    from shipit import api
    from shipit.plan.deploy import DeployPlan

    require_plan_file(plan_file, verify=verify)
    if plan_file and (environment or version or retry) and not verify:
        what = "`--plan` cannot be combined with ENV, VERSION or `--retry`: the plan says what is deployed"
        raise UsageError(what, hint=f"shipit deploy --plan {plan_file}")
    if check and not (dry_run or save):
        what = "`--check` needs `--dry-run` or `-o`: a deployment fails anyway if a problem blocks it"
        raise UsageError(what, hint=f"shipit deploy {environment or 'ENV'} --dry-run --check")
    plan = read_plan(plan_file, DeployPlan) if plan_file else None
    with reporting(session) as report:
        if plan_file and plan and verify:
            new = api.plan_deploy(session.project, environment, version, retry=retry)
            verify_plan(session, plan_file, plan, new)
        if dry_run or save:
            with waiting(session.output, "checking the registry and the hosts"):
                plan = plan or api.plan_deploy(session.project, environment, version, retry=retry)
            deployment = api.Deployment(plan, {})
        elif plan:
            deployment = api.apply_deployment(session.project, plan, report.progress)
        else:
            deployment = api.deploy(session.project, environment, version, retry=retry, observer=report.progress)
        report.deployed(deployment, applied=not (dry_run or save))
    if save:
        save_plan(session, deployment, save)
    show_deployment(session, deployment, report.outputs, planned=dry_run or bool(save), as_json=as_json)
    return checked_status(deployment.plan.findings, check)


def save_plan(session: Session, deployment: Deployment, file: str) -> None:
    """Save the plan of a deployment in `file`, and say how to apply it."""
    from shipit.cli.output import json_text
    from shipit.plan.views import plan_to_json

    session.output.save(file, json_text(plan_to_json(deployment.plan)))
    session.output.say(f"plan saved in `{file}`; to apply it: shipit {deployment.plan.command} --plan {file}")


def show_deployment(
    session: Session, deployment: Deployment, outputs: dict[str, str], *, planned: bool, as_json: bool
) -> None:
    """Print the plan of a deployment, or its result."""
    from shipit.plan.views import plan_to_json, render_plan

    if as_json:
        plan = plan_to_json(deployment.plan)
        session.output.json(plan if planned else {**outputs, "targets": _with_before(plan["deploying"]["targets"])})
    elif planned:
        session.output.styled(render_plan(deployment.plan, session.output.paint, everything=session.output.verbose))
    if not planned:
        report_deployment(session, deployment)


def _with_before(targets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the planned targets with the key `serving` of their hosts renamed to `before`; also changes `targets`."""
    for target in targets:
        target["hosts"] = [{**host, "before": host.pop("serving")} for host in target["hosts"]]
    return targets


def report_deployment(session: Session, deployment: Deployment) -> None:
    """Print one line for each host of a deployment, and the warnings."""
    plan = deployment.plan
    if deployment.paused:
        session.output.say_untrusted(f"{plan.environment}: {deployment.paused}")
        session.output.say(f"  to go on: shipit approve {plan.environment}")
        session.output.say(f"  to go back: shipit approve {plan.environment} --reject")
        session.output.findings(plan.warnings)
        return
    for target in plan.targets:
        image = f"{target.app} {target.image}" if len(plan.targets) > 1 else str(target.image)
        for host in target.hosts:
            already = ", as before" if host.serving == target.image and not host.problem else ""
            if why := deployment.unverified.get((host.host, target.app)):
                session.output.say_untrusted(f"{plan.environment}: {image} is not verified: {why}")
            else:
                session.output.say(f"{plan.environment}: {image} serves on {machine(host.host)}{already}")
    if deployment.url:
        session.output.say(f"  {deployment.url}")
    session.output.findings(plan.warnings)
