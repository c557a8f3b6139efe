"""Histories of commits named by one letter each, with version tags on them."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from shipit.core.versions import Tag, Version


def tags(commit_of: Mapping[str, str]) -> list[Tag]:
    """Return the tags of versions, highest first, from the commit of each version."""
    unsorted = [Tag(f"v{version}", Version.parse(version), commit) for version, commit in commit_of.items()]
    return sorted(unsorted, key=lambda tag: tag.version, reverse=True)


@st.composite
def histories(draw: st.DrawFn) -> tuple[dict[str, str], dict[str, str]]:
    """Return a history of up to twelve commits with merges of any shape, and version tags on it in any order."""
    names = "abcdefghijkl"[: draw(st.integers(1, 12))]
    history = {names[0]: ""}
    for index, name in enumerate(names[1:], 1):
        history[name] = "".join(draw(st.lists(st.sampled_from(names[:index]), min_size=0, max_size=3, unique=True)))
    versions = draw(st.lists(st.sampled_from([f"{n}.0.0" for n in range(9)]), unique=True))
    return history, {version: draw(st.sampled_from(names)) for version in versions}
