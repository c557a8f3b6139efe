"""The command `shipit schema`."""

from __future__ import annotations

import click

from shipit.cli.session import Command, Session, pass_session


@click.command(cls=Command, epilog="Example: shipit schema > shipit.schema.json")
@click.argument("of", metavar="[error]", type=click.Choice(["error"]), required=False)
@click.option("--json", "as_json", is_flag=True, expose_value=False, help="No effect: the schema is always JSON.")
@pass_session
def command(session: Session, of: str | None) -> None:
    """Print the JSON Schema of shipit.toml, for editors and other tools.

    `shipit schema error` prints the schema of an error, as commands print it with --json.

    To make an editor check shipit.toml while you type, save the schema next to it, and make this the first line of
    shipit.toml: `#:schema ./shipit.schema.json`
    """
    if of == "error":
        from shipit.cli.errors.error_json import error_schema

        session.output.json(error_schema())
    else:
        from shipit.config.schema import json_schema

        session.output.json(json_schema())
