"""The command `shipit run`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from shipit.cli.complete import complete_environment
from shipit.cli.package_option import packages_option
from shipit.cli.report import CommandReport, reporting
from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.core.notes import inline
from shipit.core.printable import printable
from shipit.errors import AuthError, RemoteError, UsageError

if TYPE_CHECKING:
    from shipit.plan.dispatch import Task


@click.command(cls=Command, epilog="Example, in GitHub Actions: shipit run")
@click.option("--dry-run", is_flag=True, help="Print the plan, and change nothing.")
@click.option("--version", metavar="X.Y.Z", help="Release this version instead of the computed one.")
@packages_option
@click.option(
    "--environment",
    metavar="NAME",
    shell_complete=complete_environment,
    help="Build for environment NAME instead of that of the branch.",
)
@json_option
@pass_session
def command(
    session: Session,
    dry_run: bool,
    version: str | None,
    packages: tuple[str, ...],
    environment: str | None,
    as_json: bool,
) -> None:
    """Do what the branch and the CI event require: the entry point for CI.

    On a release branch, when commits are pushed or the workflow is started by hand: release. On the branch of an
    environment: build and push the images of that environment, and deploy them if it has a target. On a pull request:
    write a comment that shows the release that merging it would make, and change nothing else. On any other branch, a
    tag or a schedule: nothing.
    """
    from shipit import api

    with reporting(session) as report:
        task = api.next_task(session.project, environment=environment)
        session.output.say(task.why)
        for option, given in (("--version", version), ("--package", packages)):
            if given and task.kind != "release":
                raise UsageError(f"`{option}` can only be used for a release; {task.why}", hint=f"leave out `{option}`")
        if task.kind == "release":
            _release(session, report, version, packages, dry_run)
        elif task.kind == "preview":
            _preview(session, report, dry_run)
        elif task.kind == "nothing":
            report.summary = f"## Nothing released\n\n{inline(task.why)}\n"
        _environments(session, report, task, dry_run)
        if as_json:
            session.output.json(report.outputs)


def _release(
    session: Session, report: CommandReport, version: str | None, packages: tuple[str, ...], dry_run: bool
) -> None:
    from shipit import api
    from shipit.cli.commands.releases.release import report_release
    from shipit.plan.views import render_plan

    if dry_run:
        outcome = api.Outcome(api.plan_release(session.project, version=version, packages=packages), {})
        session.output.say_untrusted(render_plan(outcome.plan, session.output.paint, everything=True))
    else:
        outcome = api.release(session.project, version=version, packages=packages, observer=report.progress)
        report_release(session, outcome)
    report.released(outcome, applied=not dry_run, version=version)


def _preview(session: Session, report: CommandReport, dry_run: bool) -> None:
    from shipit import api
    from shipit.plan.views import render_decisions

    preview = api.preview(session.project)
    session.output.say_untrusted(render_decisions(preview.decisions, session.output.paint))
    session.output.say(preview.headline)
    report.previewed(preview)
    if dry_run:
        return
    try:
        api.comment(session.project, preview)
    except (AuthError, RemoteError) as error:  # for example on a pull request from a fork, whose token can only read
        session.output.say(f"the comment on the pull request was not written: {printable(error.what)}")
        session.output.say("  the summary of this job shows the same information")


def _environments(session: Session, report: CommandReport, task: Task, dry_run: bool) -> None:
    """Build and push the images of each environment of `task`, and deploy them."""
    for name in task.environments:
        environment = session.project.config.environments[name]
        if environment.built:
            _images(session, report, name, dry_run)
        elif not environment.targets:
            report.outputs["environment"] = name
            _add_remark(session, report, f"environment `{name}` has no image, so nothing is built")
        if environment.targets:
            _deploy(session, report, name, dry_run)


def _add_remark(session: Session, report: CommandReport, text: str) -> None:
    """Print `text`, and add it to the summary of the job."""
    session.output.say(text)
    report.summary += f"\n{text}\n"


def _images(session: Session, report: CommandReport, name: str, dry_run: bool) -> None:
    from shipit import api
    from shipit.cli.commands.deployments.image import report_images
    from shipit.plan.views import render_plan

    if dry_run:
        images = api.Images(api.plan_image(session.project, name, push=True), {})
        session.output.say_untrusted(render_plan(images.plan, session.output.paint, everything=True))
    else:
        images = api.image(session.project, name, push=True, observer=report.progress)
        report_images(session, images)
    report.built(images, applied=not dry_run)


def _deploy(session: Session, report: CommandReport, name: str, dry_run: bool) -> None:
    from shipit import api
    from shipit.cli.commands.deployments.deploy import report_deployment
    from shipit.plan.views import render_plan

    if dry_run:
        deployment = api.Deployment(api.plan_deploy(session.project, name, after_push=True), {})
        session.output.say_untrusted(render_plan(deployment.plan, session.output.paint, everything=True))
    else:
        deployment = api.deploy(session.project, name, observer=report.progress)
        report_deployment(session, deployment)
    report.deployed(deployment, applied=not dry_run)
