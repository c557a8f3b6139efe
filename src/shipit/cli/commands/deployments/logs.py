"""The command `shipit logs`."""

from __future__ import annotations

import click

from shipit.cli.complete import complete_environment
from shipit.cli.session import Command, Session, json_option, pass_session
from shipit.core.printable import printable


@click.command(cls=Command, epilog="Example: shipit logs prod --tail 200")
@click.argument("environment", metavar="ENV", shell_complete=complete_environment)
@click.option(
    "--tail",
    metavar="N",
    default=100,
    type=click.IntRange(1, 100_000),
    help="Print the last N lines of each container (100).",
)
@json_option
@pass_session
def command(session: Session, environment: str, tail: int, as_json: bool) -> None:
    """Print the end of the log of each container of an environment, also of one that failed."""
    from shipit import api

    found = api.logs(session.project, environment, tail)
    if as_json:
        session.output.json([{"container": title, "log": text} for title, text in found])
        return
    for title, text in found:
        session.output.styled(session.output.paint(f"==> {title}", "title") + "\n")
        session.output.data("".join(f"{printable(line)}\n" for line in text.splitlines()))
