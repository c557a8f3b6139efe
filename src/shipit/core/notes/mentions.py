r"""The pull requests and issues that commit messages name as their own.

>>> mentions("feat: search (#12)\n\nCloses #7 and #8, refs #3"), mentions("Merge pull request #18 from acme/x")
((12, 7, 8), (18,))
>>> mentions("fix: as in #4, not acme/app#5")
()
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from shipit.core.commits import MatchTexts, RawCommit, cancelled, subject

_NUMBER = r"#(?:[1-9]\d{0,8})(?!\w)"
_MERGED = re.compile(rf"Merge pull request ({_NUMBER}) |.*\(({_NUMBER})\)\s*$")
# GitHub's closing keywords: https://docs.github.com/issues/tracking-your-work-with-issues/linking-a-pull-request-to-an-issue
_AND = r"(?:,[ \t]*+|[ \t]++)(?:and[ \t]++)?+"
_CLOSED = re.compile(
    rf"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?[ \t]++({_NUMBER}(?:{_AND}{_NUMBER})*+)", re.IGNORECASE
)
_ANY = re.compile(_NUMBER)


def mentions(message: str) -> tuple[int, ...]:
    """The pull request that brought a commit, and the issues it closes, each once."""
    merged = _MERGED.match(message.lstrip().partition("\n")[0])
    lists = [match[1] for match in _CLOSED.finditer(message)] if "#" in message else []
    found = [number for text in (*(merged.groups("") if merged else ()), *lists) for number in _ANY.findall(text)]
    return tuple(dict.fromkeys(int(number[1:]) for number in found))


def mentioned(commits: Sequence[RawCommit]) -> tuple[int, ...]:
    """What `commits` name, newest first; not what is undone again among them."""
    undone = cancelled(MatchTexts.of(commits, [subject(commit.message) for commit in commits]))
    kept = (commit for at, commit in enumerate(commits) if at not in undone)
    return tuple(dict.fromkeys(number for commit in kept for number in mentions(commit.message)))
