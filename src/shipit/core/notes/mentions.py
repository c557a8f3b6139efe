r"""Numbers of the pull requests of commits, and of the issues that the commits close.

>>> issues_of_message("feat: search (#12)\n\nCloses #7 and #8, refs #3")
(12, 7, 8)
>>> issues_of_message("Merge pull request #18 from acme/x")
(18,)
>>> issues_of_message("fix: as in #4, not acme/app#5")
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


def issues_of_message(message: str) -> tuple[int, ...]:
    """Return the number of the pull request of a commit, then those of the issues that it closes, each once."""
    merged = _MERGED.match(message.lstrip().partition("\n")[0])
    lists = [match[1] for match in _CLOSED.finditer(message)] if "#" in message else []
    found = [number for text in (*(merged.groups("") if merged else ()), *lists) for number in _ANY.findall(text)]
    return tuple(dict.fromkeys(int(number[1:]) for number in found))


def issues_of(commits: Sequence[RawCommit]) -> tuple[int, ...]:
    """Return the numbers of the pull requests and issues of `commits`, newest first, each once.

    Commits that are reverted within `commits` are left out, with their reverts.
    """
    reverted = cancelled(MatchTexts.of(commits, [subject(commit.message) for commit in commits]))
    kept = (commit for index, commit in enumerate(commits) if index not in reverted)
    return tuple(dict.fromkeys(number for commit in kept for number in issues_of_message(commit.message)))
