"""Messages of commits that people corrected after the merge: in git notes, or in the body of the pull request.

A commit of a protected branch cannot be changed; a note can be added to it, and the body of a merged pull request can
be edited. The plan names each message that is read from another place than the commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from shipit.core.commits import RawCommit, subject
from shipit.world import Git


class Correction(Struct, frozen=True):
    """The message to read in place of that of a commit, and the place where a person wrote it.

    `message` is None if it does not count. `remark` says why not, or what else does not count there; empty if all does.
    """

    message: str | None
    place: str
    remark: str = ""


class Corrected(Struct, frozen=True):
    """Commits with the messages to read. `warnings` are those about corrected commits, by the id of the commit."""

    commits: tuple[RawCommit, ...]
    warnings: Mapping[str, str]


def notes_on(git: Git, commits: Sequence[RawCommit]) -> dict[str, Correction]:
    """Return the git notes on `commits`, by the id of the commit; an empty note does not count."""
    notes = git.notes([each.id for each in commits])
    return {id: Correction(text, "its git note") for id, text in notes.items() if text.strip()}


def corrected(commits: Sequence[RawCommit], found: Mapping[str, Correction]) -> Corrected:
    """Return `commits` with the messages in `found`, by the id of the commit, in place of theirs."""
    return Corrected(
        tuple(_with_message(each, found[each.id].message) if each.id in found else each for each in commits),
        {each.id: _warning(each, found[each.id]) for each in commits if each.id in found},
    )


def _with_message(commit: RawCommit, message: str | None) -> RawCommit:
    return commit if message is None else replace(commit, message=message)


def _warning(commit: RawCommit, correction: Correction) -> str:
    if correction.message is None:
        return f"the message in {correction.place} does not count: {correction.remark}"
    remark = f"; {correction.remark}" if correction.remark else ""
    return f"the message is read from {correction.place}, and not from the commit: `{subject(commit.message)}`{remark}"
