"""Errors as annotations of GitHub Actions, which shows them on the page of the run and at the line of a file."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.core.printable import printable
from shipit.core.workflow_command import Severity, annotation
from shipit.errors import ConfigError, PreflightError, ShipitError


def error_annotations(error: ShipitError, severity: Severity = "error") -> Iterator[str]:
    """Yield the workflow commands that annotate `error`.

    A `ConfigError` gives one command for each problem and a `PreflightError` one for each finding; any other error
    gives one. `severity` does not apply to findings, which have their own.
    """
    if isinstance(error, ConfigError) and error.problems:
        for problem in error.problems:
            text = _text(problem.what, problem.hint)
            yield annotation(severity, text, title=printable(error.what), file=error.where, line=problem.line)
    elif isinstance(error, PreflightError):
        for finding in error.findings:
            yield annotation(finding.severity, _text(f"fix: {finding.fix}", error.state), title=printable(finding.what))
    else:
        yield annotation(severity, _text(error.where, error.hint, error.state), title=printable(error.what))


def _text(*lines: str | None) -> str:
    """Join the texts that are given; the runner ignores an annotation without text, so return at least one line."""
    shown = (printable(line) for text in lines if text for line in text.splitlines())
    return "\n".join(shown) or "see the log"
