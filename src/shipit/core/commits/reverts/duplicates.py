"""Detection of duplicates: a cherry-pick next to its original, or one pull request merged into two branches."""

from __future__ import annotations

import re
from collections.abc import Container

from shipit.core.commits.reverts.match_text import MatchTexts
from shipit.core.commits.text.message import subject, without_number

_PICKED = re.compile(r"\(cherry picked from commit ([0-9a-f]{40,64})\)")


def duplicates(commits: MatchTexts, cancelled: Container[int]) -> dict[int, str]:
    """Return, by position, the reasons why commits are dropped that repeat an older one.

    Two commits are the same change if one was cherry-picked from the other, if both were cherry-picked from a third, or
    if their subjects are equal and end with the same `(#12)`.

    Args:
        commits: newest first.
        cancelled: positions of commits that are left out of the comparison.
    """
    marked = [(index, text) for index, text in enumerate(commits.messages) if "(#" in text or "(cherry picked" in text]
    keys_of = {index: keys for index, text in marked if index not in cancelled and (keys := _keys(text))}
    all_keys = [key for keys in keys_of.values() for key in keys]
    known = set(all_keys)
    if len(known) == len(all_keys) and known.isdisjoint(commits.ids):
        return {}
    keys_of |= {
        index: [*keys_of.get(index, ()), id]
        for index, id in enumerate(commits.ids)
        if id in known and index not in cancelled
    }
    original_of: dict[str, int] = {}
    reasons = {}
    for index in sorted(keys_of, reverse=True):
        original = next((original_of[key] for key in keys_of[index] if key in original_of), index)
        if original != index:
            reasons[index] = f"the same change as {commits.ids[original][:7]}"
        original_of.update((key, original) for key in keys_of[index])
    return reasons


def _keys(message: str) -> list[str]:
    """Return the texts that all duplicates of one change share: ids of picked commits, and a subject with a number."""
    picked = _PICKED.findall(message) if "(cherry picked" in message else []
    line = subject(message)
    return [*picked, line] if without_number(line) != line else picked
