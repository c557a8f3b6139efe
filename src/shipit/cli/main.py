"""The command line: parse, call the api, print. Each command is a file of its own."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

import click

from shipit import __version__
from shipit.cli.output import Output
from shipit.cli.session import Session
from shipit.errors import BUG_EXIT_CODE, ShipitError, UsageError

# Name on the command line, and the help a list of commands shows: nothing is loaded to print it.
COMMANDS = {
    "next": "The next version, on standard output.",
    "plan": "Everything a release would do here, and why.",
    "release": "Release: version files, changelog, commit, tag, release.",
    "changelog": "The changelog, whole or in part.",
    "notes": "The release notes of one version.",
    "lint": "Check commit messages or pull-request titles.",
    "doctor": "Every problem that would stop a release, each with its fix.",
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
        command: click.Command = importlib.import_module(f"shipit.cli.{name}_command").command
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise _unknown_command(args[0])
        return super().resolve_command(context, args)


def _unknown_command(name: str) -> UsageError:
    import difflib

    near = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f"did you mean `shipit {near[0]}`?" if near else "shipit --help lists the commands"
    return UsageError(f"there is no command `{name}`", hint=hint)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: shipit plan, read it, then shipit release. Start with shipit demo.",
)
@click.option("-C", "directory", metavar="DIR", default=".", help="Work in DIR instead of the current directory.")
@click.option("--config", metavar="FILE", help="Read FILE instead of shipit.toml or [tool.shipit] in pyproject.toml.")
@click.option("-v", "--verbose", is_flag=True, help="Say more.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
@click.option("--no-color", is_flag=True, help="No colours; NO_COLOR in the environment does the same.")
@click.version_option(__version__, message="shipit %(version)s")
@click.pass_context
def cli(context: click.Context, directory: str, config: str | None, verbose: bool, quiet: bool, no_color: bool) -> None:
    """From commit to running container: one plan you can read first, each step safe to repeat."""
    output = Output(verbose=verbose, quiet=quiet, color=False if no_color else None)
    context.obj = Session(directory, config, output)


def run(args: Sequence[str] | None = None) -> int:
    """Run one command; the exit status. The one place where errors are caught."""
    output = Output(color=False if "--no-color" in (args or sys.argv) else None)
    try:
        status = cli.main(args=args, prog_name="shipit", standalone_mode=False)
        return status if isinstance(status, int) else 0
    except ShipitError as error:
        output.error(error)
        return error.exit_code
    except click.ClickException as error:
        output.error(_usage(error))
        return UsageError.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        output.say("interrupted; run the same command again to go on")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read us has seen enough
        return 0
    except Exception as error:
        output.bug(error)
        return BUG_EXIT_CODE


def _usage(error: click.ClickException) -> UsageError:
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "shipit"
    return UsageError(error.format_message(), hint=f"{path} --help")
