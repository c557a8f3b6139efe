"""All errors that shipit raises on purpose, each with its exit status.

    ShipitError                    exit
    ├── UsageError                  2   the command line is wrong
    ├── ConfigError                 2   shipit.toml, or a file it names, is wrong
    ├── PreflightError              3   the repository or its surroundings are not ready (holds all findings);
    │                               4   when all problems are missing or refused credentials
    │                               5   if the only problem is that GitHub failed or did not answer
    ├── ConflictError               3   the repository, the remote or a registry is not as the plan expects
    │   ├── BranchMoved             3   ... because new commits were pushed meanwhile: a new plan may succeed
    │   └── Overtaken               3   ... because another run makes the same release: a new plan finds what it did
    ├── AuthError                   4   a credential is missing or refused
    ├── RemoteError                 5   a remote service, such as GitHub or a registry, failed or did not answer
    │   └── RemoteTimeout           5   ... within the time limit of git
    ├── CommandError                5   a program failed
    └── DeployError                 6   the new version is not healthy; it has no traffic
        ├── NotVerifiedError        6   ... because it is not proven which version serves
        └── UnsafeError             7   neither the new nor the earlier version could be verified; nothing was removed

Any other exception is a bug in shipit and ends with exit status 70.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypedDict, Unpack

    from shipit.finding import Finding, Problem

    class Details(TypedDict, total=False):
        """The arguments of `ShipitError` that every kind of error passes on."""

        where: str | None
        hint: str | None
        state: str | None


BUG_EXIT_CODE = 70
INTERRUPTED_EXIT_CODE = 130  # 128 + 2, the number of the signal SIGINT, as in a shell
# The `state` of most failures.
NOTHING_PUSHED = "nothing was pushed; the remote is unchanged"
# The hint when a release was published between the check of a step and its change.
PUBLISHED_MEANWHILE = "another run or a person published it meanwhile: run the same command again, and delete nothing"
# The `state` when the connection was lost during a push.
PUSH_UNKNOWN = (
    "it is not known whether the push reached the remote; the next run first reads the remote, and continues from there"
)

# The end of the hint when the tag of a version is taken.
OTHER_VERSION = (
    "or release another version: shipit release --version X.Y.Z (with several packages, add `--package NAME`)"
)


class ShipitError(Exception):
    """An error with its place, the next command for the user, and the state that the failed run left.

    Args:
        what: the problem in one sentence that names the thing in backticks.
        where: the place of the problem: a file, a key path or a line. Printed below the sentence.
        hint: the next command to paste, or an instruction to follow.
        state: the changes that were and were not made, such as "nothing was pushed; ...".

    `nothing_pushed` is True if it ended a plan before any of its steps became public.
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
        self.nothing_pushed = False

    @property
    def docs(self) -> str:
        """The link to the section of docs/errors.md that explains this kind of error."""
        return f"docs/errors.md#{type(self).__name__.lower()}"


class UsageError(ShipitError):
    """An error in the command line, or in an argument of a function.

    Args:
        argument: the name of the argument, if the command line has an option for it; it adds the option to the hint.
    """

    exit_code = 2

    def __init__(self, what: str, *, argument: str | None = None, **details: Unpack[Details]) -> None:
        super().__init__(what, **details)
        self.argument = argument


class ConfigError(ShipitError):
    """An error in the configuration, or in a file that it names. `problems` holds all problems, not only the first."""

    exit_code = 2

    def __init__(self, what: str, *, problems: Sequence[Problem] = (), **details: Unpack[Details]) -> None:
        super().__init__(what, **details)
        self.problems = tuple(problems)


# The codes of the findings about a credential.
CREDENTIAL_CODES = frozenset(
    ("github-token-missing", "github-token-refused", "github-read-only", "remote-login", "registry-login", "aws-login")
)

# The codes of the findings about a service that failed or did not answer.
UNREACHABLE_CODES = frozenset(("github-unreachable",))


