"""What a forge is told of a release: its notes, as far as it takes them."""

from __future__ import annotations

from shipit.config.model import Config
from shipit.core.notes import LANGUAGES, cut_notes
from shipit.core.notes.links import Links


def release_body(notes: str, tag: str, changelog: str, config: Config, links: Links | None) -> str:
    """The notes, cut at GitHub's limit with a pointer to the changelog, where the rest stands."""
    link = links.file(changelog, tag) if links else changelog
    return cut_notes(notes, link, language=LANGUAGES[config.changelog.language])
