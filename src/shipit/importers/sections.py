"""The sections of a changelog, as semantic-release and release-please list them: type, heading, hidden."""

from __future__ import annotations

from typing import Any

from shipit.core.notes import SHOWN_TYPES, language
from shipit.importers.model import FoundKeys


def read_sections(key: str, value: Any, found: FoundKeys) -> None:
    """Read a list of sections, which replaces the usual ones of the other tool.

    Args:
        key: the name of the key that has the list.
        value: the list, with tables like `{"type": "feat", "section": "New", "hidden": false}`.
        found: where to add the results.
    """
    sections: dict[str, str | bool] = {}
    for number, entry in enumerate(value if isinstance(value, list) else ()):
        type = entry.get("type") if isinstance(entry, dict) else None
        if not isinstance(type, str) or "scope" in entry:
            found.undecided(
                f"{key}[{number}]", "a section that is not for one type: `[changelog.sections]` has one each"
            )
        else:
            sections[type.lower()] = False if entry.get("hidden") is True else str(entry.get("section") or True)
    hidden = {type: False for type in SHOWN_TYPES if type not in sections}
    changed = {type: heading for type, heading in {**sections, **hidden}.items() if heading != _usual(type)}
    if not changed:
        found.default(key)
    else:
        shown = {type: _short(type, heading) for type, heading in sections.items() if heading}
        without = {type: False for type in changed if not changed[type]}
        found.taken(key, "changelog.sections", {**shown, **without}, "shipit lists only commits that raise the version")


def _usual(type: str) -> str | bool:
    """Return the heading that shipit gives to a type; False for one without a section."""
    return language("en").heading(type) if type in SHOWN_TYPES else False


def _short(type: str, heading: str | bool) -> str | bool:
    """Return True for the usual heading of a type, else `heading`."""
    return heading is True or heading == language("en").heading(type) or heading
