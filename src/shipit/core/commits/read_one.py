"""Reading of one commit, with the commits that its body lists and the version that its footer requests."""

from __future__ import annotations

import re

from msgspec.structs import replace

from shipit.core.commits.header import is_merge, read_header, skip_reason
from shipit.core.commits.prefix_cache import PrefixCache
from shipit.core.commits.raw_commit import RawCommit
from shipit.core.commits.readings import Reading, Readings, ignored, mark_dropped
from shipit.core.commits.release_as import PackageToRead, version_request
from shipit.core.commits.reverts import might_be_revert, parse_revert
from shipit.core.commits.rules import Rules
from shipit.core.commits.squash import might_list_commits, squashed_commits
from shipit.core.commits.text.blocks import messages_in
from shipit.core.commits.text.footers import split_footers
from shipit.core.commits.text.message import Commit, Unreadable, after_subject, header, subject
from shipit.core.commits.text.release_message import is_release_subject, standard_subject
from shipit.core.versions import Bump

# The reason why a commit that changes no file of a package does not count for it.
OUTSIDE = "changes no file of the package"


def read_commit(commit: RawCommit, cache: PrefixCache, package: PackageToRead | None = None) -> Reading:
    """Read one commit, without regard to the others.

    Args:
        commit: with a message whose lines end with LF.
        cache: keeps the readings of header prefixes from one commit to the next.
        package: the package that the commit is read for; None for the whole repository.
    """
    if package and commit.id in package.outside:
        skipped = skip_reason(commit.message)
        reading = ignored(commit, skipped or OUTSIDE)
        return reading if skipped else _with_requested_version(commit, reading, package)
    return cache.quick_read(commit) or _read_in_full(commit, cache, package)


def _read_in_full(commit: RawCommit, cache: PrefixCache, package: PackageToRead | None) -> Reading:
    found = messages_in(commit.message)
    message = "\n\n".join(found.all)
    if is_release_subject(standard_subject(message)):
        return ignored(commit, "a release commit")
    if reason := skip_reason(message):
        return ignored(commit, reason)
    if found.further:
        from shipit.core.commits.read_blocks import read_blocks  # few histories need it

        reading = read_blocks(commit, found, cache.rules, lambda each: _read_message(each, cache))
    else:
        reading = _read_message(commit, cache)
        reading = replace(reading, warnings=(*reading.warnings, *found.remarks)) if found.remarks else reading
    return _with_requested_version(commit, reading, package)


def _read_message(commit: RawCommit, cache: PrefixCache) -> Reading:
    """Read a message without blocks, with the commits that it lists."""
    if reason := skip_reason(commit.message):  # of one message of several
        return ignored(commit, reason)
    reading = read_header(commit, cache.rules)
    has_list = _might_have_list(commit)
    if reading.outcome == "unreadable" or (has_list and _is_undecided(reading, cache.rules)):
        reading = _read_by_list(commit, reading, cache)
    elif has_list:
        reading = replace(reading, warnings=(*reading.warnings, *_stronger_commit_warnings(commit, reading, cache)))
    return reading


def _might_have_list(commit: RawCommit) -> bool:
    return might_list_commits(commit.message) and len(commit.parents) < 2 and not is_merge(subject(commit.message))


def _is_undecided(reading: Reading, rules: Rules) -> bool:
    """Return whether the header has an unknown type, such as `PROJ-123: login`, or counts only by the rule `*`."""
    by_others = rules.is_by_others(reading.reason)
    if reading.outcome != "ignored" and not by_others:
        return False
    parsed = rules.parse(reading.subject)
    return parsed.type not in rules.known if isinstance(parsed, Commit) else by_others


def _read_list(commit: RawCommit, cache: PrefixCache) -> Readings:
    """Read the commits that the body of a squash commit lists, each by its own header."""

    def starts_commit(line: str) -> bool:
        return _has_known_type(line, cache) or _reverts_known_type(line, cache)

    listed = squashed_commits(commit, starts_commit)
    return Readings(mark_dropped(listed, [_read_listed(each, cache) for each in listed]))


