"""The command `shipit doctor`."""

from __future__ import annotations

import click
from msgspec import to_builtins

from shipit.cli.progress.waiting import waiting
from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.finding import any_blocks


@click.command(cls=Command, epilog="Example: shipit doctor && shipit release")
@json_option
@pass_session
def command(session: Session, as_json: bool) -> int:
    """Check for every problem that would block a release, an image build or a deployment.

    Checks what `shipit run` would do on this branch, and prints each problem with its fix. For a deployment, it also
    runs `nginx -t` on the hosts and sends a request to the public address. Changes nothing. The exit status is 3 if a
    problem blocks.
    """
    from shipit import api

    with waiting(session.output, "checking the repository and its remote"):
        findings = api.doctor(session.project)
    if as_json:
        session.output.json({"findings": to_builtins(findings)})
    else:
        session.output.findings(findings)
    blocked = any_blocks(findings)
    if not blocked:
        session.output.say("ready: no blocking problem was found")
    return 3 if blocked else 0
