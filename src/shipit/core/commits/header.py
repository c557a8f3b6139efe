"""What one commit says of itself, the commits its body may list left aside."""

from __future__ import annotations

import re

from shipit.core.commits.message import Commit, Unreadable, after_subject, parse_commit, subject
from shipit.core.commits.raw_commit import RawCommit
from shipit.core.commits.readings import Reading, ignored
from shipit.core.commits.reverts import may_revert, parse_revert
from shipit.core.commits.rules import Rules

_SKIP = re.compile(r"\[(?:skip release|release skip)\]", re.IGNORECASE)
_UNFINISHED = re.compile(r"(?P<fixup>fixup|squash|amend)! |\[?wip\b", re.IGNORECASE)
_MERGE = re.compile(r"Merge (?:pull request|(?:remote-tracking )?branch(?:es)?|tag|commit) ")


def unfinished(message: str) -> str | None:
    """Why a commit by its own words is not meant to be released."""
    if "[" in message and (skip := _SKIP.search(message)):
        return f"it says {skip[0]}"
    match = _UNFINISHED.match(subject(message))
    if not match:
        return None
    return f"{match['fixup'].lower()}! commit" if match["fixup"] else "work in progress"


def is_merge(line: str) -> bool:
    """Whether git or GitHub wrote this subject for a merge."""
    return _MERGE.match(line) is not None


def read_title(commit: RawCommit, rules: Rules) -> Reading:
    """What the header and footers of a commit do to the version."""
    parsed = parse_commit(commit.message, aliases=rules.aliases, known=rules.known)
    if isinstance(parsed, Unreadable):
        return _read_unconventional(commit, parsed, rules)
    return _judged(commit, parsed, rules)


def _judged(commit: RawCommit, parsed: Commit, rules: Rules) -> Reading:
    bump, rule = rules.bump_of(parsed)
    line = subject(commit.message)
    if not bump:
        return Reading(commit.id, line, commit.author, "ignored", rule, warnings=parsed.warnings)
    return Reading(commit.id, line, commit.author, "counted", rule, bump, (parsed,), parsed.warnings)


def _read_unconventional(commit: RawCommit, parsed: Unreadable, rules: Rules) -> Reading:
    """Reverts and merges have subjects of their own; nothing else is excused from the convention."""
    if may_revert(parsed.subject) and (revert := parse_revert(commit.message)):
        typed = parse_commit(f"revert: {revert.description}\n{after_subject(commit.message).strip()}")
        if isinstance(typed, Commit):
            return _judged(commit, typed, rules)
    if len(commit.parents) > 1 or is_merge(parsed.subject):
        return ignored(commit, "a merge commit")
    return Reading(commit.id, parsed.subject, commit.author, "unreadable", parsed.reason)
