"""`shipit schema`"""

from __future__ import annotations

import click

from shipit.cli.session import Command, Session, pass_session


@click.command(cls=Command, epilog="Example: shipit schema > shipit.schema.json")
@click.option("--json", "as_json", is_flag=True, expose_value=False, help="It is JSON anyway.")
@pass_session
def command(session: Session) -> None:
    """The JSON Schema of shipit.toml, for editors and checks.

    An editor uses it by a first line in shipit.toml: `#:schema ./shipit.schema.json`
    """
    from shipit.config.schema import json_schema

    session.output.json(json_schema())
