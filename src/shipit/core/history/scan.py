r"""Reading a whole history for its notes alone, quickly: nearly every commit is understood by how its title begins.

`read_commits` tells of each commit what became of it and why. Who prints a whole changelog asks for less, of very
many commits: which entries there are. What a look at how the title begins does not settle beyond doubt is read in full.

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
from shipit.core.history.log import Columns, Log


class HistoryScan:
    """Commits of which only that is kept by which others may name them; all of what may undo or repeat others.

    Args:
    """

    def __init__(self, rules: Rules) -> None:
        self.log = Log()
        self._cache = PrefixCache(rules)
        self._listed: list[HeaderPrefix | None] = []
        self._footers: dict[int, tuple[Footer, ...]] = {}
        self._read: dict[int, tuple[Commit, ...]] = {}

    def entries(self, at: int) -> tuple[Commit, ...]:
        """What a commit brings to the notes unless another undoes it; without bodies, which are not printed."""
        title = self._listed[at]
        if title is None:
            return self._read.get(at, ())
        description = self.log.messages[at][title.length :].strip()
        return (Commit(title.type, title.scope, description, "", self._footers.get(at, ())),)

    def match_texts(self, places: Sequence[int]) -> MatchTexts:
        """Of the commits that stand there; only what was read in full may be a revert."""
        fields = (self.log.ids, self.log.parents, self.log.messages)
        ids, parents, messages = ([field[at] for at in places] for field in fields)
        return MatchTexts(ids, parents, messages, [number for number, at in enumerate(places) if at in self._read])

    def add(self, part: Columns) -> None:
        """Take in commits older than those that are here."""
        log, cache, start = self.log, self._cache, len(self.log)
        log.add(part)
        some_say_more = _says_more("\n".join(part.messages))
        for at, message in enumerate(part.messages, start):
            line, _, body = message.partition("\n")
            beginning, _, description = line.partition(": ")
            title = cache[beginning] if description.strip() else None
            if title is None or (some_say_more and _says_more(message)) or (title.bump and "[" in message):
                whole = normalize_commit(log.commit(at))
                self._read[at] = read_commit(whole, cache).entries
                line = subject(whole.message)
                log.messages[at] = match_text(whole.message, line, might_be_revert(line))
                self._listed.append(None)
                continue
            log.messages[at] = line
            self._listed.append(title if title.bump else None)
            if title.bump and "#" in body:
                self._footers[at] = split_footers(body.strip())[1]


def _says_more(text: str) -> bool:
    """Whether a message with a title of a known type, or one of several, may be breaking or repeat another."""
    return "BREAKING" in text or "\r" in text or "(cherry picked" in text
