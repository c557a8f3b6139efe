"""The only writer to the terminal: data goes to standard output, talk to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any

import click

from shipit.core.redact import Redactor
from shipit.errors import CommandError, ConfigError, Finding, PreflightError, RemoteError, ShipitError, UsageError

LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True},
    "version": {"fg": "green", "bold": True},
    "good": {"fg": "green"},
    "added": {"fg": "green"},
    "faint": {"dim": True},
    "bad": {"fg": "red"},
    "warn": {"fg": "yellow"},
}
_MARKS = {"error": ("red", "✗"), "warning": ("yellow", "!")}


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
        self.redact = Redactor()

    def data(self, text: str) -> None:
        """Standard output, exactly."""
        sys.stdout.write(text)
        sys.stdout.flush()

    def json(self, value: Any) -> None:
        self.data(json.dumps(value, ensure_ascii=False, indent=2) + "\n")

    def styled(self, text: str) -> None:
        """A view for people on standard output; colours only where they are welcome."""
        click.echo(text, nl=False, color=self._wants_color(sys.stdout))

    def pieces(self, pieces: Iterable[str], path: str | None) -> None:
        """A long text as it comes, to a file or to standard output."""
        if path is not None:
            self.save(path, "".join(pieces))
            return
        for piece in pieces:
            sys.stdout.write(piece)
        sys.stdout.flush()

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
        if self.verbose and not self._quiet:
            self._talk(text)

    def error(self, error: ShipitError) -> None:
        """What is wrong, where, what to do, what state things are in."""
        self._talk(click.style("error: ", fg="red", bold=True) + self.redact(error.what))
        if error.where:
            self._field("where", error.where)
        for line in _particulars(error):
            self._talk("  " + self.redact(line))
        if isinstance(error, PreflightError):
            self.findings(error.findings)
        if error.hint:
            self._field("hint", error.hint)
        if error.state:
            self._field("state", error.state)
        self._field("docs", error.docs)

    def findings(self, findings: tuple[Finding, ...]) -> None:
        for finding in findings:
            color, mark = _MARKS[finding.severity]
            self._talk(f"  {click.style(mark, fg=color)} {self.redact(finding.what)} [{finding.code}]")
            self._talk(f"    fix: {self.redact(finding.fix)}")

    def bug(self, error: Exception) -> None:
        """An error nobody meant to raise; the trace only for those who ask for it."""
        self._talk(click.style("bug: ", fg="red", bold=True) + self.redact(f"{type(error).__name__}: {error}"))
        self._talk("  this is a bug in shipit; please report it with the output of the same command and SHIPIT_DEBUG=1")
        self._talk("  the same command can be run again: what is done is seen to be done")
        if click.get_current_context(silent=True) or _debugging():
            import traceback

            if _debugging():
                self._talk(self.redact("".join(traceback.format_exception(error))))

    def _field(self, name: str, text: str) -> None:
        first, *more = self.redact(text).splitlines() or [""]
        self._talk(f"  {click.style(f'{name}:', bold=True)} {first}")
        for line in more:
            self._talk(f"  {' ' * len(name)}  {line}")

    def _talk(self, text: str) -> None:
        click.echo(_printable(text), err=True, color=self._wants_color(sys.stderr))

    def _wants_color(self, stream: Any) -> bool:
        import os

        if self._color is not None:
            return self._color
        if os.environ.get("NO_COLOR"):
            return False
        return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def _particulars(error: ShipitError) -> list[str]:
    if isinstance(error, ConfigError):
        return [_problem_line(problem.what, problem.where, problem.line, problem.hint) for problem in error.problems]
    if isinstance(error, CommandError) and error.tail:
        return ["its last lines:", *(f"  {line}" for line in error.tail.splitlines())]
    if isinstance(error, RemoteError) and error.request_id:
        return [f"request id: {error.request_id}"]
    return []


def _problem_line(what: str, where: str, line: int | None, hint: str | None) -> str:
    place = f"line {line}, {where}" if line else where
    return f"{place}: {what}" + (f" ({hint})" if hint else "")


def _debugging() -> bool:
    import os

    return bool(os.environ.get("SHIPIT_DEBUG"))


def _printable(text: str) -> str:
    """Text that any terminal can take: undecodable bytes are shown, not raised on."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
