"""Findings of the preflight and problems of a configuration file, as errors hold them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace


class Problem(Struct, frozen=True):
    """One thing wrong in a configuration file: `where` is the key path, `line` counts from 1."""

    what: str
    where: str
    line: int | None = None
    hint: str | None = None


class Finding(Struct, frozen=True):
    """One result of the preflight.

    `code` is a stable kebab-case name; `fix` is an imperative that solves the problem;
    an "error" blocks a release, a "warning" is only printed.
    """

    code: str
    what: str
    fix: str
    severity: Literal["error", "warning"] = "error"

    @property
    def blocks(self) -> bool:
        """Whether nothing may be released, built or deployed until this is fixed."""
        return self.severity == "error"

    def as_warning(self, what: str | None = None) -> Finding:
        """Return this finding as a warning, with the text `what` when it is given."""
        return replace(self, what=what or self.what, severity="warning")


def any_blocks(findings: Iterable[Finding]) -> bool:
    """Return whether at least one of `findings` blocks."""
    return any(finding.blocks for finding in findings)


def blocking_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return `findings` with those that block first, otherwise in the same order."""
    return tuple(sorted(findings, key=lambda finding: not finding.blocks))


def warnings_of(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that do not block."""
    return tuple(finding for finding in findings if not finding.blocks)