def _reverts_known_type(line: str, cache: PrefixCache) -> bool:
    """Return whether `line` is a revert of a commit with a known type, or a revert of such a revert.

    In a list, the revert of a subject without a type undoes work of the same pull request, and says nothing about a
    release.
    """
    if not might_be_revert(line) or parse_revert(line) is None:
        return False
    quotes = re.match(r'(?i)(?:(?:revert|reapply) ")*', line)
    return quotes is not None and _has_known_type(line[quotes.end() :], cache)


def _has_known_type(line: str, cache: PrefixCache) -> bool:
    if (":" not in line and "：" not in line) or line.startswith("["):  # prose, as most lists are, or a task to tick
        return False
    parsed = cache.prefix_of(line) or cache.rules.parse(line)
    return not isinstance(parsed, Unreadable) and parsed.type in cache.rules.known


def _read_listed(commit: RawCommit, cache: PrefixCache) -> Reading:
    """Read a commit that another one lists; its own lists and `Release-As` footers are not read."""
    if reading := cache.quick_read(commit):
        return reading
    reason = skip_reason(commit.message)
    return ignored(commit, reason) if reason else read_header(commit, cache.rules)


def _read_by_list(commit: RawCommit, by_header: Reading, cache: PrefixCache) -> Reading:
    """Return the reading of a squash commit by the commits in its body, because its header does not decide.

    The strongest listed commit decides the bump, and each counted one becomes an entry of the notes.

    Args:
        by_header: the reading by the header alone; returned with the warnings added if no listed commit counts.
    """
    listed = _read_list(commit, cache)
    if not listed.all and "BREAKING" not in commit.message:
        return by_header
    warnings = (
        *(warning for reading in listed.all for warning in reading.warnings),
        *(f"`{reading.subject}` in the body cannot be read: {reading.reason}" for reading in listed.unreadable),
        *_uncounted_breaking_change_warning(commit, listed),
    )
    if listed.counted:
        strongest = max(listed.counted, key=lambda reading: reading.bump)
        entries = tuple(entry.commit for entry in listed.entries)
        return replace(
            strongest, id=commit.id, subject=by_header.subject, author=commit.author, entries=entries, warnings=warnings
        )
    if listed.ignored and by_header.outcome == "unreadable":
        reason = "it lists only commits that do not release"
        return replace(by_header, outcome="ignored", reason=reason, warnings=warnings)
    return replace(by_header, warnings=(*by_header.warnings, *warnings))


def _uncounted_breaking_change_warning(commit: RawCommit, listed: Readings) -> tuple[str, ...]:
    if listed.bump is Bump.MAJOR or "BREAKING" not in commit.message:
        return ()
    _, footers = split_footers(after_subject(commit.message).strip())
    if not any(footer.breaking for footer in footers):
        return ()
    return ("its BREAKING CHANGE does not count, because its header cannot be read",)


def _stronger_commit_warnings(commit: RawCommit, by_header: Reading, cache: PrefixCache) -> tuple[str, ...]:
    """Return a warning for each listed commit that would raise the version further than the header does."""
    stronger = (reading for reading in _read_list(commit, cache).counted if reading.bump > by_header.bump)
    return tuple(
        f"`{header(reading.entries[0])}` in the body does not count ({reading.reason}): the header decides"
        for reading in stronger
    )


def _with_requested_version(commit: RawCommit, reading: Reading, package: PackageToRead | None) -> Reading:
    """Return the reading with the version that the `Release-As` footer of the commit requests, if it has one."""
    request = version_request(commit, package)
    if request is None:
        return reading
    version = request.version
    if reading.outcome == "counted":
        return replace(reading, release_as=version)
    return replace(reading, outcome="counted", reason=f"Release-As: {version}", release_as=version)
