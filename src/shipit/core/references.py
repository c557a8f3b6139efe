"""The issues a commit says it is about, by GitHub's closing keywords and `Refs`.

>>> references(Commit("fix", None, "a crash", body="Fixes #7, acme/app#8", footers=(Footer("Refs", "#9"),)))
('#7', 'acme/app#8', '#9')
"""

from __future__ import annotations

import re

from shipit.core.commit import Commit, Footer

_ISSUE = re.compile(r"(?:[\w.-]++/[\w.-]++)?#\d++")
_LIST = re.compile(
    rf"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|refs?):?[ \t]+((?:{_ISSUE.pattern}(?:,|\band\b|[ \t])*+)++)",
    re.IGNORECASE,
)


def references(commit: Commit) -> tuple[str, ...]:
    """`#12` and `owner/repo#12` after closes, fixes, resolves or refs, each once, in the order of the message."""
    lines = (commit.description, commit.body, *(_line(footer) for footer in commit.footers))
    lists = (match[1] for line in lines if "#" in line for match in _LIST.finditer(line))
    return tuple(dict.fromkeys(issue for found in lists for issue in _ISSUE.findall(found)))


def _line(footer: Footer) -> str:
    return f"{footer.token} {footer.value}"
