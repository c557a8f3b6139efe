"""The entry point of the command line: it parses the arguments, runs the command, and prints errors.

`shipit.cli.commands` lists the commands.
"""

from __future__ import annotations

import importlib
import io
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

import click

from shipit import __version__
from shipit.cli.commands import COMMANDS, SECTIONS
from shipit.cli.session import SHARED_OPTIONS, Session
from shipit.core.printable import printable
from shipit.errors import BUG_EXIT_CODE, INTERRUPTED_EXIT_CODE, ShipitError, UsageError, system_error


class _Commands(click.Group):
    """The group of all commands. It loads only the module of the command that runs, which makes the start fast."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        room = next(room for room, section in SECTIONS.items() if name in section.commands)
        module = name.replace("-", "_")
        command: click.Command = importlib.import_module(f"shipit.cli.commands.{room}.{module}").command
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, COMMANDS))
        for section in SECTIONS.values():
            with formatter.section(section.heading):
                formatter.write_dl([(name.ljust(width), help) for name, help in section.commands.items()])

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not context.resilient_parsing:
            from shipit.cli.errors.wrong_usage import unknown_command

            raise unknown_command(args[0], COMMANDS)
        return super().resolve_command(context, args)


@click.group(
    cls=_Commands,
    params=[*SHARED_OPTIONS],
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: shipit plan, then shipit release. To try shipit in a sample project: shipit demo",
)
@click.version_option(__version__, message="shipit %(version)s")
def cli() -> None:
    """Make releases from Conventional Commits, and deploy them.

    Every release is a plan that you can read first. Each of its steps can safely be repeated: if a release fails or is
    interrupted, run the same command again.
    """


def run(args: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status. All errors are caught and printed here.

    Args:
        args: the words of the command line after `shipit`; those of this process if None.
    """
    session = Session()
    _ready_streams()
    # A CI cancels a job with SIGTERM: end as with Ctrl-C, so that programs are stopped and files are cleaned up.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    words = list(sys.argv[1:] if args is None else args)
    session.as_json = "--json" in words
    try:
        status = cli.main(words or ["--help"], prog_name="shipit", standalone_mode=False, obj=session)
        return status if isinstance(status, int) else 0
    except UsageError as error:
        from shipit.cli.errors.wrong_usage import with_option

        return _failed(session, with_option(error))
    except ShipitError as error:
        return _failed(session, error)
    except click.ClickException as error:
        from shipit.cli.errors.wrong_usage import usage_error

        return _failed(session, usage_error(error))
    except (click.exceptions.Abort, KeyboardInterrupt) as error:
        return _interrupted(session, error)
    except SystemExit:  # click raises it when the reader of a pipe has closed it, and after a completion
        return 0
    except OSError as error:
        return _failed(session, system_error(error))
    except Exception as error:
        if "_SHIPIT_COMPLETE" in os.environ and isinstance(error, KeyError | ValueError):
            what = "the variables `COMP_WORDS` and `COMP_CWORD` are not as a shell sets them to complete a command"
            return _failed(session, UsageError(what, hint="install the completion again: shipit completion --help"))
        if isinstance(error.__cause__, KeyboardInterrupt):  # up to Python 3.11, `__set_name__` wraps it while importing
            return _interrupted(session, error)
        session.output.bug(error)
        _print_json(session, error)
        return BUG_EXIT_CODE


def _failed(session: Session, error: ShipitError) -> int:
    """Print `error`, also as JSON if the command line has --json, and return its exit status."""
    session.output.error(error)
    _print_json(session, error)
    return error.exit_code


def _interrupted(session: Session, error: BaseException) -> int:
    """Print the state that an interrupt leaves, and return the exit status."""
    notes = getattr(error.__cause__ or error, "__notes__", ())  # click wraps the interrupt in an `Abort`
    state = " ".join(notes) or "no step was running, so nothing is left half-done"
    what = "interrupted; to continue, run the same command again: it skips the steps that are done"
    session.output.say(f"{what}\n  {printable(state)}")
    _print_json(session, KeyboardInterrupt(state))
    return INTERRUPTED_EXIT_CODE


def _print_json(session: Session, error: BaseException) -> None:
    if session.as_json:
        from shipit.cli.errors.error_json import error_json

        with suppress(ShipitError, BrokenPipeError):  # the first error is the one to report
            session.output.json(error_json(error, session.output.redact))


def _ready_streams() -> None:
    """Prepare standard output and standard error, so that writing to them does not fail.

    A closed stream is replaced by one that discards all output. A character that the encoding of the terminal lacks is
    written as an escape sequence.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name) or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - open until the process ends
        setattr(sys, name, stream)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
