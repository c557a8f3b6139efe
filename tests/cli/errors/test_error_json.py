"""Tests of errors as JSON: one form for all kinds, without secrets, which the JSON Schema describes."""

import pytest

from shipit.cli.errors.error_json import ErrorReport, error_json, error_schema
from shipit.core.redact import Redactor
from shipit.errors import ConfigError, PreflightError, RemoteError, ShipitError
from shipit.finding import Finding, Problem

ERRORS = [
    (RemoteError("no answer", hint="try again", state="nothing was pushed"), ("RemoteError", 5)),
    (PreflightError([Finding("dirty", "x", "y")]), ("PreflightError", 3)),
    (ConfigError("bad", problems=[Problem("x", "release.y", 3)]), ("ConfigError", 2)),
    (KeyboardInterrupt("nothing was pushed"), ("Interrupted", 130)),
    (ZeroDivisionError("division by zero"), ("Bug", 70)),
]


@pytest.mark.parametrize(("error", "expected"), ERRORS, ids=lambda value: type(value).__name__)
def test_every_error_has_a_code_and_its_exit_status(error: BaseException, expected: tuple[str, int]) -> None:
    found = error_json(error, Redactor())
    assert (found["code"], found["exit"]) == expected
    assert list(found) == list(ErrorReport.__struct_fields__)
    assert set(found) == set(error_schema()["$defs"]["ErrorReport"]["properties"])


def test_hint_and_state_are_those_of_the_error() -> None:
    found = error_json(ERRORS[0][0], Redactor())
    assert (found["message"], found["hint"], found["state"]) == ("no answer", "try again", "nothing was pushed")


def test_secrets_are_removed_also_where_json_escapes_them() -> None:
    secret = 'to"ken\\value'
    error = PreflightError([Finding("remote", f"refused {secret}", "y")], state=secret)
    assert secret not in str(error_json(error, Redactor([secret])))
    assert error_json(ShipitError(secret), Redactor([secret]))["message"] == "[REDACTED]"
