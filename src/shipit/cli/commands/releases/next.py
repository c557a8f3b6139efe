"""The command `shipit next`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from shipit.cli.package_option import packages_option
from shipit.cli.progress.waiting import waiting
from shipit.cli.session import Command, Session, json_option, pass_session

if TYPE_CHECKING:
    from shipit.plan.version import CommitReason, Decision, Upcoming


@click.command(cls=Command, epilog="Example: VERSION=$(shipit next)")
@json_option
@packages_option
@click.option("--strict", is_flag=True, help="End with exit status 3 if there is nothing to release.")
@pass_session
def command(session: Session, as_json: bool, packages: tuple[str, ...], strict: bool) -> int:
    """Print the next version on standard output, or nothing if there is nothing to release.

    With several packages, one line is printed for each package to release: its name and its version. Reads the local
    history only, so no token and no network are needed. In a shallow clone, the missing history and tags are fetched
    first. Nothing else is changed.
    """
    from shipit import api
    from shipit.plan.version import of_no_package

    with waiting(session.output, "reading history"):
        found = api.upcoming(session.project, reasons=as_json, names=packages)
    to_release = [f"{each.package} {each.version}".lstrip() for each in found.versions if each.version]
    if as_json:
        session.output.json(_as_json(found))
    else:
        session.output.data("".join(f"{line}\n" for line in to_release))
        if not to_release:
            from shipit.cli.nothing_to_release import say_nothing_to_release

            say_nothing_to_release(session, found.versions)
    if found.ignored:
        session.output.say(f"ignored: {of_no_package(found.ignored)}; list them with shipit plan -v")
    session.output.findings(found.findings)
    return 3 if strict and not to_release else 0


def _as_json(found: Upcoming) -> dict[str, Any]:
    decisions = {each.package: decision_json(each) for each in found.decisions}
    if list(decisions) == [""]:
        return decisions[""]
    return {"packages": decisions, "ignored": _not_counted(found.ignored)}


def decision_json(decision: Decision) -> dict[str, Any]:
    """Return `decision` in the JSON form of `shipit next --json`, which is part of the public interface."""
    return {
        "version": decision.version,
        "previous": decision.previous,
        "bump": decision.bump,
        "tag": decision.tag,
        "reasons": [{"commit": r.commit, "subject": r.subject, "rule": r.reason} for r in decision.reasons],
        "ignored": _not_counted(decision.ignored),
        "unreadable": _not_counted(decision.unreadable),
        "warnings": [{"commit": r.commit, "subject": r.subject, "warning": r.reason} for r in decision.warnings],
    }


def _not_counted(commits: Iterable[CommitReason]) -> list[dict[str, str]]:
    return [{"commit": each.commit, "subject": each.subject, "reason": each.reason} for each in commits]
