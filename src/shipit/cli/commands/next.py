"""The command `shipit next`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from shipit.cli.nothing import say_nothing_to_release
from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.cli.waiting import waiting

if TYPE_CHECKING:
    from shipit.plan.version import Decision


@click.command(cls=Command, epilog="Example: VERSION=$(shipit next)")
@json_option
@click.option("--strict", is_flag=True, help="End with exit status 3 if there is nothing to release.")
@pass_session
def command(session: Session, as_json: bool, strict: bool) -> int:
    """Print the next version on standard output, or nothing if there is nothing to release.

    With several packages, one line is printed for each package to release: its name and its version. Reads the local
    history only, so no token and no network are needed. In a shallow clone, the missing history and tags are fetched
    first. Nothing else is changed.
    """
    from shipit import api

    if as_json:
        with waiting(session.output, "reading history"):
            decisions = api.next_version(session.project)
        session.output.json(_as_json(decisions))
        return 3 if strict and not any(decision.version for decision in decisions) else 0
    with waiting(session.output, "reading history"):
        packages = api.next_versions_only(session.project)
    to_release = [package for package in packages if package.version]
    session.output.data("".join(f"{each.package} {each.version}".lstrip() + "\n" for each in to_release))
    if not to_release:
        say_nothing_to_release(session, packages)
    return 3 if strict and not to_release else 0


def _as_json(decisions: tuple[Decision, ...]) -> dict[str, Any]:
    if len(decisions) == 1 and not decisions[0].package:
        return decision_json(decisions[0])
    return {"packages": {decision.package: decision_json(decision) for decision in decisions}}


def decision_json(decision: Decision) -> dict[str, Any]:
    """Return `decision` in the JSON form of `shipit next --json`, which is part of the public interface."""
    return {
        "version": decision.version,
        "previous": decision.previous,
        "bump": decision.bump,
        "tag": decision.tag,
        "reasons": [{"commit": r.commit, "subject": r.subject, "rule": r.reason} for r in decision.reasons],
        "ignored": [{"commit": r.commit, "subject": r.subject, "reason": r.reason} for r in decision.ignored],
        "unreadable": [{"commit": r.commit, "subject": r.subject, "reason": r.reason} for r in decision.unreadable],
        "warnings": [{"commit": r.commit, "subject": r.subject, "warning": r.reason} for r in decision.warnings],
    }
