"""Reading of commits by the beginnings of their headers.

Headers begin in few ways (`feat: `, `fix(api): `), so each beginning is parsed once and looked up from then on. Most
messages contain nothing else that matters.
"""

from __future__ import annotations

from msgspec import Struct

from shipit.core.commits.footers import may_ask_for_version, may_look_breaking, split_footers
from shipit.core.commits.header import unfinished
from shipit.core.commits.message import Commit, parse_commit, subject
from shipit.core.commits.raw_commit import RawCommit
from shipit.core.commits.readings import Reading
from shipit.core.commits.release_message import is_release_subject
from shipit.core.commits.reverts import may_revert
from shipit.core.commits.rules import Rules
from shipit.core.commits.squash import may_list
from shipit.core.versions import Bump


class HeaderPrefix(Struct, frozen=True):
    """What `width` characters say of every title that begins with them, and do to the version by which rule."""

    width: int
    type: str
    scope: str | None
    bump: Bump
    rule: str


class PrefixCache(dict[str, HeaderPrefix | None]):
    """Beginnings without their `: `; None where what follows matters, or where the title alone does not decide.

    Args:
        rules: what raises the version how far.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    def __missing__(self, start: str) -> HeaderPrefix | None:
        self[start] = found = self._find(start)
        return found

    def _find(self, start: str) -> HeaderPrefix | None:
        title = f"{start}: x"
        parsed = parse_commit(title, aliases=self.rules.aliases, known=self.rules.known)
        if not isinstance(parsed, Commit) or parsed.breaking or parsed.type not in self.rules.known:
            return None
        if parsed.description != "x" or subject(title) != title or may_revert(start) or unfinished(title):
            return None
        if is_release_subject(f"{start}: 1.0.0"):
            return None
        return HeaderPrefix(len(title) - 1, parsed.type, parsed.scope, *self.rules.bump_of(parsed))

    def beginning(self, line: str) -> HeaderPrefix | None:
        """How a title begins; None where it has to be parsed."""
        start, _, description = line.partition(": ")
        return self[start] if description.strip() else None

    def look(self, commit: RawCommit) -> Reading | None:
        """A commit whose lines end in LF; None where it is to be read in full."""
        message = commit.message
        line, _, body = message.partition("\n")
        title = self.beginning(line)
        if title is None or "[" in message or (body and _says_more(message)):
            return None
        if not title.bump:
            return Reading(commit.id, line.rstrip(), commit.author, "ignored", title.rule)
        text, footers = split_footers(body.strip()) if body else ("", ())
        entry = Commit(title.type, title.scope, line[title.width :].strip(), text, footers)
        return Reading(commit.id, line.rstrip(), commit.author, "counted", title.rule, title.bump, (entry,))


def _says_more(message: str) -> bool:
    """Whether a body may announce a breaking change or a version, or list commits."""
    return may_look_breaking(message) or may_ask_for_version(message) or may_list(message)
