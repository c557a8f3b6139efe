r"""The merge of two changes of one text, by lines.

>>> merged_text("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n")
'A\nb\nC\n'
>>> print(merged_text("a\n", "one\n", "other\n"))
None
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from shipit.core import limits

_Match = tuple[int, int, int]
"""A position in the old text, the position in the new text, and the number of equal lines there."""


def merged_text(before: str, one: str, other: str) -> str | None:
    """Return the text with both changes of `before`; None if both change the same or neighbouring lines differently."""
    if one in (before, other):
        return other
    if other == before:
        return one
    if "\0" in before + one + other:  # no text
        return None
    texts = [text.splitlines(keepends=True) for text in (before, one, other)]
    start, end = _equal_start(texts), 0
    end = _equal_start([lines[start:][::-1] for lines in texts])
    inner = [lines[start : len(lines) - end] for lines in texts]
    if any(len(lines) > limits.MERGED_LINES for lines in inner):
        return None
    merged = _merged(*inner)
    return None if merged is None else "".join([*texts[0][:start], *merged, *texts[0][len(texts[0]) - end :]])


def _equal_start(texts: Sequence[Sequence[str]]) -> int:
    """Return the number of lines that all texts begin with."""
    count = 0
    for lines in zip(*texts, strict=False):
        if len(set(lines)) > 1:
            break
        count += 1
    return count


def _merged(before: list[str], one: list[str], other: list[str]) -> list[str] | None:
    merged: list[str] = []
    done = (0, 0, 0)
    for at, ends in _in_all(before, one, other):
        old, first, second = (lines[a:b] for lines, a, b in zip((before, one, other), done, at, strict=True))
        if first != second and old not in (first, second):
            return None
        merged += second if first == old else first
        merged += before[at[0] : ends[0]]
        done = ends
    return merged


def _in_all(
    before: list[str], one: list[str], other: list[str]
) -> Iterator[tuple[tuple[int, int, int], tuple[int, int, int]]]:
    """Yield the start and the end of each run of lines that all three texts have, in each of them; and their end."""
    firsts, seconds = _matches(before, one), _matches(before, other)
    while firsts and seconds:
        (a, a_new, a_size), (b, b_new, b_size) = firsts[0], seconds[0]
        start, end = max(a, b), min(a + a_size, b + b_size)
        if start < end:
            at = (start, a_new + start - a, b_new + start - b)
            yield at, (at[0] + end - start, at[1] + end - start, at[2] + end - start)
        (firsts if a + a_size < b + b_size else seconds).pop(0)
    lengths = (len(before), len(one), len(other))
    yield lengths, lengths


def _matches(old: list[str], new: list[str]) -> list[_Match]:
    found = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return [(match.a, match.b, match.size) for match in found if match.size]
