"""Release notes and the changelog. `links` is imported directly, because other packages need it without them.

A module is loaded when one of its names is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipit.lazy import on_first_use

if TYPE_CHECKING:
    from shipit.core.notes.changelog import changelog_title as changelog_title
    from shipit.core.notes.changelog import has_unreleased_text as has_unreleased_text
    from shipit.core.notes.changelog import insert_section as insert_section
    from shipit.core.notes.changelog import latest_version as latest_version
    from shipit.core.notes.changelog import render_sections as render_sections
    from shipit.core.notes.changelog import section_of as section_of
    from shipit.core.notes.comments import PREVIEW_MARK as PREVIEW_MARK
    from shipit.core.notes.comments import released_comment as released_comment
    from shipit.core.notes.comments import released_mark as released_mark
    from shipit.core.notes.languages import LANGUAGES as LANGUAGES
    from shipit.core.notes.languages import language as language
    from shipit.core.notes.manual_edits import kept_edits as kept_edits
    from shipit.core.notes.manual_edits import merged_changelog as merged_changelog
    from shipit.core.notes.markdown import inline as inline
    from shipit.core.notes.markdown import link_destination as link_destination
    from shipit.core.notes.mentions import issues_of as issues_of
    from shipit.core.notes.merge import merged_text as merged_text
    from shipit.core.notes.notes import SHOWN_TYPES as SHOWN_TYPES
    from shipit.core.notes.notes import Renderer as Renderer
    from shipit.core.notes.notes import cut_notes as cut_notes

_NAMES = {
    "changelog": (
        "changelog_title",
        "has_unreleased_text",
        "insert_section",
        "latest_version",
        "render_sections",
        "section_of",
    ),
    "comments": (
        "PREVIEW_MARK",
        "released_comment",
        "released_mark",
    ),
    "languages": (
        "LANGUAGES",
        "language",
    ),
    "manual_edits": (
        "kept_edits",
        "merged_changelog",
    ),
    "markdown": (
        "inline",
        "link_destination",
    ),
    "mentions": ("issues_of",),
    "merge": ("merged_text",),
    "notes": (
        "Renderer",
        "SHOWN_TYPES",
        "cut_notes",
    ),
}

if not TYPE_CHECKING:
    __getattr__ = on_first_use(__name__, _NAMES)
