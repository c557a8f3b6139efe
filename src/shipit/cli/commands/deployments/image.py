"""The command `shipit image`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from shipit.cli.complete import complete_environment
from shipit.cli.plan_file import plan_option, read_plan, require_plan_file, verify_option, verify_plan
from shipit.cli.progress.waiting import waiting
from shipit.cli.report import reporting
from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.errors import UsageError

if TYPE_CHECKING:
    from shipit.api import Images


@click.command(cls=Command, epilog="Example: shipit image dev --push")
@click.argument("environment", metavar="[ENV]", required=False, shell_complete=complete_environment)
@click.option("--push", is_flag=True, help="Also push the images to the registry.")
@click.option("--dry-run", is_flag=True, help="Print the plan, and change nothing.")
@plan_option
@verify_option
@json_option
@pass_session
def command(
    session: Session,
    environment: str | None,
    push: bool,
    dry_run: bool,
    plan_file: str | None,
    verify: bool,
    as_json: bool,
) -> None:
    """Build the images of an environment.

    ENV is the name of an environment in shipit.toml; without ENV, the environment of the current branch is built. With
    --push, first permanent tags (`1.4.0`) are pushed, then moving ones (`latest`). An image that the registry already
    has from this commit is not built again.
    """
    from shipit import api
    from shipit.plan.images import ImagePlan

    require_plan_file(plan_file, verify=verify)
    if plan_file and (environment or push) and not verify:
        what = "`--plan` cannot be combined with ENV or `--push`: the plan says both"
        raise UsageError(what, hint=f"shipit image --plan {plan_file}")
    plan = read_plan(plan_file, ImagePlan) if plan_file else None
    with reporting(session) as report:
        if plan_file and plan and verify:
            verify_plan(session, plan_file, plan, api.plan_image(session.project, environment, push=True))
        if dry_run:
            with waiting(session.output, "checking the repository, the engine and the registry"):
                images = api.Images(plan or api.plan_image(session.project, environment, push=push), {})
        elif plan:
            images = api.apply(session.project, plan, report.progress)
        else:
            images = api.image(session.project, environment, push=push, observer=report.progress)
        report.built(images, applied=not dry_run)
    if as_json:
        session.output.json({**report.outputs, **images.details})
    elif dry_run:
        from shipit.plan.views import render_plan

        session.output.styled(render_plan(images.plan, session.output.paint, everything=session.output.verbose))
    if not dry_run:
        report_images(session, images)


def report_images(session: Session, images: Images) -> None:
    """Print the builder, one line for each image, the moving tags that were not moved, and the warnings."""
    if images.plan.builder:
        session.output.say(f"built by {images.plan.builder}")
    for image in images.plan.images:
        digest = images.pushed.get(image.reference)
        session.output.say(f"in the registry: {image.reference}@{digest}" if digest else f"built {image.reference}")
        for kept in image.kept:
            session.output.say(f"  {kept}")
    session.output.findings(images.plan.warnings)
