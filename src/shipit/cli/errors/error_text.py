"""Errors as text for people: the problem, its place, the next command, and the state that the failed run left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from shipit.core.printable import printable
from shipit.errors import CommandError, ConfigError, DeployError, PreflightError, RemoteError, ShipitError

if TYPE_CHECKING:
    from shipit.finding import Finding, Problem
    from shipit.plan.views import Paint

# The mark before a finding and its style, by severity.
_MARKS = {"error": ("✗", "bad"), "warning": ("!", "warn")}


def error_lines(error: ShipitError, paint: Paint) -> Iterator[str]:
    """Yield the lines of `error`, in the form that docs/errors.md shows."""
    yield f"{paint('error:', 'error')} {printable(error.what)}"
    yield from _field("where", error.where, paint)
    yield from _particulars(error, paint)
    yield from _field("hint", error.hint, paint)
    yield from _field("state", error.state, paint)
    yield from _field("docs", f"shipit explain {type(error).__name__}", paint)


def finding_lines(findings: Iterable[Finding], paint: Paint) -> Iterator[str]:
    """Yield the lines of each finding: the problem with its code, and the fix."""
    for finding in findings:
        mark, style = _MARKS[finding.severity]
        yield f"  {paint(mark, style)} {printable(finding.what)} [{finding.code}]"
        first, _, more = finding.fix.partition("\n")
        yield f"    fix: {printable(first)}"
        yield from (f"    {printable(line)}" for line in more.splitlines())


def bug_lines(error: Exception, paint: Paint, *, trace: bool) -> Iterator[str]:
    """Yield the lines of an exception that is a bug in shipit; with its stack trace if `trace` is true."""
    yield f"{paint('bug:', 'error')} {type(error).__name__}: {printable(str(error))}"
    yield "  this is a bug in shipit; please report it with the output of the same command run with SHIPIT_DEBUG=1"
    yield "  it is safe to run the same command again: steps that are already done are skipped"
    if trace:
        import traceback

        for line in "".join(traceback.format_exception(error)).splitlines():
            yield printable(line)


def _field(name: str, text: str | None, paint: Paint) -> Iterator[str]:
    label, rest = paint(f"{name}:", "title"), " " * (len(name) + 1)
    for at, line in enumerate((text or "").splitlines()):
        yield f"  {rest if at else label} {printable(line.expandtabs(4))}"


def _particulars(error: ShipitError, paint: Paint) -> Iterator[str]:
    """Yield the lines that only this kind of error has, such as the findings of a `PreflightError`."""
    if isinstance(error, ConfigError):
        yield from (f"  {printable(_problem(problem))}" for problem in error.problems)
    elif isinstance(error, PreflightError):
        yield from finding_lines(error.findings, paint)
    elif isinstance(error, CommandError | DeployError) and error.tail:
        yield f"  the last lines of {'its output' if isinstance(error, CommandError) else 'the log'}:"
        yield from (f"    {printable(line.expandtabs(4))}" for line in error.tail.splitlines())
    elif isinstance(error, RemoteError) and error.request_id:
        yield f"  request id: {printable(error.request_id)}"


def _problem(problem: Problem) -> str:
    says_line = problem.line is None or problem.where.startswith("line ")
    place = problem.where if says_line else f"line {problem.line}, {problem.where}"
    return f"{place}: {problem.what}" + (f" ({problem.hint})" if problem.hint else "")
