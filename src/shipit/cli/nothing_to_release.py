"""The messages of a command that finds nothing to release."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from shipit.cli.session import Session

if TYPE_CHECKING:
    from shipit.plan.version import NextVersion


def say_nothing_to_release(session: Session, packages: Iterable[NextVersion], text: str = "nothing to release") -> None:
    """Print `text`, and how many commits of `packages` do not count because they cannot be read."""
    from shipit.plan.version import unreadable_note

    session.output.say(text)
    if note := unreadable_note(packages):
        session.output.say(note)
