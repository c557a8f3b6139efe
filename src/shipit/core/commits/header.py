"""Reading of one commit by its header and footers, without the commits that its body can list."""

from __future__ import annotations

import re

from msgspec.structs import replace

from shipit.core.commits.raw_commit import RawCommit
from shipit.core.commits.readings import Reading, ignored
from shipit.core.commits.reverts import might_be_revert, parse_revert
from shipit.core.commits.rules import OTHERS, Rules
from shipit.core.commits.text.message import Commit, Unreadable, after_subject, parse_commit, subject

_SKIP_MARK = re.compile(r"\[(?:skip release|release skip)\]", re.IGNORECASE)
_UNFINISHED = re.compile(r"(?P<fixup>fixup|squash|amend)! |\[?wip\b", re.IGNORECASE)
_MERGE = re.compile(r"Merge (?:pull request|(?:remote-tracking )?branch(?:es)?|tag|commit) ")


def skip_reason(message: str) -> str | None:
    """Return the reason why a commit must not be released, found in its message; None without such a reason.

    Reasons are the mark `[skip release]`, `fixup!` and its relatives, and `wip`.
    """
    if "[" in message and (skip := _SKIP_MARK.search(message)):
        return f"it contains {skip[0]}"
    match = _UNFINISHED.match(subject(message))
    if not match:
        return None
    return f"{match['fixup'].lower()}! commit" if match["fixup"] else "work in progress"


def is_merge(subject: str) -> bool:
    """Return whether `subject` is one that git or GitHub writes for a merge commit."""
    return _MERGE.match(subject) is not None


def read_header(commit: RawCommit, rules: Rules) -> Reading:
    """Return the reading of a commit by its header and footers alone."""
    parsed = rules.parse(commit.message)
    if isinstance(parsed, Unreadable):
        return _read_unconventional(commit, parsed, rules)
    return _by_rules(commit, parsed, rules)


def _by_rules(commit: RawCommit, parsed: Commit, rules: Rules) -> Reading:
    """Return the reading of a commit whose message follows the convention: counted if it bumps, else ignored."""
    bump, rule = rules.bump_of(parsed)
    line = subject(commit.message)
    if not bump:
        return Reading(commit.id, line, commit.author, "ignored", rule, warnings=parsed.warnings)
    if rules.is_by_others(rule) and parsed.type not in rules.known:
        parsed = replace(parsed, type=OTHERS, scope=None, description=line)
    return Reading(commit.id, line, commit.author, "counted", rule, bump, (parsed,), parsed.warnings)


def _read_unconventional(commit: RawCommit, parsed: Unreadable, rules: Rules) -> Reading:
    """Return the reading of a commit whose header does not follow the convention.

    A revert counts and a merge is ignored, because git and GitHub write their subjects; all others are unreadable,
    unless the rules count every other commit.
    """
    if might_be_revert(parsed.subject) and (revert := parse_revert(commit.message)):
        conventional = parse_commit(f"revert: {revert.description}\n{after_subject(commit.message).strip()}")
        if isinstance(conventional, Commit):
            return _by_rules(commit, conventional, rules)
    if len(commit.parents) > 1 or is_merge(parsed.subject):
        return ignored(commit, "a merge commit")
    if rules.others and parsed.subject:
        bump, rule = rules.others
        entry = Commit(OTHERS, None, parsed.subject)
        return Reading(commit.id, parsed.subject, commit.author, "counted", rule, bump, (entry,))
    return Reading(commit.id, parsed.subject, commit.author, "unreadable", parsed.reason)
