"""Errors as JSON, which programs get with `--json`, and the JSON Schema of this form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from shipit.errors import BUG_EXIT_CODE, INTERRUPTED_EXIT_CODE, ConfigError, PreflightError, ShipitError
from shipit.finding import Finding, Problem


class ErrorReport(Struct, frozen=True):
    """The error that ended a command that was given --json."""

    code: Annotated[str, Meta(description="The kind of the error; `shipit explain CODE` explains it.")]
    message: Annotated[str, Meta(description="The problem in one sentence.")]
    exit: Annotated[int, Meta(description="The exit status of the command.")]
    where: Annotated[str | None, Meta(description="The place: a file, a key path or a line.")] = None
    hint: Annotated[str | None, Meta(description="The next command, or an instruction.")] = None
    state: Annotated[str | None, Meta(description="The changes that were and were not made.")] = None
    findings: Annotated[tuple[Finding, ...], Meta(description="The findings of a PreflightError.")] = ()
    problems: Annotated[tuple[Problem, ...], Meta(description="The problems of a configuration file.")] = ()


def error_json(error: BaseException, redact: Callable[[str], str]) -> Any:
    """Return `error` as JSON values.

    An interrupt has the code `Interrupted`, and its text is the state; any other error that is not a `ShipitError` is a
    bug, and has the code `Bug`.
    """
    return _redacted(msgspec.to_builtins(_report(error)), redact)


def error_schema() -> dict[str, Any]:
    """Return the schema of an error (JSON Schema 2020-12)."""
    schema = msgspec.json.schema(ErrorReport)
    for definition in schema["$defs"].values():
        definition["description"] = definition["description"].partition("\n")[0]  # the rest is for the source
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:shipit:error", **schema}


def _report(error: BaseException) -> ErrorReport:
    if isinstance(error, KeyboardInterrupt):
        return ErrorReport("Interrupted", "the command was interrupted", INTERRUPTED_EXIT_CODE, state=str(error))
    if not isinstance(error, ShipitError):
        return ErrorReport("Bug", f"{type(error).__name__}: {error}", BUG_EXIT_CODE)
    return ErrorReport(
        code=type(error).__name__,
        message=error.what,
        exit=error.exit_code,
        where=error.where,
        hint=error.hint,
        state=error.state,
        findings=error.findings if isinstance(error, PreflightError) else (),
        problems=error.problems if isinstance(error, ConfigError) else (),
    )


def _redacted(value: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: _redacted(each, redact) for key, each in value.items()}
    return [_redacted(each, redact) for each in value] if isinstance(value, list | tuple) else value
