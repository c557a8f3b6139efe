"""The session, which every command is given: the options that all commands share, the output and the project."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from shipit.cli.output import Output
from shipit.core.printable import printable

if TYPE_CHECKING:
    from shipit.api import Project
    from shipit.cli.progress.transfers import Transfers


class Session:
    """The values of the options that all commands share, and the objects made from them.

    The attributes that hold options have the names of the options in `SHARED_OPTIONS`. `as_json` is True when the
    command line has --json.
    """

    def __init__(self) -> None:
        self.directory = "."
        self.config: str | None = None
        self.verbose = False
        self.quiet = False
        self.no_color = False
        self.as_json = False

    @cached_property
    def output(self) -> Output:
        """The writer to the terminal; made at first use, when the options are known."""
        return Output(verbose=self.verbose, quiet=self.quiet, color=False if self.no_color else None)

    @cached_property
    def transfers(self) -> Transfers:
        """The progress bars of pushes."""
        from shipit.cli.progress.transfers import Transfers

        return Transfers(self.output)

    @cached_property
    def project(self) -> Project:
        """The project in `directory`; opened at first use, because some commands need no repository."""
        from shipit.adapters.files.private_directory import remove_all_abandoned
        from shipit.adapters.project import open_project

        remove_all_abandoned()
        project = open_project(
            self.directory,
            self.config,
            transfer=self._show_transfer,
            waiting=self._say_waiting,
            retrying=self._say_retrying,
        )
        self.output.redact = project.redact
        for name in project.ci.too_short:
            self.output.say(
                f"warning: `{name}` is too short to be removed from the output; check that it has the whole value"
            )
        return project

    def _say_retrying(self, sentence: str) -> None:
        self.output.say_untrusted(f"  {printable(self.output.redact(sentence))}")

    def _show_transfer(self, layer: str, done: int, total: int) -> None:
        self.transfers(layer, done, total)

    def _say_waiting(self, what: str, seconds: float, limit: float) -> None:
        self.output.say(f"waiting for {what}, {seconds:.0f} s of {limit:.0f} s")


def _store(context: click.Context, option: click.Parameter, value: Any) -> None:
    """Store the value of an option in the session.

    An option can be given before or after the name of the command. Where it is not given, the value is kept.
    """
    session = context.find_object(Session)
    if session and value and option.name:
        setattr(session, option.name, value)


def _shared(*names: str, **attributes: Any) -> click.Option:
    return click.Option(names, expose_value=False, callback=_store, **attributes)


# The options of all commands; they can be given before or after the name of the command.
SHARED_OPTIONS = (
    _shared("-C", "directory", metavar="DIR", help="Work in DIR instead of the current directory."),
    _shared("--config", metavar="FILE", help="Read FILE instead of shipit.toml or pyproject.toml."),
    _shared("-v", "--verbose", is_flag=True, help="Print more details."),
    _shared("-q", "--quiet", is_flag=True, help="Print only errors and the output of your commands and builds."),
    _shared("--no-color", is_flag=True, help="Print without colours, as with the variable NO_COLOR."),
)


class Command(click.Command):
    """A command that also accepts `SHARED_OPTIONS`."""

    def get_params(self, context: click.Context) -> list[click.Parameter]:
        *own, help_option = super().get_params(context)
        return [*own, *SHARED_OPTIONS, help_option]


pass_session = click.make_pass_decorator(Session)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
