"""Reading of a commit whose message has blocks with further messages, as release-please has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace

from shipit.core.commits.raw_commit import RawCommit
from shipit.core.commits.readings import Reading, Readings, mark_dropped
from shipit.core.commits.rules import Rules
from shipit.core.commits.text.blocks import Messages
from shipit.core.commits.text.message import Commit, subject


def read_blocks(commit: RawCommit, found: Messages, rules: Rules, read: Callable[[RawCommit], Reading]) -> Reading:
    """Return the reading of a commit by each message in its text; the strongest decides, and each counted one is noted.

    Args:
        commit: with a message that has blocks.
        found: its messages.
        rules: the known types.
        read: reads a commit with one of the messages.
    """
    parts = [replace(commit, parents=(), message=message) for message in reversed(found.further)]
    further = Readings(mark_dropped(parts, [read(each) for each in parts]))
    own = (read(replace(commit, message=found.own)),) if found.own else ()
    every = Readings((*further.all, *own))
    decisive = max(every.all, key=lambda reading: (reading.outcome == "counted", reading.bump, reading in own))
    return replace(
        decisive,
        subject=subject(commit.message),  # a revert names it, and so does git
        entries=tuple(entry.commit for entry in every.entries),
        warnings=(
            *(warning for reading in reversed(every.all) for warning in reading.warnings),
            *_not_counted(further, rules),
            _summary(commit, found, further.all),
            *found.remarks,
        ),
    )


def _not_counted(further: Readings, rules: Rules) -> Iterator[str]:
    """Yield a warning for each message in a block that cannot be read, or has an unknown type."""
    for reading in further.all:
        parsed = rules.parse(reading.subject)
        unknown = isinstance(parsed, Commit) and parsed.type not in rules.known
        if reading.outcome == "unreadable" or (reading.outcome == "ignored" and unknown):
            yield f"`{reading.subject}` in a block does not count: {reading.reason}"


def _summary(commit: RawCommit, found: Messages, further: Sequence[Reading]) -> str:
    """Return the sentence that says how many messages are in the blocks, and by which rules they count."""
    rules = Counter(reading.reason for reading in reversed(further))
    reasons = ", ".join(f"{count} {reason}" for reason, count in rules.items())
    if found.replaced:
        place = "`BEGIN_COMMIT_OVERRIDE`"
        return f"the message is read from {place}, and not from `{subject(commit.message)}` ({reasons})"
    return f"its blocks `BEGIN_NESTED_COMMIT` are read as further messages ({reasons})"
