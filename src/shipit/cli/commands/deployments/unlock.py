"""The command `shipit unlock`."""

from __future__ import annotations

import click

from shipit.cli.complete import complete_environment
from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.core.deploy import machine
from shipit.errors import UsageError


@click.command(cls=Command, epilog="Example: shipit unlock prod")
@click.argument("environment", metavar="ENV", shell_complete=complete_environment)
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@pass_session
def command(session: Session, environment: str, yes: bool, as_json: bool) -> None:
    """Show which run holds the lock of an environment, ask, and take the lock away.

    The other run then changes nothing more. A lock frees itself after its run ended or was killed, so this command is
    only needed for a run that hangs.
    """
    from shipit import api

    (found,) = api.status(session.project, environment)
    holders = {machine(host.host): host.locked_by for host in found.hosts if host.locked_by}
    if not holders:
        session.output.say(f"no run holds the lock of `{environment}`")
    for host, run in holders.items():
        session.output.say(f"the lock of `{environment}` is held on {host}: {run}")
    unlocked = bool(holders) and _unlock(session, environment, yes)
    if as_json:
        session.output.json({"environment": environment, "held": holders, "unlocked": unlocked})


def _unlock(session: Session, environment: str, yes: bool) -> bool:
    """Take the lock away, if the user says so, and return whether it was taken away."""
    from shipit import api

    if not yes and not session.output.is_interactive:
        raise UsageError(
            "shipit asks before it takes a lock away, but there is no terminal",
            hint=f"shipit unlock {environment} --yes",
        )
    if not yes and not click.confirm("take the lock away from this run?", err=True):
        return False
    api.unlock(session.project, environment)
    session.output.say(f"the lock of `{environment}` is free; the other run changes nothing more")
    return True
