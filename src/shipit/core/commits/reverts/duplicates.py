"""The same change reached twice: a cherry-pick beside its original, or one pull request on two branches."""

from __future__ import annotations

import re
from collections.abc import Container

from shipit.core.commits.message import subject, without_number
from shipit.core.commits.reverts.match_text import MatchTexts

_PICKED = re.compile(r"\(cherry picked from commit ([0-9a-f]{40,64})\)")


def duplicates(commits: MatchTexts, gone: Container[int]) -> dict[int, str]:
    """Why later duplicates drop out, by position; commits stand newest first, and those `gone` are left aside.

    Two commits are the same change when one was picked from the other, both were picked from a third, or their
    subjects are equal and end with the same `(#12)`.
    """
    marked = [(at, text) for at, text in enumerate(commits.messages) if "(#" in text or "(cherry picked" in text]
    names = {at: found for at, text in marked if at not in gone and (found := _names(text))}
    each = [name for found in names.values() for name in found]
    known = set(each)
    if len(known) == len(each) and known.isdisjoint(commits.ids):
        return {}
    names |= {at: [*names.get(at, ()), id] for at, id in enumerate(commits.ids) if id in known and at not in gone}
    first: dict[str, int] = {}
    reasons = {}
    for at in sorted(names, reverse=True):
        original = next((first[name] for name in names[at] if name in first), at)
        if original != at:
            reasons[at] = f"the same change as {commits.ids[original][:7]}"
        first.update((name, original) for name in names[at])
    return reasons


def _names(message: str) -> list[str]:
    """What duplicates of a commit with this message have in common."""
    picked = _PICKED.findall(message) if "(cherry picked" in message else []
    line = subject(message)
    return [*picked, line] if without_number(line) != line else picked
