"""`shipit completion`"""

from __future__ import annotations

import click

from shipit.cli.session import Session, pass_session


@click.command(epilog='Example: eval "$(shipit completion bash)"')
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@pass_session
def command(session: Session, shell: str) -> None:
    """The completion script of a SHELL; evaluate it in the shell's start-up file."""
    from click.shell_completion import get_completion_class

    from shipit.cli.main import cli

    found = get_completion_class(shell)
    assert found is not None  # click knows the three shells above
    session.output.data(found(cli, {}, "shipit", "_SHIPIT_COMPLETE").source() + "\n")
