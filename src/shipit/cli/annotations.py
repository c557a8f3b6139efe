"""Errors as marks on a run of GitHub Actions, at the line of the file where there is one."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.core.printable import printable
from shipit.core.workflow_command import Severity, annotation
from shipit.errors import ConfigError, PreflightError, ShipitError


def error_annotations(error: ShipitError, severity: Severity = "error") -> Iterator[str]:
    """The commands for an error: one for each problem of a configuration and each finding, else one."""
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
    """What there is to say, line by line; the runner wants at least something."""
    said = (printable(line) for text in lines if text for line in text.splitlines())
    return "\n".join(said) or "see the log"
