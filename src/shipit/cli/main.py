"""The command line: parse, call the api, print. Each command is a file of its own."""

from __future__ import annotations

import importlib
import io
import os
import signal
import sys
from collections.abc import Sequence

import click

from shipit import __version__
from shipit.cli.session import EVERYWHERE, Session
from shipit.cli.wrong_usage import unknown_command, usage_error
from shipit.errors import BUG_EXIT_CODE, CommandError, ShipitError, UsageError

# As a shell reports a program that was interrupted.
INTERRUPTED = 130

# Name on the command line, and the help a list of commands shows: nothing is loaded to print it.
COMMANDS = {
    "next": "The next version, on standard output.",
    "plan": "Everything that would be done here, and why.",
    "release": "Release: version files, changelog, commit, tag, release.",
    "run": "What this branch calls for: the entry point for CI.",
    "image": "Build and push the images of an environment.",
    "changelog": "The changelog, whole or in part.",
    "notes": "The release notes of one version.",
    "lint": "Check commit messages or pull-request titles.",
    "doctor": "Every problem that would stop what is due, each with its fix.",
    "schema": "The JSON Schema of shipit.toml.",
    "demo": "A sample project, released before your eyes.",
    "completion": "Shell completion: how to switch it on.",
}


class _Commands(click.Group):
    """Loads a command's file when it is used, so that `shipit next` does not pay for the others."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"shipit.cli.commands.{name}").command
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not context.resilient_parsing:
            raise unknown_command(args[0], COMMANDS)
        return super().resolve_command(context, args)


@click.group(
    cls=_Commands,
    params=[*EVERYWHERE],
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: shipit plan, read it, then shipit release. Start with shipit demo.",
)
@click.version_option(__version__, message="shipit %(version)s")
def cli() -> None:
    """From commit to release: one plan you can read first, each step safe to repeat."""


def run(args: Sequence[str] | None = None) -> int:
    """Run one command; the exit status. The one place where errors end."""
    session = Session()
    _ready_streams()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # how a CI cancels: end like Ctrl-C, tidily
    try:
        words = list(sys.argv[1:] if args is None else args)
        status = cli.main(words or ["--help"], prog_name="shipit", standalone_mode=False, obj=session)
        return status if isinstance(status, int) else 0
    except ShipitError as error:
        session.output.error(error)
        return error.exit_code
    except click.ClickException as error:
        session.output.error(usage_error(error))
        return UsageError.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        session.output.say("interrupted; run the same command again to go on")
        return INTERRUPTED
    except SystemExit:  # click's way out when whoever read us has seen enough, or a completion was answered
        return 0
    except OSError as error:
        session.output.error(_refused_by_the_system(error))
        return CommandError.exit_code
    except Exception as error:
        session.output.bug(error)
        return BUG_EXIT_CODE


def _refused_by_the_system(error: OSError) -> CommandError:
    """A directory where a file should be, no room, no git: nothing that shipit does wrong."""
    mend = "mend what the system says"
    if isinstance(error, FileNotFoundError) and error.filename == "git":
        mend = "install git"
    return CommandError(
        f"`{error.filename or 'the system'}`: {error.strerror or error}",
        hint=f"{mend}, then run the same command again: what is done is seen to be done",
    )


def _ready_streams() -> None:
    """A closed stream swallows; a terminal whose encoding lacks a character is shown an escape instead."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name) or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - as long as the process
        setattr(sys, name, stream)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
