"""The same change reached twice: a cherry-pick beside its original, or one pull request on two branches."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from shipit.core.commit import subject, without_number
from shipit.core.texts import Texts

_PICKED = re.compile(r"\(cherry picked from commit ([0-9a-f]{40,64})\)")


def copies(commits: Texts, gone: Container[int]) -> dict[int, str]:
    """Why later copies drop out, by position; commits stand newest first, and those `gone` are left aside.

    Two commits are the same change when one was picked from the other, both were picked from a third, or their
    subjects are equal and end with the same `(#12)`.
    """
    if not _may_repeat(commits.messages):
        return {}
    names = {at: found for at, text in enumerate(commits.messages) if at not in gone and (found := _names(text))}
    picked = {name for found in names.values() for name in found}
    first: dict[str, int] = {}
    reasons = {}
    for at in range(len(commits.ids) - 1, -1, -1):
        id = commits.ids[at]
        known = names.get(at, []) + ([id] if id in picked and at not in gone else [])
        original = next((first[name] for name in known if name in first), at)
        if original != at:
            reasons[at] = f"the same change as {commits.ids[original][:7]}"
        first.update((name, original) for name in known)
    return reasons


def _may_repeat(messages: Sequence[str]) -> bool:
    """Whether any two can be the same change; a quick look that spares most releases the search."""
    numbered = [subject(message) for message in messages if "(#" in message]
    return len(set(numbered)) < len(numbered) or "(cherry picked" in "\n".join(messages)


def _names(message: str) -> list[str]:
    """What copies of a commit with this message have in common."""
    picked = _PICKED.findall(message) if "(cherry picked" in message else []
    line = subject(message)
    return [*picked, line] if without_number(line) != line else picked
