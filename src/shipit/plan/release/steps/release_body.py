"""The release body: the release notes as GitHub shows them."""

from __future__ import annotations

from shipit.config.model import Config
from shipit.core.notes import LANGUAGES, cut_notes, inline
from shipit.core.notes.links import Links


def release_body(notes: str, tag: str, changelog: str, config: Config, links: Links | None) -> str:
    """Return `notes`, shortened to the limit of GitHub, with a reference to the complete changelog when it is exceeded.

    Args:
        notes: the release notes, as Markdown.
        tag: the tag of the release, which the link to the changelog uses.
        changelog: the path of the changelog.
        config: the configuration, which sets the language.
        links: makes the link to the changelog; with None, only its path is written.
    """
    link = links.file(changelog, tag) if links else changelog
    return cut_notes(notes, link, language=LANGUAGES[config.changelog.language])


def titled(package: str, notes: str) -> str:
    """Return `notes` with the name of their package above them; unchanged if the repository is a single package."""
    return f"# {inline(package)}\n\n{notes}" if package else notes
