"""What one commit says by itself, with the commits its body may list and the version it may ask for."""

from __future__ import annotations

from msgspec.structs import replace

from shipit.core.bump import Bump
from shipit.core.commit import Commit, Unreadable, after_subject, header, parse_commit, subject
from shipit.core.footers import may_ask_for_version, split_footers
from shipit.core.log import RawCommit
from shipit.core.outcome import Reading, Readings, ignored, settled
from shipit.core.revert import may_revert, parse_revert
from shipit.core.rules import Rules
from shipit.core.squash import may_list, squashed
from shipit.core.title import is_merge, read_title, unfinished
from shipit.core.titles import Titles


def read_alone(commit: RawCommit, titles: Titles) -> Reading:
    """One commit whose lines end in LF."""
    return titles.look(commit) or _read_in_full(commit, titles)


def _read_in_full(commit: RawCommit, titles: Titles) -> Reading:
    message = commit.message
    if titles.is_release_commit(commit):
        return ignored(commit, "a release commit")
    if reason := unfinished(message):
        return ignored(commit, reason)
    reading = read_title(commit, titles.rules)
    listing = _may_list(commit)
    if reading.outcome == "unreadable" or (listing and _of_unknown_type(reading, titles.rules)):
        reading = _read_by_list(commit, reading, titles)
    elif listing:
        reading = replace(reading, warnings=(*reading.warnings, *_stronger(commit, reading, titles)))
    if may_ask_for_version(message):
        return _asking_for_version(commit, reading)
    return reading


def _may_list(commit: RawCommit) -> bool:
    return may_list(commit.message) and len(commit.parents) < 2 and not is_merge(subject(commit.message))


def _of_unknown_type(title: Reading, rules: Rules) -> bool:
    """Whether the title is conventional in form only, as in `PROJ-123: login`: that says nothing about the version."""
    if title.outcome != "ignored":
        return False
    parsed = parse_commit(title.subject, aliases=rules.aliases, known=rules.known)
    return isinstance(parsed, Commit) and parsed.type not in rules.known


def _listed(commit: RawCommit, titles: Titles) -> Readings:
    """The commits that the body of a squash commit lists, read each by its own title."""

    def starts_commit(line: str) -> bool:
        return _of_known_type(line, titles) or (may_revert(line) and parse_revert(line) is not None)

    pieces = squashed(commit, starts_commit)
    return Readings(settled(pieces, [_read_listed(piece, titles) for piece in pieces]))


def _of_known_type(line: str, titles: Titles) -> bool:
    if ":" not in line and "：" not in line:  # as in most lists, which are prose
        return False
    parsed = titles.beginning(line) or parse_commit(line, aliases=titles.rules.aliases, known=titles.rules.known)
    return not isinstance(parsed, Unreadable) and parsed.type in titles.rules.known


def _read_listed(piece: RawCommit, titles: Titles) -> Reading:
    """What is listed neither lists others nor asks for a version."""
    if looked := titles.look(piece):
        return looked
    reason = unfinished(piece.message)
    return ignored(piece, reason) if reason else read_title(piece, titles.rules)


def _read_by_list(commit: RawCommit, title: Reading, titles: Titles) -> Reading:
    """Where the title says nothing, what the body lists decides, each item as an entry of its own."""
    listed = _listed(commit, titles)
    if not listed.all and "BREAKING" not in commit.message:
        return title
    warnings = (
        *(warning for reading in listed.all for warning in reading.warnings),
        *(f"`{reading.subject}` in the body cannot be read: {reading.reason}" for reading in listed.unreadable),
        *_lost_breaking_change(commit, listed),
    )
    if listed.counted:
        strongest = max(listed.counted, key=lambda reading: reading.bump)
        entries = tuple(entry.commit for entry in listed.entries)
        return replace(
            strongest, id=commit.id, subject=title.subject, author=commit.author, entries=entries, warnings=warnings
        )
    if listed.ignored and title.outcome == "unreadable":
        return replace(title, outcome="ignored", reason="nothing it lists releases", warnings=warnings)
    return replace(title, warnings=(*title.warnings, *warnings))


def _lost_breaking_change(commit: RawCommit, listed: Readings) -> tuple[str, ...]:
    if listed.bump is Bump.MAJOR or "BREAKING" not in commit.message:
        return ()
    _, footers = split_footers(after_subject(commit.message).strip())
    lost = any(footer.breaking for footer in footers)
    return ("its BREAKING CHANGE does not count, for it has no header that can be read",) if lost else ()


def _stronger(commit: RawCommit, title: Reading, titles: Titles) -> tuple[str, ...]:
    """Warnings for listed commits that would have raised the version further than the title does."""
    stronger = (reading for reading in _listed(commit, titles).counted if reading.bump > title.bump)
    return tuple(
        f"`{header(reading.entries[0])}` in the body does not count ({reading.reason}): the title decides"
        for reading in stronger
    )


def _asking_for_version(commit: RawCommit, reading: Reading) -> Reading:
    _, footers = split_footers(after_subject(commit.message).strip())
    asked = [footer.value for footer in footers if footer.token.lower() == "release-as" and footer.value]
    if not asked:
        return reading
    word = asked[-1].split()[0]
    version = word.removeprefix("v") or word
    if reading.outcome == "counted":
        return replace(reading, release_as=version)
    return replace(reading, outcome="counted", reason=f"Release-As: {version}", release_as=version)
