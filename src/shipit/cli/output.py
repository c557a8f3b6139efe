"""The only writer to the terminal: data goes to standard output, talk to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TextIO

import click

from shipit.cli.annotations import error_annotations
from shipit.cli.error_text import bug_lines, error_lines, finding_lines
from shipit.core.printable import printable, printable_json
from shipit.core.redact import Redactor
from shipit.core.workflow_command import Severity, annotation, resume, stop, workflow_command
from shipit.errors import CommandError, ShipitError, UsageError

if TYPE_CHECKING:
    from shipit.finding import Finding

LOOKS: dict[str, dict[str, Any]] = {
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
    """Writes for a person or a program.

    Args:
        verbose: also what is only of interest when something is wrong.
        quiet: nothing but data and errors.
        color: None decides by the terminal, NO_COLOR and FORCE_COLOR.
    """

    def __init__(self, *, verbose: bool = False, quiet: bool = False, color: bool | None = None) -> None:
        self.verbose = verbose
        self._quiet = quiet
        self._color = color
        self._in_actions = os.environ.get("GITHUB_ACTIONS") == "true"
        self._stopped: str | None = None
        self.redact = Redactor()

    @property
    def plain(self) -> bool:
        """Whether what moves on standard error is to move without colours."""
        return not self._wants_color(sys.stderr)

    @property
    def is_interactive(self) -> bool:
        """Whether somebody watches who likes to see things move."""
        return sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not self._quiet

    def data(self, text: str) -> None:
        """Standard output, exactly. Raises `CommandError` where that is not possible."""
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            _abandon(sys.stdout)
            what = f"standard output cannot be written: {error.strerror}"
            raise CommandError(what, hint="make room, or write elsewhere") from error

    def json(self, value: Any) -> None:
        self.data(json_text(value))

    def styled(self, text: str) -> None:
        """A view for people on standard output; colours only where they are welcome."""
        self.data(text if self._wants_color(sys.stdout) else click.unstyle(text))

    def pieces(self, pieces: Iterable[str]) -> None:
        """A long text on standard output, as it comes."""
        for piece in pieces:
            self.data(piece)

    def save(self, path: str, text: str) -> None:
        """Write data to a file; raises `UsageError` where that is not possible."""
        try:
            with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
                file.write(text)
        except OSError as error:
            what = f"`{path}` cannot be written: {error.strerror}"
            raise UsageError(what, hint="name another file with -o") from error

    def paint(self, text: str, look: str) -> str:
        """`text` with a look of `LOOKS`; colours are taken out again where they are not wanted."""
        return click.style(text, **LOOKS[look])

    def say(self, text: str) -> None:
        """One line of talk."""
        if not self._quiet:
            self._talk(text)

    def detail(self, text: str) -> None:
        """One line of talk for those who asked for more."""
        if self.verbose:
            self.say(text)

    def error(self, error: ShipitError) -> None:
        """What is wrong, where, what to do, what state things are in."""
        self.end_foreign()
        self._talk("\n".join(error_lines(error, self.paint)))
        self._commands(error_annotations(error))

    def warning(self, error: ShipitError) -> None:
        """An error that does not end the run."""
        for text in filter(None, (error.what, error.hint)):
            self.say(f"    {printable(text)}")
        self._commands(error_annotations(error, "warning"))

    def annotation(self, severity: Severity, title: str, text: str) -> None:
        """A mark that GitHub Actions puts on the run; nothing elsewhere."""
        self._commands([annotation(severity, text, title=title)])

    def begin_foreign(self, title: str) -> None:
        """From here on others write: GitHub Actions folds it and takes no commands from it."""
        if self._in_actions:
            self.end_foreign()
            self._stopped = _secret()
            self._commands([workflow_command("group", printable(title)), stop(self._stopped)])

    def end_foreign(self) -> None:
        """From here on it is shipit again."""
        if self._stopped:
            self._commands([resume(self._stopped), workflow_command("endgroup")])
            self._stopped = None

    def guarded(self, text: str) -> None:
        """Talk that quotes others at length: GitHub Actions takes no commands from it."""
        token = _secret()
        self._commands([stop(token)])
        self.say(text.rstrip("\n"))
        self._commands([resume(token)])

    def _commands(self, commands: Iterable[str]) -> None:
        for line in commands if self._in_actions else ():
            self._talk(line)

    def findings(self, findings: Iterable[Finding]) -> None:
        """Each with its fix; quiet leaves the warnings out."""
        told = (finding for finding in findings if finding.blocks or not self._quiet)
        for line in finding_lines(told, self.paint):
            self._talk(line)

    def bug(self, error: Exception) -> None:
        """An error nobody meant to raise; the trace only for those who ask for it."""
        self.end_foreign()
        self._talk("\n".join(bug_lines(error, self.paint, trace=bool(os.environ.get("SHIPIT_DEBUG")))))
        what, *rest = bug_lines(error, lambda text, look: text, trace=False)
        self.annotation("error", what, "\n".join(line.strip() for line in rest))

    def _talk(self, text: str) -> None:
        """A release must not stop half-way because nobody listens any more."""
        try:
            click.echo(self.redact(text), err=True, color=self._wants_color(sys.stderr))
        except OSError:
            _abandon(sys.stderr)

    def _wants_color(self, stream: TextIO) -> bool:
        if self._color is not None:
            return self._color
        if os.environ.get("NO_COLOR"):
            return False
        return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def json_text(value: Any) -> str:
    """JSON for a person and a program: Korean stays Korean, and nothing in it moves a cursor."""
    import json

    return printable_json(json.dumps(value, ensure_ascii=False, indent=2)) + "\n"


def _secret() -> str:
    import secrets  # most commands need none

    return secrets.token_hex(16)


def _abandon(stream: TextIO) -> None:
    """Let go of a stream that cannot be written, so that Python does not try again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
