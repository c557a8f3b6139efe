"""Histories of commits named by one letter each, with version tags on them."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from shipit.core.versions import Tag, Version


def tags(places: Mapping[str, str]) -> list[Tag]:
    """Version to commit, as tags with the highest version first."""
    found = [Tag(f"v{version}", Version.parse(version), commit) for version, commit in places.items()]
    return sorted(found, key=lambda tag: tag.version, reverse=True)


@st.composite
def histories(draw: st.DrawFn) -> tuple[dict[str, str], dict[str, str]]:
    """A history of up to a dozen commits with merges of any shape, and version tags in any order on it."""
    names = "abcdefghijkl"[: draw(st.integers(1, 12))]
    history = {names[0]: ""}
    for at, name in enumerate(names[1:], 1):
        history[name] = "".join(draw(st.lists(st.sampled_from(names[:at]), min_size=0, max_size=3, unique=True)))
    versions = draw(st.lists(st.sampled_from([f"{n}.0.0" for n in range(9)]), unique=True))
    return history, {version: draw(st.sampled_from(names)) for version in versions}
