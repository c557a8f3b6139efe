"""The command `shipit completion`."""

from __future__ import annotations

import click

from shipit.cli.session import Command, Session, json_option, pass_session


@click.command(cls=Command, epilog='Example: eval "$(shipit completion bash)"')
@click.argument("shell", metavar="SHELL", type=click.Choice(["bash", "zsh", "fish"]))
@json_option
@pass_session
def command(session: Session, shell: str, as_json: bool) -> None:
    """Print the completion script for SHELL (bash, zsh or fish).

    To switch completion on, evaluate the script in the start-up file of your shell.
    """
    from click.shell_completion import get_completion_class

    from shipit.cli.main import cli

    found = get_completion_class(shell)
    assert found is not None  # click knows the three shells above
    script = found(cli, {}, "shipit", "_SHIPIT_COMPLETE").source() + "\n"
    if as_json:
        session.output.json({"shell": shell, "script": script})
    else:
        session.output.data(script)
