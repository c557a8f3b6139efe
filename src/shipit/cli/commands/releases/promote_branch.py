"""The command `shipit promote-branch`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from shipit.cli.report import reporting
from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.core.notes import inline
from shipit.errors import UsageError
from shipit.finding import any_blocks

if TYPE_CHECKING:
    from shipit.plan.promotion import PromotionPlan


@click.command(cls=Command, epilog="Example: shipit promote-branch main prod")
@click.argument("branches", metavar="[FROM] TO", nargs=-1, required=True)
@click.option("--version", metavar="X.Y.Z", help="Move the branch to this release instead of the last one.")
@click.option("--dry-run", is_flag=True, help="Print the plan, and change nothing.")
@json_option
@pass_session
def command(session: Session, branches: tuple[str, ...], version: str | None, dry_run: bool, as_json: bool) -> None:
    """Move a branch, such as prod, to a release.

    The branch TO of the remote, or that of the environment TO, moves to the last release of the branch FROM. FROM is by
    default the key `from` of the environment, or else the release branch. A branch without commits of its own is
    fast-forwarded. A branch with commits of its own gets a merge commit with the files of the release; if one of these
    commits has a change that no release contains, shipit stops and names it. No commit is ever removed.
    """
    from shipit import api

    if len(branches) > 2:
        what = f"`promote-branch` takes one or two branches, and not {len(branches)}"
        raise UsageError(what, hint="shipit promote-branch main prod")
    source, target = branches[0] if branches[1:] else None, branches[-1]
    with reporting(session) as report:
        if dry_run:
            plan = api.plan_promotion(session.project, target, source=source, version=version)
        else:
            plan = api.promote_branch(session.project, target, source=source, version=version, observer=report.progress)
        headline = _headline(plan, applied=not dry_run)
        report.summary = f"## {inline(headline)}\n"
    if as_json:
        session.output.json(_result(plan, applied=not dry_run))
    elif dry_run:
        from shipit.plan.views import render_plan

        session.output.styled(render_plan(plan, session.output.paint, everything=True))
    if not dry_run:
        session.output.say(headline)


def _result(plan: PromotionPlan, *, applied: bool) -> dict[str, Any]:
    moved, blocked = applied and bool(plan.steps), [finding.what for finding in plan.findings if finding.blocks]
    return {"branch": plan.target, "tag": plan.tag, "commit": plan.commit, "moved": moved, "problems": blocked}


def _headline(plan: PromotionPlan, *, applied: bool) -> str:
    if any_blocks(plan.findings):
        return f"cannot move {plan.target} to {plan.tag}"
    if not plan.steps:
        return f"{plan.target} has the files of {plan.tag} already"
    return f"{'moved' if applied else 'would move'} {plan.target} to {plan.tag}"
