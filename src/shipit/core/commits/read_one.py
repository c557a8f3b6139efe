"""What one commit says by itself, with the commits its body may list and the version it may ask for."""

from __future__ import annotations

from msgspec.structs import replace

from shipit.core.commits.footers import may_ask_for_version, split_footers
from shipit.core.commits.header import is_merge, read_title, unfinished
from shipit.core.commits.message import Commit, Unreadable, after_subject, header, parse_commit, subject
from shipit.core.commits.prefix_cache import PrefixCache
from shipit.core.commits.raw_commit import RawCommit
from shipit.core.commits.readings import Reading, Readings, ignored, settled
from shipit.core.commits.release_message import is_release_subject, subject_of
from shipit.core.commits.reverts import may_revert, parse_revert
from shipit.core.commits.rules import Rules
from shipit.core.commits.squash import may_list, squashed
from shipit.core.versions import Bump


def read_commit(commit: RawCommit, cache: PrefixCache) -> Reading:
    """One commit whose lines end in LF."""
    return cache.look(commit) or _read_in_full(commit, cache)


def _read_in_full(commit: RawCommit, cache: PrefixCache) -> Reading:
    message = commit.message
    if is_release_subject(subject_of(message)):
        return ignored(commit, "a release commit")
    if reason := unfinished(message):
        return ignored(commit, reason)
    reading = read_title(commit, cache.rules)
    listing = _may_list(commit)
    if reading.outcome == "unreadable" or (listing and _of_unknown_type(reading, cache.rules)):
        reading = _read_by_list(commit, reading, cache)
    elif listing:
        reading = replace(reading, warnings=(*reading.warnings, *_stronger(commit, reading, cache)))
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


def _listed(commit: RawCommit, cache: PrefixCache) -> Readings:
    """The commits that the body of a squash commit lists, read each by its own title."""

    def starts_commit(line: str) -> bool:
        return _of_known_type(line, cache) or (may_revert(line) and parse_revert(line) is not None)

    pieces = squashed(commit, starts_commit)
    return Readings(settled(pieces, [_read_listed(piece, cache) for piece in pieces]))


def _of_known_type(line: str, cache: PrefixCache) -> bool:
    if ":" not in line and "：" not in line:  # as in most lists, which are prose
        return False
    parsed = cache.beginning(line) or parse_commit(line, aliases=cache.rules.aliases, known=cache.rules.known)
    return not isinstance(parsed, Unreadable) and parsed.type in cache.rules.known


def _read_listed(piece: RawCommit, cache: PrefixCache) -> Reading:
    """What is listed neither lists others nor asks for a version."""
    if looked := cache.look(piece):
        return looked
    reason = unfinished(piece.message)
    return ignored(piece, reason) if reason else read_title(piece, cache.rules)


def _read_by_list(commit: RawCommit, title: Reading, cache: PrefixCache) -> Reading:
    """Where the title says nothing, what the body lists decides, each item as an entry of its own."""
    listed = _listed(commit, cache)
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


def _stronger(commit: RawCommit, title: Reading, cache: PrefixCache) -> tuple[str, ...]:
    """Warnings for listed commits that would have raised the version further than the title does."""
    stronger = (reading for reading in _listed(commit, cache).counted if reading.bump > title.bump)
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
