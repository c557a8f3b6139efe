"""Parser of revert commits, which name the reverted commits by id, by pull request or by subject.

>>> parse_revert('Revert "feat: x"\\n\\nThis reverts commit 0123abc.').ids
('0123abc',)
>>> parse_revert('Revert "feat: x (#12)" (#13)\\n\\nReverts acme/app#12').numbers
('12',)
>>> parse_revert("revert: feat: x").subject
'feat: x'
"""

from __future__ import annotations

import re

from msgspec import Struct

from shipit.core.commits.text.message import Commit, parse_commit, pull_request, subject, without_number


class Revert(Struct, frozen=True):
    """The commits that a revert names.

    Attributes:
        subject: the subject of the reverted commit.
        ids: full or abbreviated ids of the reverted commits.
        numbers: numbers of the reverted pull requests.
        mainline: id of the parent to which the revert of a merge went back.
        suffix: the ` (#13)` at the end of the subject of the revert itself.
    """

    subject: str
    ids: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    mainline: str | None = None
    suffix: str = ""

    @property
    def description(self) -> str:
        """The text for the section "Reverts" of the notes: the reverted subject with the number of the revert."""
        return without_number(self.subject) + self.suffix if self.suffix else self.subject


# Strings, compiled at their first use: most releases contain no revert.
_QUOTED = r'(?i)(?P<verb>revert|reapply) "(?P<subject>.+)"(?P<number> \(#\d+\))?$'
_IDS = r"(?m)^This reverts commits? ([0-9a-f]{7,64})(?:, reversing\s+changes made to ([0-9a-f]{7,64}))?"
_ID = r"(?<![\w#-])[0-9a-f]{7,64}(?![\w-])"
_QUOTES = r'^"(.+)"$'
_PULL_REQUESTS = r"(?m)^Reverts (?:[\w.-]+/[\w.-]+)?#(\d+)"


def might_be_revert(message: str) -> bool:
    """Return whether a message, or a subject, might be a revert: a fast check before `parse_revert`."""
    lower = message.lower()
    return "revert" in lower or "reapply" in lower


def parse_revert(message: str) -> Revert | None:
    """Parse the message of a revert; return None for any other message."""
    parts = _parse_quoted(message) or _parse_typed(message)
    if parts is None:
        return None
    reverted, suffix, refs = parts
    id_lines = re.findall(_IDS, message)
    ids = (*(id for id, _ in id_lines), *refs)
    mainline = next((parent for _, parent in id_lines if parent), None)
    numbers = re.findall(_PULL_REQUESTS, message) or [number for number in [pull_request(reverted)] if number]
    return Revert(reverted, tuple(dict.fromkeys(ids)), tuple(dict.fromkeys(numbers)), mainline, suffix)


def _parse_quoted(message: str) -> tuple[str, str, list[str]] | None:
    """Parse `Revert "feat: x"`, or `Reapply "feat: x"`, which is git's subject for the revert of a revert.

    Returns:
        The reverted subject, the suffix of the revert, and no ids.
    """
    match = re.match(_QUOTED, subject(message))
    if not match:
        return None
    is_reapply = match["verb"].lower() == "reapply"
    return (f'Revert "{match["subject"]}"' if is_reapply else match["subject"]), match["number"] or "", []


def _parse_typed(message: str) -> tuple[str, str, list[str]] | None:
    """Parse `revert: feat: x`, which can list ids in a `Refs` footer, as the specification recommends.

    Returns:
        The reverted subject, the suffix of the revert, and the ids.
    """
    parsed = parse_commit(message)
    if not isinstance(parsed, Commit) or parsed.type != "revert":
        return None
    reverted = without_number(parsed.description)
    refs = [id for footer in parsed.footers if footer.token.lower() == "refs" for id in re.findall(_ID, footer.value)]
    return re.sub(_QUOTES, r"\1", reverted), parsed.description[len(reverted) :], refs
