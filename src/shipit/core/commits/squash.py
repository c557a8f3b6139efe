"""Parser of the list of commits in the body of a squash commit.

GitHub lists them as `* feat: x`, oldest first. `git merge --squash` writes them like `git log`, newest first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import repeat

from msgspec.structs import replace

from shipit.core.commits.raw_commit import RawCommit
from shipit.core.commits.text.footers import might_have_quotes, quoted_lines

_LIST_MARK = re.compile(r"[*-][ \t]")
_ITEM = re.compile(r" {0,3}[*-][ \t]+(?=\S)")
_ITEM_STARTS = frozenset(" *-")
_LOG_START = re.compile(r"commit ([0-9a-f]{7,64})$")


def might_list_commits(message: str) -> bool:
    """Return whether a message might list commits: a fast check before it is parsed."""
    return "\n* " in message or "\n- " in message or "\nSquashed commit of" in message


def squashed_commits(commit: RawCommit, starts_commit: Callable[[str], bool]) -> tuple[RawCommit, ...]:
    """Return the commits that the body of `commit` lists, newest first; nothing if it lists none.

    Args:
        starts_commit: returns whether the text of a list item is the header of a commit, and not prose.
    """
    if "Squashed commit of the following" in commit.message:
        return tuple(_commits_of_log(commit))
    if not _LIST_MARK.search(commit.message):
        return ()
    messages = list(_listed_messages(commit.message, starts_commit))
    return tuple(replace(commit, parents=(), message=message) for message in reversed(messages))


def _listed_messages(message: str, starts_commit: Callable[[str], bool]) -> Iterator[str]:
    """Yield the message of each list item that is a commit; the lines up to the next one are its body."""
    lines = message.split("\n")
    current: list[str] = []
    quoted = quoted_lines(lines) if might_have_quotes(message) else repeat(False)
    for line, is_quoted in zip(lines, quoted, strict=False):
        item = None if is_quoted or line[:1] not in _ITEM_STARTS else _ITEM.match(line)
        if item and starts_commit(line[item.end() :]):
            if current:
                yield "\n".join(current)
            current = [line[item.end() :]]
        elif current:
            current.append(line.removeprefix("  "))
    if current:
        yield "\n".join(current)


def _commits_of_log(commit: RawCommit) -> Iterator[RawCommit]:
    """Yield the commits of a log in the body: `commit <sha>`, header lines, and the message indented by four spaces."""
    id, message = "", list[str]()
    for line in [*commit.message.split("\n"), "commit 0000000"]:  # the last line ends the last commit
        start = _LOG_START.match(line)
        if not start:
            if not line or line.startswith("    "):
                message.append(line[4:])
            continue
        if id:
            yield replace(commit, id=id, parents=(), message="\n".join(message))
        id, message = start[1], []
