"""The edits of people on the branch of a release pull request, made again on the present state of its base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from shipit.core.notes import merged_changelog, merged_text
from shipit.plan.release.observe import Edit
from shipit.steps.branches import KeptEdit

Texts = dict[str, str | None]


class Changelog(Struct, frozen=True):
    """A changelog with the version that was proposed before, and the one that is proposed now."""

    version: str
    next_version: str


class Conflict(Struct, frozen=True):
    """A file in which an edit conflicts with the release or with a newer commit."""

    path: str
    commit: str
    subject: str


def keep_edits(
    edits: tuple[Edit, ...], texts: Mapping[str, str | None], changelogs: Mapping[str, Changelog]
) -> tuple[tuple[KeptEdit, ...], tuple[Conflict, ...], Mapping[str, str | None]]:
    """Return the edits as they are made again, the conflicts, and the text of each file after the edits.

    Args:
        edits: the edits, oldest first.
        texts: the text of each file that the release writes or an edit changes, by path; None where there is none.
        changelogs: the changelogs, by path.
    """
    current, kept, conflicts = dict(texts), list[KeptEdit](), list[Conflict]()
    for edit in edits:
        merged: dict[str, str] = {}
        unmerged = (*_merge(edit, current, merged, changelogs), *edit.unclear)
        conflicts += [Conflict(path, edit.commit, edit.subject) for path in unmerged]
        kept.append(KeptEdit(edit.commit, edit.subject, merged))
    return tuple(kept), tuple(conflicts), current


def _merge(edit: Edit, current: Texts, merged: dict[str, str], changelogs: Mapping[str, Changelog]) -> Iterator[str]:
    """Change `current` by an edit, add to `merged` the texts that differ from it, and yield the conflicts."""
    for path, (before, after) in edit.texts.items():
        now = current.get(path)
        if now == after:
            continue
        if now == before:
            current[path] = after
            continue
        text = _merged(before, after, now, changelogs.get(path))
        if text is None:
            yield path
        else:
            current[path] = merged[path] = text


def _merged(before: str | None, after: str | None, now: str | None, changelog: Changelog | None) -> str | None:
    if after is None or now is None:
        return None
    if changelog:
        return merged_changelog(before or "", after, now, changelog.version, changelog.next_version)
    return None if before is None else merged_text(before, after, now)
