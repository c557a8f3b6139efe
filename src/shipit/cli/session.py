"""What every command is given: where to work, and where to write."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from shipit.cli.output import Output

if TYPE_CHECKING:
    from shipit.api import Project
    from shipit.cli.transfers import Transfers


class Session:
    """The options of every command; the fields are named like the options."""

    def __init__(self) -> None:
        self.directory = "."
        self.config: str | None = None
        self.verbose = False
        self.quiet = False
        self.no_color = False

    @cached_property
    def output(self) -> Output:
        """The terminal; made when the command line has been read."""
        return Output(verbose=self.verbose, quiet=self.quiet, color=False if self.no_color else None)

    @cached_property
    def transfers(self) -> Transfers:
        """Shows how far a push is."""
        from shipit.cli.transfers import Transfers

        return Transfers(self.output)

    @cached_property
    def project(self) -> Project:
        """The repository; opened when a command needs it."""
        from shipit.adapters.project import open_project

        project = open_project(self.directory, self.config, transfer=self.transfers)
        self.output.redact = project.redact
        return project


def _note(context: click.Context, option: click.Parameter, value: Any) -> None:
    """Tell the session; an option that is not given leaves what an earlier one said."""
    session = context.find_object(Session)
    if session and value and option.name:
        setattr(session, option.name, value)


def _everywhere(*names: str, **attributes: Any) -> click.Option:
    return click.Option(names, expose_value=False, callback=_note, **attributes)


# Taken before the name of a command and after it.
EVERYWHERE = (
    _everywhere("-C", "directory", metavar="DIR", help="Work in DIR instead of the current directory."),
    _everywhere("--config", metavar="FILE", help="Read FILE instead of shipit.toml or pyproject.toml."),
    _everywhere("-v", "--verbose", is_flag=True, help="Say more."),
    _everywhere("-q", "--quiet", is_flag=True, help="Say nothing but errors, and what your commands and builds say."),
    _everywhere("--no-color", is_flag=True, help="No colours, as with NO_COLOR in the environment."),
)


class Command(click.Command):
    """A command that also takes the options of every command."""

    def get_params(self, context: click.Context) -> list[click.Parameter]:
        *own, help_option = super().get_params(context)
        return [*own, *EVERYWHERE, help_option]


pass_session = click.make_pass_decorator(Session)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
