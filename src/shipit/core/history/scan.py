r"""Fast reading of a whole history for its release notes.

`read_commits` returns the outcome and the reason of each commit. The changelog of a long history needs only the entries
of very many commits. Nearly every header prefix decides that alone; all other messages are read in full.

>>> from shipit.core.history.log import columns
>>> scan = HistoryScan(Rules.of())
>>> for part in columns([b"c0\0b0\0Ada\0\0feat(api): search\n\nAt last.\0b0\0\0Bo\0\0docs: explain\0"]):
...     scan.add(part)
>>> scan.log.messages, [each.description for each in scan.entries(0)], scan.entries(1)
(['feat(api): search', 'docs: explain'], ['search'], ())
"""

from __future__ import annotations

from collections.abc import Sequence

from shipit.core.commits import (
    Commit,
    Footer,
    HeaderPrefix,
    MatchTexts,
    PrefixCache,
    Rules,
    match_text,
    might_be_revert,
    normalize_commit,
    read_commit,
    split_footers,
    subject,
)
from shipit.core.commits.text.blocks import might_have_blocks
from shipit.core.history.log import Columns, Log


class HistoryScan:
    """The entries of very many commits, with the message texts that are needed to match reverts and cherry-picks.

    `log` has the scanned commits; its messages are replaced by those texts, which are mostly the subjects alone.

    Args:
        rules: the bump of each commit type.
    """

    def __init__(self, rules: Rules) -> None:
        self.log = Log()
        self._cache = PrefixCache(rules)
        # For each commit that its header prefix decides and that has an entry, that prefix; for any other None.
        self._prefixes: list[HeaderPrefix | None] = []
        self._footers: dict[int, tuple[Footer, ...]] = {}
        self._full_reads: dict[int, tuple[Commit, ...]] = {}

    def entries(self, index: int) -> tuple[Commit, ...]:
        """Return the entries of a commit for the notes, without bodies, because the notes do not print them.

        Reverts are not considered here: see `match_texts`.

        Args:
            index: the position of the commit in `log`.
        """
        prefix = self._prefixes[index]
        if prefix is None:
            return self._full_reads.get(index, ())
        description = self.log.messages[index][prefix.length :].strip()
        return (Commit(prefix.type, prefix.scope, description, "", self._footers.get(index, ())),)

    def match_texts(self, positions: Sequence[int]) -> MatchTexts:
        """Return the texts of the commits at `positions`, by which reverts and duplicates are found.

        Only commits that were read in full can be reverts.
        """
        fields = (self.log.ids, self.log.parents, self.log.messages)
        ids, parents, messages = ([field[index] for index in positions] for field in fields)
        possible_reverts = [number for number, index in enumerate(positions) if index in self._full_reads]
        return MatchTexts(ids, parents, messages, possible_reverts)

    def add(self, part: Columns) -> None:
        """Scan commits that are older than all before."""
        log, cache, start = self.log, self._cache, len(self.log)
        log.add(part)
        any_needs_full_read = _needs_full_read("\n".join(part.messages))
        for index, message in enumerate(part.messages, start):
            line, _, body = message.partition("\n")
            start_of_line, _, description = line.partition(": ")
            prefix = cache[start_of_line] if description.strip() else None
            if (
                prefix is None
                or (any_needs_full_read and _needs_full_read(message))
                or (prefix.bump and "[" in message)
            ):
                commit = normalize_commit(log.commit(index))
                self._full_reads[index] = read_commit(commit, cache).entries
                line = subject(commit.message)
                log.messages[index] = match_text(commit.message, line, might_be_revert(line))
                self._prefixes.append(None)
                continue
            log.messages[index] = line
            self._prefixes.append(prefix if prefix.bump else None)
            if prefix.bump and "#" in body:
                self._footers[index] = split_footers(body.strip())[1]


def _needs_full_read(text: str) -> bool:
    """Return whether a message with a known type, or one of several joined ones, can be more than its header says.

    It might be breaking, a duplicate, or a release commit, or have messages in blocks.
    """
    marked = "BREAKING" in text or "\r" in text or "(cherry picked" in text or "Release-Of: " in text
    return marked or might_have_blocks(text)
