"""The manual for `man shipit`, from the help of all commands."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator

import click

from shipit.cli.commands import SECTIONS
from shipit.cli.main import cli
from shipit.cli.session import SHARED_OPTIONS

_DESCRIPTION = """\
shipit takes a repository from commit to running container: it decides the next version from the commit messages, writes
the version files and the changelog, makes the tag and the release, builds and pushes images, and deploys them. Every
release is a plan that you can read first. If a run is interrupted, run the same command again."""
_FILES = {
    "shipit.toml": "The configuration, in the root directory of the repository. It is optional.",
    "pyproject.toml": "The configuration can be in its table [tool.shipit] instead.",
}


def manual(_: str) -> str:
    """Return the page in the language of man(7). It names no version, so that a release does not change it."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    context = click.Context(cli, info_name="shipit")
    yield '.\\" written by make generate'
    yield '.TH SHIPIT 1 "" "" "shipit"'
    yield from (".SH NAME", "shipit \\- from commit to release and deployment, by one plan", ".SH SYNOPSIS")
    yield from (
        ".B shipit",
        "[\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGS\\fR]...",
        ".SH DESCRIPTION",
        _text(_DESCRIPTION),
    )
    yield ".SH OPTIONS"
    yield "Every command has these options, before or after its name."
    yield from _options(SHARED_OPTIONS, context)
    for section in SECTIONS.values():
        yield f'.SH "{section.heading.upper()}"'
        for name in section.commands:
            yield from _command(cli.get_command(context, name), name, context)
    yield ".SH FILES"
    for file, text in _FILES.items():
        yield from (".TP", f".B {file}", _text(text))
    yield from (
        ".SH EXIT STATUS",
        "0 if everything succeeded or there was nothing to do. \\fBshipit explain 3\\fR explains",
    )
    yield from ("another status.", ".SH SEE ALSO", ".BR git (1),", ".BR docker (1)")


def _command(command: click.Command | None, name: str, parent: click.Context) -> Iterator[str]:
    if command is None:
        raise LookupError(name)
    context = click.Context(command, info_name=name, parent=parent)
    usage = " ".join(command.collect_usage_pieces(context))
    yield from (f'.SS "shipit {name}"', f".B shipit {name}", _text(usage), ".PP")
    yield "\n.PP\n".join(_text(part) for part in inspect.cleandoc(command.help or "").split("\n\n"))
    yield from _options(command.params, context)
    if command.epilog:
        yield from (".PP", _text(command.epilog))


def _options(parameters: Iterable[click.Parameter], context: click.Context) -> Iterator[str]:
    for parameter in parameters:
        record = parameter.get_help_record(context)
        if record:
            yield from (".TP", f"\\fB{_text(record[0])}\\fR", _text(record[1]))


def _text(text: str) -> str:
    """Return `text` as man(7) prints it unchanged: none of it is taken as a command."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", escaped, flags=re.MULTILINE)
