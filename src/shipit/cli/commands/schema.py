"""The command `shipit schema`."""

from __future__ import annotations

import click

from shipit.cli.session import Command, Session, pass_session


@click.command(cls=Command, epilog="Example: shipit schema > shipit.schema.json")
@click.option("--json", "as_json", is_flag=True, expose_value=False, help="No effect: the schema is always JSON.")
@pass_session
def command(session: Session) -> None:
    """Print the JSON Schema of shipit.toml, for editors and other tools.

    To make an editor check shipit.toml while you type, save the schema next to it, and make this the first line of
    shipit.toml: `#:schema ./shipit.schema.json`
    """
    from shipit.config.schema import json_schema

    session.output.json(json_schema())
