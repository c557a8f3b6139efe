"""The command `shipit release`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from shipit.cli.package_option import packages_option
from shipit.cli.plan_file import plan_option, read_plan, require_plan_file, verify_option, verify_plan
from shipit.cli.report import CommandReport, reporting
from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.errors import PreflightError, UsageError
from shipit.finding import Finding

if TYPE_CHECKING:
    from shipit.api import Outcome
    from shipit.plan.release import ReleasePlan


@click.command(cls=Command, epilog="Example: shipit release --dry-run, then shipit release")
@click.option("--dry-run", is_flag=True, help="Print the plan, and change nothing.")
@plan_option
@verify_option
@click.option("--version", metavar="X.Y.Z", help="Release this version instead of the computed one.")
@packages_option
@click.option("--strict", is_flag=True, help="End with exit status 3 if there is nothing to release.")
@json_option
@pass_session
def command(
    session: Session,
    dry_run: bool,
    plan_file: str | None,
    verify: bool,
    version: str | None,
    packages: tuple[str, ...],
    strict: bool,
    as_json: bool,
) -> int:
    """Release the next version, which is computed from the commits since the last release.

    Writes the version files and the changelog, commits and tags them, pushes both in one atomic push, and publishes
    the release. If it fails or is interrupted, run the same command again: steps that are already done are skipped.
    """
    from shipit import api
    from shipit.plan.release import ReleasePlan

    require_plan_file(plan_file, verify=verify)
    if plan_file and version and not verify:
        raise UsageError("`--plan` and `--version` cannot be combined: the plan has a version", hint="leave one out")
    if plan_file and packages and not verify:
        raise UsageError("`--plan` and `--package` cannot be combined: the plan has the packages", hint="leave one out")
    plan = read_plan(plan_file, ReleasePlan) if plan_file else None
    with reporting(session) as report:
        if plan_file and plan and verify:
            verify_plan(session, plan_file, plan, api.plan_release(session.project, version=version, packages=packages))
        if dry_run:
            outcome = api.Outcome(plan or api.plan_release(session.project, version=version, packages=packages), {})
        else:
            _refuse_pull_requests(session)
            outcome = _released(session, report, plan, version, packages)
        report.released(outcome, applied=not dry_run, version=version)
    if as_json:
        session.output.json(outcome.report(applied=not dry_run))
    elif dry_run:
        from shipit.plan.views import render_plan

        session.output.styled(render_plan(outcome.plan, session.output.paint, everything=session.output.verbose))
    if not dry_run:
        report_release(session, outcome)
    return 3 if strict and not outcome.released else 0


def _released(
    session: Session, report: CommandReport, plan: ReleasePlan | None, version: str | None, packages: tuple[str, ...]
) -> Outcome:
    from shipit import api

    if plan is not None:
        return api.apply(session.project, plan, report.progress)
    return api.release(session.project, version=version, packages=packages, observer=report.progress)


def _refuse_pull_requests(session: Session) -> None:
    """Raise `PreflightError` if the CI event is a pull request, because people without write access can open one."""
    event = session.project.ci.event
    if event.is_pull_request:
        fix = "release on the event `push`; on pull requests run `shipit run`, which shows what merging would release"
        finding = Finding("pull-request", f"shipit does not release on the event `{event.name}`", fix)
        raise PreflightError([finding], state="nothing was changed")


def report_release(session: Session, outcome: Outcome) -> None:
    """Print the released versions with the address of the release, each pushed image, and the warnings."""
    from shipit.steps.branches import back_merge_pull_requests, promotion_pull_requests

    url = outcome.outputs.get("release-url", "")
    released = f"released {outcome.names}" + (f": {url}" if url else "")
    if outcome.plan.pull_request and outcome.plan.steps:
        _report_proposals(session, outcome.proposed)
    else:
        session.output.say(released if outcome.released else "nothing to release")
    for branch, url in back_merge_pull_requests(outcome.outputs).items():
        session.output.say(f"to bring the release back into {branch}, merge the pull request: {url}")
    for branch, url in promotion_pull_requests(outcome.outputs).items():
        session.output.say(f"to move {branch} to the release, merge the pull request: {url}")
    for reference, digest in outcome.pushed.items():
        session.output.say(f"in the registry: {reference}@{digest}")
    session.output.findings(outcome.plan.warnings)


def _report_proposals(session: Session, proposed: dict[str, str]) -> None:
    """Print each proposed release with the address of the pull request that releases it."""
    if len(proposed) == 1:
        [(name, url)] = proposed.items()
        session.output.say(f"proposed {name}; to release it, merge the pull request: {url}")
        return
    session.output.say(f"proposed {', '.join(proposed)}; to release a package, merge its pull request:")
    for name, url in proposed.items():
        session.output.say(f"{name}: {url}")
