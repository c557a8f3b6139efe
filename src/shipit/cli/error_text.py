"""Errors as people read them: what is wrong, where, what to do, what state things are in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from shipit.core.printable import printable
from shipit.errors import CommandError, ConfigError, PreflightError, RemoteError, ShipitError

if TYPE_CHECKING:
    from shipit.finding import Finding, Problem

# Gives a text a look of `output.LOOKS`.
Paint = Callable[[str, str], str]

_MARKS = {"error": ("✗", "bad"), "warning": ("!", "warn")}


def error_lines(error: ShipitError, paint: Paint) -> Iterator[str]:
    """An error in the form that all errors have."""
    yield f"{paint('error:', 'error')} {printable(error.what)}"
    yield from _field("where", error.where, paint)
    yield from _particulars(error, paint)
    yield from _field("hint", error.hint, paint)
    yield from _field("state", error.state, paint)
    yield from _field("docs", f"{error.docs} in shipit's repository", paint)


def finding_lines(findings: Iterable[Finding], paint: Paint) -> Iterator[str]:
    """Each finding with its fix."""
    for finding in findings:
        mark, look = _MARKS[finding.severity]
        yield f"  {paint(mark, look)} {printable(finding.what)} [{finding.code}]"
        yield f"    fix: {printable(finding.fix)}"


def bug_lines(error: Exception, paint: Paint, *, trace: bool) -> Iterator[str]:
    """An error that nobody raised on purpose."""
    yield f"{paint('bug:', 'error')} {type(error).__name__}: {printable(str(error))}"
    yield "  this is a bug in shipit; please report it with the output of the same command and SHIPIT_DEBUG=1"
    yield "  the same command can be run again: what is done is seen to be done"
    if trace:
        import traceback

        for line in "".join(traceback.format_exception(error)).splitlines():
            yield printable(line)


def _field(name: str, text: str | None, paint: Paint) -> Iterator[str]:
    label, rest = paint(f"{name}:", "title"), " " * (len(name) + 1)
    for at, line in enumerate((text or "").splitlines()):
        yield f"  {rest if at else label} {printable(line.expandtabs(4))}"


def _particulars(error: ShipitError, paint: Paint) -> Iterator[str]:
    """What one kind of error tells beside the others."""
    if isinstance(error, ConfigError):
        yield from (f"  {printable(_problem(problem))}" for problem in error.problems)
    elif isinstance(error, PreflightError):
        yield from finding_lines(error.findings, paint)
    elif isinstance(error, CommandError) and error.tail:
        yield "  its last lines:"
        yield from (f"    {printable(line.expandtabs(4))}" for line in error.tail.splitlines())
    elif isinstance(error, RemoteError) and error.request_id:
        yield f"  request id: {printable(error.request_id)}"


def _problem(problem: Problem) -> str:
    told = problem.line is None or problem.where.startswith("line ")
    place = problem.where if told else f"line {problem.line}, {problem.where}"
    return f"{place}: {problem.what}" + (f" ({problem.hint})" if problem.hint else "")
