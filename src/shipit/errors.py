"""Every error shipit raises on purpose, and the exit status each one ends with.

    ShipitError                    exit
    ├── UsageError                  2   the command line is wrong
    ├── ConfigError                 2   shipit.toml, or a file it names, is wrong
    ├── PreflightError              3   the repository or environment is not ready (holds every finding);
    │                               4   where nothing but a credential is
    ├── ConflictError               3   the world contradicts the plan
    │   └── BranchMoved             3   ... because somebody pushed meanwhile: planning afresh may help
    ├── AuthError                   4   a credential is missing or refused
    ├── RemoteError                 5   GitHub or a registry answered badly
    ├── CommandError                5   a program failed
    └── DeployError                 6   the new version is not healthy

Anything else that escapes is a bug in shipit and ends with 70.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shipit.finding import Finding, Problem

BUG_EXIT_CODE = 70
# The state of things that most failures leave.
NOTHING_PUSHED = "nothing was pushed: the remote is as it was"


class ShipitError(Exception):
    """What is wrong, where, what to do about it, and what state things are in.

    Args:
        what: one sentence that names the thing in backticks.
        where: file, key path or line; printed under the sentence.
        hint: an imperative the reader can paste or follow.
        state: what has and has not happened ("nothing was pushed; ...").
    """

    exit_code = BUG_EXIT_CODE

    def __init__(
        self, what: str, *, where: str | None = None, hint: str | None = None, state: str | None = None
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint
        self.state = state

    @property
    def docs(self) -> str:
        """The page of docs/errors.md that explains this kind of error."""
        return f"docs/errors.md#{type(self).__name__.lower()}"


class UsageError(ShipitError):
    """The command line is wrong."""

    exit_code = 2


class ConfigError(ShipitError):
    """The configuration, or a file it names, is wrong. Holds every problem found, not only the first."""

    exit_code = 2

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        hint: str | None = None,
        state: str | None = None,
        problems: Sequence[Problem] = (),
    ) -> None:
        super().__init__(what, where=where, hint=hint, state=state)
        self.problems = tuple(problems)


# The findings about a credential.
CREDENTIAL_CODES = frozenset(
    ("github-token-missing", "github-token-refused", "github-read-only", "remote-login", "registry-login")
)


class PreflightError(ShipitError):
    """The repository or the environment is not ready `to` do what was asked. Holds all findings."""

    exit_code = 3

    def __init__(self, findings: Sequence[Finding], *, state: str | None = None, to: str = "release") -> None:
        errors = [finding for finding in findings if finding.blocks]
        count = "1 problem" if len(errors) == 1 else f"{len(errors)} problems"
        super().__init__(f"not ready to {to}: {count}", state=state)
        self.findings = tuple(findings)
        if errors and all(finding.code in CREDENTIAL_CODES for finding in errors):
            self.exit_code = AuthError.exit_code


class ConflictError(ShipitError):
    """The world contradicts the plan: a tag elsewhere, a branch that moved, a lock held."""

    exit_code = 3


class BranchMoved(ConflictError):
    """The remote branch moved since it was observed; a fresh plan may succeed."""


class AuthError(ShipitError):
    """A credential is missing or refused. Names the variable, never the value."""

    exit_code = 4


class RemoteError(ShipitError):
    """A remote service answered badly.

    Args:
        status: the HTTP status, when there was an answer.
        request_id: the service's own id of the request, for its support.
        retryable: whether running again may help by itself.
    """

    exit_code = 5

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        hint: str | None = None,
        state: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        retryable: bool = False,
    ) -> None:
        super().__init__(what, where=where, hint=hint, state=state)
        self.status = status
        self.request_id = request_id
        self.retryable = retryable


class CommandError(ShipitError):
    """A program failed or ran out of time.

    Args:
        argv: what was run, redacted.
        status: its exit status; None when it was killed at its time limit.
        tail: its last lines of output, redacted.
    """

    exit_code = 5

    def __init__(
        self,
        what: str,
        *,
        argv: Sequence[str] = (),
        status: int | None = None,
        tail: str = "",
        where: str | None = None,
        hint: str | None = None,
        state: str | None = None,
    ) -> None:
        super().__init__(what, where=where, hint=hint, state=state)
        self.argv = tuple(argv)
        self.status = status
        self.tail = tail


class DeployError(ShipitError):
    """The new version is not healthy; says what is serving now."""

    exit_code = 6
