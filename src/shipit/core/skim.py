r"""Reading a whole history for its notes alone, quickly: nearly every commit is understood by how its title begins.

`read_commits` tells of each commit what became of it and why. Who prints a whole changelog asks for less, of very
many commits: which entries there are. Titles begin in few ways (`feat: `, `fix(api): `), so how a beginning reads is
found out once, by `read_commits` itself, and looked up from then on. What a look does not settle beyond doubt is read
in full.

>>> log = b"c0\0b0\0Ada\0\0\0feat(api): search\n\nAt last.\0\n" + b"b0\0\0Bo\0\0\0docs: explain\0\n"
>>> commits, listed = skim([log], Rules.of())
>>> [commit.message for commit in commits], [each.description for each in listed["c0"]]
(['feat(api): search', 'docs: explain'], ['search'])
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from shipit.core.commit import Commit, parse_commit, subject
from shipit.core.footers import split_footers
from shipit.core.log import RawCommit, fields
from shipit.core.reading import is_release_commit, plain_commit, read_alone
from shipit.core.revert import may_revert
from shipit.core.rules import Rules

_Read = Callable[[RawCommit], tuple[Commit, ...]]


class _Title(NamedTuple):
    """How titles read that begin alike."""

    type: str
    scope: str | None
    listed: bool


def skim(
    chunks: Iterable[bytes], rules: Rules, *, is_release_commit: Callable[[RawCommit], bool] = is_release_commit
) -> tuple[list[RawCommit], dict[str, tuple[Commit, ...]]]:
    """The commits of a stream in `log.FORMAT`, and by id what each brings to the notes unless another undoes it.

    Of a message is kept what others may name it by, and all of it where it may undo or repeat others.

    Args:
        is_release_commit: tells the commits that shipit made itself.
    """

    def read(commit: RawCommit) -> tuple[Commit, ...]:
        return read_alone(commit, rules, is_release_commit).entries

    commits: list[RawCommit] = []
    listed: dict[str, tuple[Commit, ...]] = {}
    titles: dict[str, _Title | None] = {}
    for id, parents, author, _, timestamp, message in fields(chunks):
        line, _, body = message.partition("\n")
        start, _, description = line.partition(": ")
        description = description.strip()
        if description and start not in titles:
            titles[start] = _title(start, read, rules)
        title = titles[start] if description else None
        if title is None or _says_more(message, line) or (title.listed and "[" in message):
            whole = plain_commit(RawCommit(id, parents, author, "", timestamp, message))
            commit, found = _shortened(whole), read(whole)
        else:
            commit = RawCommit(id, parents, author, "", timestamp, line)
            found = (_parsed(title, description, body),) if title.listed else ()
        commits.append(commit)
        if found:
            listed[id] = found
    return commits, listed


def _title(start: str, read: _Read, rules: Rules) -> _Title | None:
    """How `start: x` reads whatever `x` is; None where `x` matters, or where the title alone does not decide."""
    parsed = parse_commit(f"{start}: x", aliases=rules.aliases, known=rules.known)
    if not isinstance(parsed, Commit) or parsed.description != "x" or parsed.breaking or parsed.type not in rules.known:
        return None
    samples = (RawCommit("", (), "", "", 0, f"{start}: {what}") for what in ("x", "1.0.0"))  # releases have such titles
    listed = {bool(read(sample)) for sample in samples}
    return _Title(parsed.type, parsed.scope, listed.pop()) if len(listed) == 1 else None


def _says_more(message: str, line: str) -> bool:
    """Whether a message with a title of a known type may break, undo or repeat something; `line` is the title."""
    return "BREAKING" in message or "\r" in message or "(cherry picked" in message or may_revert(line)


def _shortened(commit: RawCommit) -> RawCommit:
    line = subject(commit.message)
    return commit if _says_more(commit.message, line) else commit._replace(message=line)


def _parsed(title: _Title, description: str, body: str) -> Commit:
    """Without the body, which is not printed; footers matter where they can name an issue."""
    footers = split_footers(body.strip())[1] if "#" in body else ()
    return Commit(title.type, title.scope, description, "", footers)
