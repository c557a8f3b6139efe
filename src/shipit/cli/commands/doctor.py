"""`shipit doctor`"""

from __future__ import annotations

import click
from msgspec import to_builtins

from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.cli.waiting import waiting
from shipit.finding import any_blocks


@click.command(cls=Command, epilog="Example: shipit doctor && shipit release")
@json_option
@pass_session
def command(session: Session, as_json: bool) -> int:
    """Every problem that would stop what this branch calls for, each with its fix. Changes nothing.

    Ends with status 3 when there is one.
    """
    from shipit import api

    with waiting(session.output, "looking at the repository and its remote"):
        findings = api.doctor(session.project)
    if as_json:
        session.output.json({"findings": to_builtins(findings)})
    else:
        session.output.findings(findings)
    blocked = any_blocks(findings)
    if not blocked:
        session.output.say("ready: nothing is in the way")
    return 3 if blocked else 0
