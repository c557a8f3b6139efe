"""The only module that writes to the terminal: data to standard output, messages for people to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TextIO

import click

from shipit.cli.annotations import error_annotations
from shipit.cli.errors.error_text import bug_lines, error_lines, finding_lines
from shipit.core.printable import printable, printable_json
from shipit.core.redact import Redactor
from shipit.core.workflow_command import Severity, annotation, resume, stop, workflow_command
from shipit.errors import CommandError, ShipitError, UsageError

if TYPE_CHECKING:
    from shipit.finding import Finding

# The styles of text by name, as the arguments of `click.style`.
STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True},
    "version": {"fg": "green", "bold": True},
    "good": {"fg": "green"},
    "added": {"fg": "green"},
    "faint": {"dim": True},
    "bad": {"fg": "red"},
    "warn": {"fg": "yellow"},
    "error": {"fg": "red", "bold": True},
}


class Output:
    """A writer to standard output and standard error.

    Args:
        verbose: also write the details that `detail` is given.
        quiet: write only data, errors, and the output of other programs.
        color: True or False to force colours on or off; None to decide by the terminal, NO_COLOR and FORCE_COLOR.
    """

    def __init__(self, *, verbose: bool = False, quiet: bool = False, color: bool | None = None) -> None:
        self.verbose = verbose
        self._quiet = quiet
        self._color = color
        self._in_actions = os.environ.get("GITHUB_ACTIONS") == "true"
        self._resume_token: str | None = None
        self.redact = Redactor()

    @property
    def plain(self) -> bool:
        """True when progress bars on standard error must not have colours."""
        return not self._wants_color(sys.stderr)

    @property
    def is_interactive(self) -> bool:
        """True when progress can be animated: standard error is a terminal, and --quiet is not given."""
        return sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not self._quiet

    def data(self, text: str) -> None:
        """Write `text` to standard output without any change. Raises `CommandError` if it cannot be written."""
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            _abandon(sys.stdout)
            what = f"standard output cannot be written: {error.strerror}"
            raise CommandError(what, hint="free disk space, or redirect the output to another place") from error

    def json(self, value: Any) -> None:
        """Write `value` as JSON to standard output."""
        self.data(json_text(value))

    def styled(self, text: str) -> None:
        """Write `text`, which has colours, to standard output; the colours are removed if they are not wanted."""
        self.data(_fitted(text if self._wants_color(sys.stdout) else click.unstyle(text), sys.stdout))

    def pieces(self, pieces: Iterable[str]) -> None:
        """Write `pieces` to standard output one after another, without waiting for the last."""
        for piece in pieces:
            self.data(piece)

    def save(self, path: str, text: str, option: str = "-o") -> None:
        """Write `text` to the file `path`, which `option` names. Raises `UsageError` if it cannot be written."""
        try:
            with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
                file.write(text)
        except OSError as error:
            what = f"`{path}` cannot be written: {error.strerror}"
            raise UsageError(what, hint=f"choose another file with {option}") from error

    def paint(self, text: str, style: str) -> str:
        """Return `text` in a style of `STYLES`; the methods that write remove colours that are not wanted."""
        return click.style(text, **STYLES[style])

    def say(self, text: str) -> None:
        """Write `text` to standard error, unless --quiet is given."""
        if not self._quiet:
            self._write_message(text)

    def detail(self, text: str) -> None:
        """Write `text` to standard error if --verbose is given."""
        if self.verbose:
            self.say(text)

    def error(self, error: ShipitError) -> None:
        """Write `error` to standard error, and annotate the run on GitHub Actions."""
        self.end_program_output()
        self._write_message("\n".join(error_lines(error, self.paint)))
        self._commands(error_annotations(error))

    def warning(self, error: ShipitError) -> None:
        """Write an error that does not end the run to standard error, and annotate the run on GitHub Actions."""
        for text in filter(None, (error.what, error.hint)):
            self.say(f"    {printable(text)}")
        self._commands(error_annotations(error, "warning"))

    def annotation(self, severity: Severity, title: str, text: str) -> None:
        """Annotate the run on GitHub Actions; elsewhere nothing happens."""
        self._commands([annotation(severity, text, title=title)])

    def begin_program_output(self, title: str) -> None:
        """Mark the beginning of the output of another program, such as a build.

        GitHub Actions shows it as a collapsed group called `title`, and executes no workflow command in it.
        """
        if self._in_actions:
            self.end_program_output()
            self._resume_token = _stop_token()
            self._commands([workflow_command("group", printable(title)), stop(self._resume_token)])

    def end_program_output(self) -> None:
        """Mark the end of the output of another program, if it has begun."""
        if self._resume_token:
            self._commands([resume(self._resume_token), workflow_command("endgroup")])
            self._resume_token = None

    def say_untrusted(self, text: str) -> None:
        """Write a text that quotes commit messages; GitHub Actions executes no workflow command in it."""
        token = _stop_token()
        self._commands([stop(token)])
        self.say(text.rstrip("\n"))
        self._commands([resume(token)])

    def _commands(self, commands: Iterable[str]) -> None:
        """Write workflow commands for GitHub Actions; elsewhere nothing happens."""
        for line in commands if self._in_actions else ():
            self._write_message(line)

    def findings(self, findings: Iterable[Finding]) -> None:
        """Write each finding with its fix to standard error; without the warnings if --quiet is given."""
        shown = (finding for finding in findings if finding.blocks or not self._quiet)
        for line in finding_lines(shown, self.paint):
            self._write_message(line)

    def bug(self, error: Exception) -> None:
        """Write an unexpected exception to standard error, with its stack trace if SHIPIT_DEBUG is set."""
        self.end_program_output()
        self._write_message("\n".join(bug_lines(error, self.paint, trace=bool(os.environ.get("SHIPIT_DEBUG")))))
        what, *rest = bug_lines(error, lambda text, style: text, trace=False)
        self.annotation("error", what, "\n".join(line.strip() for line in rest))

    def _write_message(self, text: str) -> None:
        """Write `text` to standard error without secrets.

        A failed write to standard error is ignored: a release must not stop half-way because of it.
        """
        try:
            text = _fitted(self.redact(text), sys.stderr)
            click.echo(text, err=True, color=self._wants_color(sys.stderr))
        except OSError:
            _abandon(sys.stderr)

    def _wants_color(self, stream: TextIO) -> bool:
        if self._color is not None:
            return self._color
        if os.environ.get("NO_COLOR"):
            return False
        return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def json_text(value: Any) -> str:
    """Return `value` as indented JSON. Only control characters are escaped, so Korean text stays readable."""
    import json

    return printable_json(json.dumps(value, ensure_ascii=False, indent=2)) + "\n"


def _fitted(text: str, stream: TextIO) -> str:
    """Return `text` with line breaks if `stream` is a terminal that is narrower than a line."""
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):  # no terminal
        return text
    if not columns or max(map(len, text.split("\n"))) * 2 <= columns:
        return text
    from shipit.cli.wrap import wrapped

    return wrapped(text, columns)


def _stop_token() -> str:
    """Return the token that ends a block in which GitHub Actions executes no workflow command."""
    import secrets  # here because few commands need it

    return secrets.token_hex(16)


def _abandon(stream: TextIO) -> None:
    """Redirect a stream that cannot be written to /dev/null, because Python writes the rest when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
