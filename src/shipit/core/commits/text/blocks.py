"""Parser of the blocks in a commit message that have messages of their own, as release-please has them.

`BEGIN_NESTED_COMMIT` begins messages that count beside the message around them, and `BEGIN_COMMIT_OVERRIDE` messages
that count in place of it. In the body of a merged pull request, the latter replace the message of its commit.

>>> messages_in("chore: train\\n\\nBEGIN_NESTED_COMMIT\\nfeat: search\\nfix: login\\nEND_NESTED_COMMIT").further
('feat: search', 'fix: login')
>>> override_of("Thanks!\\r\\nBEGIN_COMMIT_OVERRIDE\\r\\nfeat: search\\r\\nEND_COMMIT_OVERRIDE\\r\\n")
'feat: search'
>>> override_of("BEGIN_COMMIT_OVERRIDE\\nfeat: search") is None
True
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat

from msgspec import Struct

from shipit.core.commits.text.footers import might_have_quotes, quoted_lines
from shipit.core.commits.text.message import (
    KNOWN_TYPES,
    Commit,
    normalize_message,
    parse_commit,
    subject,
    without_number,
)

_NESTED, _END_NESTED = "BEGIN_NESTED_COMMIT", "END_NESTED_COMMIT"
_OVERRIDE, _END_OVERRIDE = "BEGIN_COMMIT_OVERRIDE", "END_COMMIT_OVERRIDE"
_MARKS = frozenset((_NESTED, _END_NESTED, _OVERRIDE, _END_OVERRIDE))


class Messages(Struct, frozen=True):
    """The messages in the text of one commit: `own`, and the `further` ones in its blocks, in their order.

    `own` is empty if a block replaces it, or if there is no text outside the blocks. `replaced` says which. `remarks`
    are warnings about blocks that are not whole or do not count.
    """

    own: str
    further: tuple[str, ...] = ()
    replaced: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """The messages that count; at least one, which can be empty."""
        return (self.own, *self.further) if self.own or not self.further else self.further


class _Line(Struct, frozen=True):
    """A line, with the mark that it is; empty for any other line."""

    text: str
    mark: str


class _Parts(Struct, frozen=True):
    """The lines outside the blocks, the lines of each block without its marks, and the remarks about the blocks."""

    outside: list[_Line]
    nested: list[list[_Line]]
    overrides: list[list[_Line]]
    remarks: list[str]


def might_have_blocks(text: str) -> bool:
    """Return whether a text might have a block: a fast check before it is parsed."""
    return "_COMMIT" in text


def messages_in(message: str) -> Messages:
    """Return the messages in the text of a commit; only that text without a block. Takes linear time.

    A block in a code fence or an HTML block does not count, because it can be quoted from another project.

    Args:
        message: with lines that end with LF.
    """
    if not might_have_blocks(message):
        return Messages(message)
    texts = message.split("\n")
    quoted = quoted_lines(texts) if might_have_quotes(message) else [False] * len(texts)
    quotes = {each.strip() for each, is_quoted in zip(texts, quoted, strict=True) if is_quoted} & {_NESTED, _OVERRIDE}
    found = _messages(_parts(_lines(texts, quoted)))
    remarks = (*found.remarks, *(f"`{mark}` in a code block or a quote does not count" for mark in sorted(quotes)))
    return (
        Messages(found.own, found.further, found.replaced, remarks)
        if found.further
        else Messages(message, remarks=remarks)
    )


def override_of(body: str) -> str | None:
    """Return the text that replaces the message of the commit whose pull request has this body; None without it."""
    parts = _parts(_lines(normalize_message(body).split("\n"), repeat(False)))
    messages = list(_of_block(parts.overrides[0])) if parts.overrides else []
    further = (f"{_NESTED}\n{message}\n{_END_NESTED}" for message in messages[1:])
    return "\n\n".join((*messages[:1], *further)) or None


def begun_overrides(body: str) -> int:
    """Return the number of blocks that replace a message and begin in `body`, also of those without an end."""
    parts = _parts(_lines(normalize_message(body).split("\n"), repeat(False)))
    return len(parts.overrides) + (_no_end(_OVERRIDE) in parts.remarks)


def _lines(texts: Sequence[str], quoted: Iterable[bool]) -> list[_Line]:
    stripped = ("" if is_quoted else text.strip() for text, is_quoted in zip(texts, quoted, strict=False))
    return [_Line(text, mark if mark in _MARKS else "") for text, mark in zip(texts, stripped, strict=True)]


def _parts(lines: Sequence[_Line]) -> _Parts:
    """Return the parts of a text. The blocks in a block are not looked at."""
    parts = _Parts([], [], [], [])
    overrides_end = max((at for at, line in enumerate(lines) if line.mark == _END_OVERRIDE), default=-1)
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.mark == _NESTED:
            end = _first(lines, (_END_NESTED, _NESTED), at)
            parts.nested.append([*lines[at:end]])
            has_end = end < len(lines) and lines[end].mark == _END_NESTED
            at = end + has_end
            if not has_end:
                parts.remarks.append(f"`{_NESTED}` has no `{_END_NESTED}`: the block has all lines below it")
        elif line.mark == _OVERRIDE and at <= overrides_end:
            end = _first(lines, (_END_OVERRIDE,), at)
            parts.overrides.append([*lines[at:end]])
            at = end + 1
        elif line.mark == _OVERRIDE:
            parts.remarks.append(_no_end(_OVERRIDE))
        elif line.mark:
            parts.remarks.append(f"`{line.mark}` has no line above it that begins the block")
        else:
            parts.outside.append(line)
    return parts


def _no_end(mark: str) -> str:
    return f"`{mark}` has no `{mark.replace('BEGIN', 'END')}` below it, so it replaces nothing"


def _first(lines: Sequence[_Line], marks: Sequence[str], start: int) -> int:
    """Return the position of the first of `marks` from `start` on; the number of lines without any."""
    return next((at for at in range(start, len(lines)) if lines[at].mark in marks), len(lines))


def _messages(parts: _Parts) -> Messages:
    """Return the messages of a whole commit: only the first block that replaces a message counts, if it has one."""
    nested = [message for lines in parts.nested for message in _of_block(lines)]
    replacing = list(_of_block(parts.overrides[0])) if parts.overrides else []
    if replacing:
        more = (f"only the first `{_OVERRIDE}` counts",) if len(parts.overrides) > 1 else ()
        beside = (f"`{_NESTED}` outside `{_OVERRIDE}` does not count",) if nested else ()
        return Messages("", _once("", replacing), True, (*parts.remarks, *more, *beside))
    empty = (f"`{_OVERRIDE}` has no text, so it replaces nothing",) if parts.overrides else ()
    own = _text(parts.outside)
    return Messages(own, _once(own, nested), False, (*parts.remarks, *empty))


def _of_block(lines: Sequence[_Line]) -> Iterator[str]:
    """Yield the messages in one block, with those of the blocks in it."""
    if not any(line.mark for line in lines):
        yield from _by_headers(_text(lines))
        return
    parts = _parts(lines)
    replacing = [message for each in parts.overrides for message in _of_block(each)]
    yield from replacing or _by_headers(_text(parts.outside))
    for each in parts.nested:
        yield from _of_block(each)


def _text(lines: Sequence[_Line]) -> str:
    return "\n".join(line.text for line in lines).strip()


def _by_headers(text: str) -> Iterator[str]:
    """Yield the messages in a text: each line with a known type begins one, if the first line has any type.

    >>> list(_by_headers("feat: one\\n\\nWhy.\\nfix: two"))
    ['feat: one\\n\\nWhy.', 'fix: two']
    """
    if not text:
        return
    lines = text.split("\n")
    has_type = isinstance(parse_commit(lines[0]), Commit)
    starts = [0, *(at for at, line in enumerate(lines) if at and _is_header(line))] if has_type else [0]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield "\n".join(lines[start:end]).strip()


def _is_header(line: str) -> bool:
    parsed = parse_commit(line)
    return isinstance(parsed, Commit) and parsed.type in KNOWN_TYPES


def _once(own: str, messages: Iterable[str]) -> tuple[str, ...]:
    """Return `messages` without those that repeat another one, or that have only the header of one before them."""
    seen, kept = {own, without_number(subject(own))}, list[str]()
    for message in messages:
        if message not in seen and without_number(message) not in seen:
            kept.append(message)
        seen |= {message, without_number(subject(message))}
    return tuple(kept)
