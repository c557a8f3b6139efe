"""Reading the unreleased commits: each ends as counted, ignored or unreadable, with the reason.

>>> log = [RawCommit("c" * 40, (), "Ada", "", 0, "feat: search"), RawCommit("b" * 40, (), "Ada", "", 0, "docs: typo")]
>>> [(reading.subject, reading.outcome, reading.reason) for reading in read_commits(log, Rules.of()).all]
[('feat: search', 'counted', 'feat → minor'), ('docs: typo', 'ignored', 'docs does not release')]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from shipit.core.bump import Bump
from shipit.core.commit import Commit, header, parse_commit, plain_text, subject
from shipit.core.footers import split_footers
from shipit.core.log import RawCommit
from shipit.core.outcome import Reading as Reading
from shipit.core.outcome import Readings as Readings
from shipit.core.outcome import ignored, settled
from shipit.core.revert import parse_revert
from shipit.core.rules import Rules
from shipit.core.squash import squashed
from shipit.core.title import is_merge, read_title, rest, unfinished

_RELEASE_COMMIT = re.compile(r"chore\(release\): v?\d+\.\d+\.\d+")


def is_release_commit(commit: RawCommit) -> bool:
    """Whether shipit made this commit, by the subject it gives its release commits."""
    return _RELEASE_COMMIT.match(commit.message) is not None


def read_commits(
    commits: Iterable[RawCommit],
    rules: Rules,
    *,
    is_release_commit: Callable[[RawCommit], bool] = is_release_commit,
) -> Readings:
    """Read the commits since the last release. Takes linear time, and never raises for a message.

    Args:
        commits: as `git log` gives them, newest first.
        rules: what raises the version how far.
        is_release_commit: tells the commits that shipit made itself.
    """
    plain = [plain_commit(commit) for commit in commits]
    return Readings(settled(plain, [read_alone(commit, rules, is_release_commit) for commit in plain]))


def plain_commit(commit: RawCommit) -> RawCommit:
    """The commit with lines that end in LF."""
    return replace(commit, message=plain_text(commit.message)) if "\r" in commit.message else commit


def read_alone(commit: RawCommit, rules: Rules, is_release_commit: Callable[[RawCommit], bool]) -> Reading:
    """One plain commit by itself, with the commits its body may list and the version it may ask for."""
    message = commit.message
    if is_release_commit(commit):
        return ignored(commit, "a release commit")
    if reason := unfinished(message):
        return ignored(commit, reason)
    reading = read_title(commit, rules)
    if reading.outcome == "unreadable" or (_may_list(commit) and _of_unknown_type(reading, rules)):
        reading = _read_by_list(commit, reading, rules)
    elif _may_list(commit):
        reading = replace(reading, warnings=(*reading.warnings, *_stronger(commit, reading, rules)))
    if "elease-" in message or "ELEASE-" in message:
        return _asking_for_version(commit, reading)
    return reading


def _may_list(commit: RawCommit) -> bool:
    message = commit.message
    listing = "\n* " in message or "\n- " in message or "\nSquashed commit of" in message
    return listing and len(commit.parents) < 2 and not is_merge(subject(message))


def _of_unknown_type(title: Reading, rules: Rules) -> bool:
    """Whether the title is conventional in form only, as in `PROJ-123: login`: that says nothing about the version."""
    parsed = parse_commit(title.subject, aliases=rules.aliases, known=rules.known)
    return title.outcome == "ignored" and isinstance(parsed, Commit) and parsed.type not in rules.known


def _listed(commit: RawCommit, rules: Rules) -> Readings:
    """The commits that the body of a squash commit lists, read each by its own title."""

    def starts_commit(line: str) -> bool:
        parsed = parse_commit(line, aliases=rules.aliases, known=rules.known)
        return parsed.type in rules.known if isinstance(parsed, Commit) else parse_revert(line) is not None

    pieces = squashed(commit, starts_commit)
    readings = [
        ignored(piece, reason) if (reason := unfinished(piece.message)) else read_title(piece, rules)
        for piece in pieces
    ]
    return Readings(settled(pieces, readings))


def _read_by_list(commit: RawCommit, title: Reading, rules: Rules) -> Reading:
    """Where the title says nothing, what the body lists decides, each item as an entry of its own."""
    listed = _listed(commit, rules)
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
    _, footers = split_footers(rest(commit.message))
    lost = any(footer.breaking for footer in footers)
    return ("its BREAKING CHANGE does not count, for it has no header that can be read",) if lost else ()


def _stronger(commit: RawCommit, title: Reading, rules: Rules) -> tuple[str, ...]:
    """Warnings for listed commits that would have raised the version further than the title does."""
    stronger = (reading for reading in _listed(commit, rules).counted if reading.bump > title.bump)
    return tuple(
        f"`{header(reading.entries[0])}` in the body does not count ({reading.reason}): the title decides"
        for reading in stronger
    )


def _asking_for_version(commit: RawCommit, reading: Reading) -> Reading:
    _, footers = split_footers(rest(commit.message))
    asked = [footer.value for footer in footers if footer.token.lower() == "release-as" and footer.value]
    if not asked:
        return reading
    version = asked[-1].split()[0].removeprefix("v")
    if reading.outcome == "counted":
        return replace(reading, release_as=version)
    return replace(reading, outcome="counted", reason=f"Release-As: {version}", release_as=version)
