"""Cache of how header prefixes are read.

Headers begin with few different prefixes (`feat: `, `fix(api): `). Each prefix is parsed once and then looked up, which
takes a fraction of the time. Most messages have no other part that matters for the version.
"""

from __future__ import annotations

from msgspec import Struct

from shipit.core.commits.header import skip_reason
from shipit.core.commits.raw_commit import RawCommit
from shipit.core.commits.readings import Reading
from shipit.core.commits.reverts import might_be_revert
from shipit.core.commits.rules import Rules
from shipit.core.commits.squash import might_list_commits
from shipit.core.commits.text.blocks import might_have_blocks
from shipit.core.commits.text.footers import might_mention_breaking, might_request_version, split_footers
from shipit.core.commits.text.message import Commit, subject
from shipit.core.commits.text.release_message import is_release_subject
from shipit.core.versions import Bump


class HeaderPrefix(Struct, frozen=True):
    """The reading of every header that begins with one prefix, such as `fix(api): `.

    `length` is the number of characters of the prefix; `rule` is the rule that gives `bump`, in words.
    """

    length: int
    type: str
    scope: str | None
    bump: Bump
    rule: str


class PrefixCache(dict[str, HeaderPrefix | None]):
    """The readings of header prefixes, by prefix without its `: `; a missing one is added when it is looked up.

    The value is None for a prefix that does not decide the reading alone, such as `revert` or `wip`: such a message has
    to be read in full.

    Args:
        rules: the bump of each commit type.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    def __missing__(self, prefix: str) -> HeaderPrefix | None:
        self[prefix] = reading = self._read(prefix)
        return reading

    def _read(self, prefix: str) -> HeaderPrefix | None:
        """Return the reading of a prefix, found by parsing an example header that begins with it."""
        example = f"{prefix}: x"
        parsed = self.rules.parse(example)
        if not isinstance(parsed, Commit) or parsed.breaking or parsed.footers or parsed.type not in self.rules.known:
            return None
        if parsed.description != "x" or subject(example) != example or might_be_revert(prefix) or skip_reason(example):
            return None
        if is_release_subject(f"{prefix}: 1.0.0"):
            return None
        return HeaderPrefix(len(example) - 1, parsed.type, parsed.scope, *self.rules.bump_of(parsed))

    def prefix_of(self, header: str) -> HeaderPrefix | None:
        """Return the reading of the prefix of a header; None if the header has to be parsed."""
        prefix, _, description = header.partition(": ")
        return self[prefix] if description.strip() else None

    def quick_read(self, commit: RawCommit) -> Reading | None:
        """Return the reading of a commit by its header prefix; None if the message has to be read in full.

        Args:
            commit: with a message whose lines end with LF.
        """
        message = commit.message
        line, _, body = message.partition("\n")
        prefix = self.prefix_of(line)
        if prefix is None or "[" in message or (body and _needs_full_read(message)):
            return None
        if not prefix.bump:
            return Reading(commit.id, line.rstrip(), commit.author, "ignored", prefix.rule)
        text, footers = split_footers(body.strip()) if body else ("", ())
        entry = Commit(prefix.type, prefix.scope, line[prefix.length :].strip(), text, footers)
        return Reading(commit.id, line.rstrip(), commit.author, "counted", prefix.rule, prefix.bump, (entry,))


def _needs_full_read(message: str) -> bool:
    """Return whether a body might announce a breaking change, request a version, list commits or have blocks."""
    return (
        might_mention_breaking(message)
        or might_request_version(message)
        or might_list_commits(message)
        or might_have_blocks(message)
    )
