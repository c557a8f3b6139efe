"""What a revert says it undoes: by commit id, by pull request or by subject.

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

from shipit.core.commits.message import Commit, parse_commit, pull_request, subject, without_number


class Revert(Struct, frozen=True):
    """What a commit says it undoes.

    `numbers` are pull requests; `mainline` is the parent that the revert of a merge went back to;
    `suffix` is the trailing ` (#13)` of the revert itself.
    """

    subject: str
    ids: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    mainline: str | None = None
    suffix: str = ""

    @property
    def description(self) -> str:
        """What to call it under "Reverts": the reverted subject, with the pull request that reverted it."""
        return without_number(self.subject) + self.suffix if self.suffix else self.subject


# Compiled when they are first used: many a release has no revert.
_QUOTED = r'(?i)(?P<verb>revert|reapply) "(?P<subject>.+)"(?P<number> \(#\d+\))?$'
_IDS = r"(?m)^This reverts commits? ([0-9a-f]{7,64})(?:, reversing\s+changes made to ([0-9a-f]{7,64}))?"
_ID = r"(?<![\w#-])[0-9a-f]{7,64}(?![\w-])"
_QUOTES = r'^"(.+)"$'
_PULL_REQUESTS = r"(?m)^Reverts (?:[\w.-]+/[\w.-]+)?#(\d+)"


def may_revert(message: str) -> bool:
    """Whether a message can be a revert; a quick look at it, or at its subject, before `parse_revert` makes sure."""
    lower = message.lower()
    return "revert" in lower or "reapply" in lower


def parse_revert(message: str) -> Revert | None:
    """What the message reverts; None when it is no revert."""
    spelled = _quoted(message) or _typed(message)
    if spelled is None:
        return None
    what, suffix, refs = spelled
    named = re.findall(_IDS, message)
    ids = (*(id for id, _ in named), *refs)
    mainline = next((parent for _, parent in named if parent), None)
    numbers = re.findall(_PULL_REQUESTS, message) or [number for number in [pull_request(what)] if number]
    return Revert(what, tuple(dict.fromkeys(ids)), tuple(dict.fromkeys(numbers)), mainline, suffix)


def _quoted(message: str) -> tuple[str, str, list[str]] | None:
    """`Revert "feat: x"`, or `Reapply "feat: x"`, which is git's name for the revert of a revert."""
    match = re.match(_QUOTED, subject(message))
    if not match:
        return None
    again = match["verb"].lower() == "reapply"
    return (f'Revert "{match["subject"]}"' if again else match["subject"]), match["number"] or "", []


def _typed(message: str) -> tuple[str, str, list[str]] | None:
    """`revert: feat: x`, which may list ids in a `Refs` footer, as the specification recommends."""
    parsed = parse_commit(message)
    if not isinstance(parsed, Commit) or parsed.type != "revert":
        return None
    what = without_number(parsed.description)
    refs = [id for footer in parsed.footers if footer.token.lower() == "refs" for id in re.findall(_ID, footer.value)]
    return re.sub(_QUOTES, r"\1", what), parsed.description[len(what) :], refs
