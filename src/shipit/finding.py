"""The findings of the preflight and the problems of a configuration file, which errors carry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace


class Problem(Struct, frozen=True):
    """One problem of a configuration file.

    `what` is the problem in one sentence, `where` the key path, `line` the line in the file, counted from 1,
    and `hint` says how to fix it.
    """

    what: str
    where: str
    line: int | None = None
    hint: str | None = None


class Finding(Struct, frozen=True):
    """One result of the preflight.

    `code` is a stable name in kebab case, listed in docs/errors.md. `what` is the problem in one sentence, and `fix`
    is a command or an instruction that solves it; further lines of it, if any, are text to write into a file. A finding
    of severity "error" blocks the task; a "warning" is only printed.
    """

    code: str
    what: str
    fix: str
    severity: Literal["error", "warning"] = "error"

    @property
    def blocks(self) -> bool:
        """True when nothing can be released, built or deployed before the problem is fixed."""
        return self.severity == "error"

    def as_warning(self, what: str | None = None) -> Finding:
        """Return a copy of this finding as a warning, with `what` as its text unless `what` is None."""
        return replace(self, what=what or self.what, severity="warning")


def any_blocks(findings: Iterable[Finding]) -> bool:
    """Return whether at least one of `findings` blocks."""
    return any(finding.blocks for finding in findings)


def blocking_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return `findings` with the blocking ones first, and otherwise in the given order."""
    return tuple(sorted(findings, key=lambda finding: not finding.blocks))


def warnings_of(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that do not block."""
    return tuple(finding for finding in findings if not finding.blocks)
