"""`shipit next`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.cli.waiting import waiting

if TYPE_CHECKING:
    from shipit.plan.version import Decision


@click.command(cls=Command, epilog="Example: VERSION=$(shipit next)")
@json_option
@click.option("--strict", is_flag=True, help="End with status 3 when there is nothing to release.")
@pass_session
def command(session: Session, as_json: bool, strict: bool) -> int:
    """The next version, on standard output; nothing when there is nothing to release.

    Reads local history and changes nothing: it needs no token and no network. Only in a shallow clone it first
    fetches the history and the tags that are missing.
    With several packages, one line each: name and version.
    """
    from shipit import api

    with waiting(session.output, "reading history"):
        decisions = api.next_version(session.project) if as_json else None
        coming = api.next_versions_only(session.project) if decisions is None else decisions
    due = [each for each in coming if each.version]
    if decisions is not None:
        session.output.json(_as_json(decisions))
    else:
        session.output.data("".join(f"{each.package} {each.version}".lstrip() + "\n" for each in due))
        if not due:
            session.output.say("nothing to release")
    return 3 if strict and not due else 0


def _as_json(decisions: tuple[Decision, ...]) -> dict[str, Any]:
    if len(decisions) == 1 and not decisions[0].package:
        return decision_json(decisions[0])
    return {"packages": {decision.package: decision_json(decision) for decision in decisions}}


def decision_json(decision: Decision) -> dict[str, Any]:
    """The form that `shipit next --json` promises."""
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
