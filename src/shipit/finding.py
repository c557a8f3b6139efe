"""What was found to be wrong, as errors hold it."""

from __future__ import annotations

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
    """One preflight result.

    `code` is a stable kebab-case name; `fix` is an imperative that ends the problem;
    an "error" stops a release, a "warning" is only told.
    """

    code: str
    what: str
    fix: str
    severity: Literal["error", "warning"] = "error"

    def as_warning(self, what: str | None = None) -> Finding:
        """The same where it stops nothing, told in other words where `what` is given."""
        return replace(self, what=what or self.what, severity="warning")