class PreflightError(ShipitError):
    """The findings of a preflight, at least one of which blocks.

    Args:
        findings: all findings, warnings included.
        to: the blocked task as a verb phrase, such as "release" or "build images".
    """

    exit_code = 3

    def __init__(self, findings: Sequence[Finding], *, state: str | None = None, to: str = "release") -> None:
        errors = [finding for finding in findings if finding.blocks]
        count = "1 problem" if len(errors) == 1 else f"{len(errors)} problems"
        super().__init__(f"not ready to {to}: {count}", state=state)
        self.findings = tuple(findings)
        if errors and all(finding.code in CREDENTIAL_CODES for finding in errors):
            self.exit_code = AuthError.exit_code
        elif errors and all(finding.code in UNREACHABLE_CODES for finding in errors):
            self.exit_code = RemoteError.exit_code


class ConflictError(ShipitError):
    """A contradiction between the plan and the world, such as a tag on another commit or a lock that is held."""

    exit_code = 3


class BranchMoved(ConflictError):
    """A push that was refused because the remote branch moved after it was observed; a new plan may succeed."""


class Overtaken(ConflictError):
    """Another run makes the same release at the same time; a new plan finds what that run did."""


class AuthError(ShipitError):
    """A missing or refused credential. The message names the variable, never its value."""

    exit_code = 4


class RemoteError(ShipitError):
    """A failure of a remote service: it answered with an error, or not at all.

    Args:
        status: the HTTP status of the answer; None without an answer.
        request_id: the id that the service gave the request; its support asks for it.
        retryable: True when the same request may succeed later without any change.
    """

    exit_code = 5

    def __init__(
        self,
        what: str,
        *,
        status: int | None = None,
        request_id: str | None = None,
        retryable: bool = False,
        **details: Unpack[Details],
    ) -> None:
        super().__init__(what, **details)
        self.status = status
        self.request_id = request_id
        self.retryable = retryable


class RemoteTimeout(RemoteError):
    """A remote that did not answer git within the time limit, or a program between git and the remote that hangs."""

    def __init__(self, what: str, **details: Unpack[Details]) -> None:
        super().__init__(what, retryable=True, **details)


class CommandError(ShipitError):
    """A program that failed or reached its time limit.

    Args:
        argv: the program and its arguments, without secrets.
        status: the exit status; None when the program was killed at its time limit.
        tail: the last lines of its output, without secrets.
    """

    exit_code = 5

    def __init__(
        self,
        what: str,
        *,
        argv: Sequence[str] = (),
        status: int | None = None,
        tail: str = "",
        **details: Unpack[Details],
    ) -> None:
        super().__init__(what, **details)
        self.argv = tuple(argv)
        self.status = status
        self.tail = tail


def system_error(error: OSError) -> CommandError:
    """Return the error for a problem that the operating system reports, such as a full disk, which is no bug."""
    problem = error.strerror or error
    fix = "fix the reported problem"
    if isinstance(error, FileNotFoundError) and error.filename == "git":
        fix = "install git"
    return CommandError(
        f"`{error.filename}` cannot be used: {problem}" if error.filename else f"the system reports: {problem}",
        hint=f"{fix}, then run the same command again: steps that are already done are skipped",
    )


def as_shipit_error(error: ShipitError | OSError) -> ShipitError:
    """Return `error`, or the `system_error` for it."""
    return error if isinstance(error, ShipitError) else system_error(error)


class DeployError(ShipitError):
    """A new version that is not healthy. `state` says which version is serving now.

    Args:
        tail: the last lines of the log of the container, without secrets.

    `rejected` is the new version, and `serving` the earlier one, if it was verified to serve again; else empty.
    """

    exit_code = 6

    def __init__(self, what: str, *, tail: str = "", **details: Unpack[Details]) -> None:
        super().__init__(what, **details)
        self.tail = tail
        self.rejected = ""
        self.serving = ""


class NotVerifiedError(DeployError):
    """A new version that is not proven to serve. It is an error only where the configuration requires the proof.

    Args:
        required: True when the configuration requires it.
    """

    def __init__(self, what: str, *, required: bool = True, hint: str | None = None) -> None:
        super().__init__(what, hint=hint)
        self.required = required


class UnsafeError(DeployError):
    """A failed deployment after which no version could be verified to serve. Nothing was removed."""

    exit_code = 7
