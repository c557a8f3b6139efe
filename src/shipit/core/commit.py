"""Reading one commit message (Conventional Commits 1.0.0)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Footer:
    """One trailer line: `Closes: #12` is token `Closes`, value `#12`."""

    token: str
    value: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A message that follows the convention.

    `type` is lower case with aliases resolved; `breaking` holds one text per breaking change
    (the description itself where only `!` says so); `warnings` are remarks for plan and lint.
    """

    type: str
    scope: str | None
    description: str
    body: str = ""
    footers: tuple[Footer, ...] = ()
    breaking: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A message that does not follow the convention, and why."""

    subject: str
    reason: str
