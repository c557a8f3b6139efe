"""The commits a squash commit was made of, as its body tells them.

GitHub lists them as `* feat: x`, oldest first; `git merge --squash` writes them out like `git log`, newest first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import repeat

from msgspec.structs import replace

from shipit.core.commits.footers import inside_fences, may_have_fences
from shipit.core.commits.raw_commit import RawCommit

_MARK = re.compile(r"[*-][ \t]")
_ITEM = re.compile(r" {0,3}[*-][ \t]+(?=\S)")
_ITEM_STARTS = frozenset(" *-")
_LOGGED = re.compile(r"commit ([0-9a-f]{7,64})$")


def may_list(message: str) -> bool:
    """Whether a message may list commits; a quick look at it."""
    return "\n* " in message or "\n- " in message or "\nSquashed commit of" in message


def squashed(commit: RawCommit, starts_commit: Callable[[str], bool]) -> tuple[RawCommit, ...]:
    """What `commit` was made of, newest first; nothing where its body lists no commits.

    Args:
        starts_commit: whether the text of a list item is the subject of a commit rather than prose.
    """
    if "Squashed commit of the following" in commit.message:
        return tuple(_logged(commit))
    if not _MARK.search(commit.message):
        return ()
    messages = list(_listed(commit.message, starts_commit))
    return tuple(replace(commit, parents=(), message=message) for message in reversed(messages))


def _listed(message: str, starts_commit: Callable[[str], bool]) -> Iterator[str]:
    """Each list item that is a commit, with the lines up to the next one as its body."""
    lines = message.split("\n")
    piece: list[str] = []
    fences = inside_fences(lines) if may_have_fences(message) else repeat(False)
    for line, fenced in zip(lines, fences, strict=False):
        item = None if fenced or line[:1] not in _ITEM_STARTS else _ITEM.match(line)
        if item and starts_commit(line[item.end() :]):
            if piece:
                yield "\n".join(piece)
            piece = [line[item.end() :]]
        elif piece:
            piece.append(line.removeprefix("  "))
    if piece:
        yield "\n".join(piece)


def _logged(commit: RawCommit) -> Iterator[RawCommit]:
    """The commits of a log: `commit <sha>`, header lines, and the message indented by four blanks."""
    id, message = "", list[str]()
    for line in [*commit.message.split("\n"), "commit 0000000"]:
        start = _LOGGED.match(line)
        if not start:
            if not line or line.startswith("    "):
                message.append(line[4:])
            continue
        if id:
            yield replace(commit, id=id, parents=(), message="\n".join(message))
        id, message = start[1], []
