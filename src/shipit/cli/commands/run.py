"""`shipit run`"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from shipit.cli.report import Report, reporting
from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.core.notes import inline
from shipit.core.printable import printable
from shipit.errors import AuthError, RemoteError, UsageError

if TYPE_CHECKING:
    from shipit.plan.dispatch import Task


@click.command(cls=Command, epilog="Example, in GitHub Actions: shipit run")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do none of it.")
@click.option("--version", metavar="X.Y.Z", help="Release this version instead of the computed one.")
@click.option("--environment", metavar="NAME", help="The environment to build for, instead of the branch's.")
@json_option
@pass_session
def command(session: Session, dry_run: bool, version: str | None, environment: str | None, as_json: bool) -> None:
    """What this branch calls for: the entry point for CI.

    A branch that releases, pushed to or run by hand, is released; the images of an environment that belongs to
    the branch are built and pushed. A pull request is told what merging it releases, and nothing else is written.
    Any other branch, a tag or a schedule calls for nothing.
    """
    from shipit import api

    with reporting(session) as report:
        work = api.next_task(session.project, environment=environment)
        session.output.say(work.why)
        if version and work.kind != "release":
            raise UsageError(f"`--version` is for a branch that releases; {work.why}", hint="leave it out")
        if work.kind == "release":
            _release(session, report, version, dry_run)
        elif work.kind == "preview":
            _look_ahead(session, report, dry_run)
        elif work.kind == "nothing":
            report.summary = f"## Nothing released\n\n{inline(work.why)}\n"
        _environments(session, report, work, dry_run)
        if as_json:
            session.output.json(report.outputs)


def _release(session: Session, report: Report, version: str | None, dry_run: bool) -> None:
    from shipit import api
    from shipit.cli.commands.release import tell
    from shipit.plan.views import render_plan

    if dry_run:
        outcome = api.Outcome(api.plan_release(session.project, version=version), {})
        session.output.guarded(render_plan(outcome.plan, session.output.paint, everything=True))
    else:
        outcome = api.release(session.project, version=version, observer=report.progress)
        tell(session, outcome)
    report.released(outcome, applied=not dry_run, version=version)


def _look_ahead(session: Session, report: Report, dry_run: bool) -> None:
    from shipit import api
    from shipit.plan.views import render_decisions

    preview = api.preview(session.project)
    session.output.guarded(render_decisions(preview.decisions, session.output.paint))
    session.output.say(preview.headline)
    report.previewed(preview)
    if dry_run:
        return
    try:
        api.comment(session.project, preview)
    except (AuthError, RemoteError) as error:  # as on a pull request from a fork, whose token only reads
        session.output.say(f"no comment on the pull request, the summary tells the same: {printable(error.what)}")


def _environments(session: Session, report: Report, work: Task, dry_run: bool) -> None:
    """Build and push the images of every environment that is due."""
    for name in work.environments:
        environment = session.project.config.environments[name]
        if environment.built:
            _images(session, report, name, dry_run)
        else:
            report.outputs["environment"] = name
            _also(session, report, f"`{name}` has no image, so nothing is built")
        if environment.deploy:
            told = f"`{name}` is to be deployed, but this version of shipit deploys nothing"
            _also(session, report, told)
            session.output.annotation("warning", "not deployed", told)


def _also(session: Session, report: Report, told: str) -> None:
    session.output.say(told)
    report.summary += f"\n{told}\n"


def _images(session: Session, report: Report, name: str, dry_run: bool) -> None:
    from shipit import api
    from shipit.cli.commands.image import tell
    from shipit.plan.views import render_plan

    if dry_run:
        images = api.Images(api.plan_image(session.project, name, push=True), {})
        session.output.guarded(render_plan(images.plan, session.output.paint, everything=True))
    else:
        images = api.image(session.project, name, push=True, observer=report.progress)
        tell(session, images)
    report.built(images, applied=not dry_run)
