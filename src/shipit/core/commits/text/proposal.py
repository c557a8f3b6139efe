"""The trailers of the commit that a pull request proposes as the release commit.

They say which commit the proposal was made on, so that commits which came later are known after any kind of merge.

>>> message = "chore(release): 1.4.0\\n\\n### Features\\n\\nReleased-by: shipit\\n"
>>> message = proposal_message(message, Trailers("ba5e", "f11e5", "c0"))
>>> print(message, end="")
chore(release): 1.4.0
<BLANKLINE>
### Features
<BLANKLINE>
Released-by: shipit
Shipit-Base: ba5e
Shipit-Files: f11e5
Shipit-Commits: c0
>>> trailers_of(message)
Trailers(base='ba5e', files='f11e5', counted='c0')
>>> base_of("Search (#12)\\n\\n* chore(release): 1.4.0\\n\\nShipit-Base: ba5e\\n\\n* docs: a word\\n")
'ba5e'
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

_BASE = "Shipit-Base: "
_FILES = "Shipit-Files: "
_COMMITS = "Shipit-Commits: "
_ID = re.compile(r"[0-9a-f]{4,64}")


class Trailers(Struct, frozen=True):
    """The values of the trailers.

    Args:
        base: the id of the commit on the release branch that the proposal was made on.
        files: the id of the files of the commit, by which it is known whether somebody changed the commit.
        counted: the digest of the versions that are proposed, with the commits that count for them.
    """

    base: str
    files: str
    counted: str


def proposal_message(message: str, trailers: Trailers) -> str:
    """Return the message of a release commit with the trailers of a proposal."""
    return f"{message}{_BASE}{trailers.base}\n{_FILES}{trailers.files}\n{_COMMITS}{trailers.counted}\n"


def with_base(message: str, base: str) -> str:
    """Return the message of a tag with the trailer that names the commit which its notes end at."""
    return f"{message}{_BASE}{base}\n"


def trailers_of(message: str) -> Trailers | None:
    """Return the trailers in a message; None if one of them is missing."""
    base, files, counted = base_of(message), _last(message, _FILES), _last(message, _COMMITS)
    return Trailers(base, files, counted) if base and files and counted else None


def base_of(message: str) -> str:
    """Return the commit that the proposal in a message was made on; empty without a trailer that names a commit."""
    return next(reversed(bases_of(message)), "")


def bases_of(message: str) -> tuple[str, ...]:
    """Return the commits that the proposals in a message were made on; the message of a squash can have several."""
    if _BASE not in message:
        return ()
    lines = (line.strip() for line in message.splitlines())
    bases = (line.removeprefix(_BASE).strip() for line in lines if line.startswith(_BASE))
    return tuple(base for base in bases if _ID.fullmatch(base))


def commits_digest(commits: Iterable[str]) -> str:
    """Return a short digest of the texts `commits`, in any order."""
    import hashlib  # commands that only read history need no digest

    return hashlib.sha256("\n".join(sorted(commits)).encode()).hexdigest()[:12]


def _last(message: str, name: str) -> str:
    if name not in message:
        return ""
    lines = (line.strip() for line in reversed(message.splitlines()))
    return next((line.removeprefix(name).strip() for line in lines if line.startswith(name)), "")
