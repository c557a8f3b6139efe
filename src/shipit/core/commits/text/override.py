"""The message that a person writes into the body of a merged pull request, in place of the message of its commit.

>>> override_of("Thanks!\\r\\nBEGIN_COMMIT_OVERRIDE\\r\\nfeat: search\\r\\nEND_COMMIT_OVERRIDE\\r\\n")
'feat: search'
>>> override_of("BEGIN_COMMIT_OVERRIDE\\nfeat: search") is None
True
"""

from __future__ import annotations

from shipit.core.commits.text.message import KNOWN_TYPES, Commit, parse_commit

_BEGIN, _END = "BEGIN_COMMIT_OVERRIDE", "END_COMMIT_OVERRIDE"


def override_of(body: str) -> str | None:
    """Return the text between the two marking lines, which release-please has too; None if there is no such text."""
    lines = [line.rstrip() for line in body.split("\n")]
    if _BEGIN not in lines:
        return None
    after = lines[lines.index(_BEGIN) + 1 :]
    text = "\n".join(after[: after.index(_END)]).strip() if _END in after else ""
    return _as_list(text) or None


def begun_overrides(body: str) -> int:
    """Return the number of blocks that begin in `body`, also of those without an end."""
    return [line.rstrip() for line in body.split("\n")].count(_BEGIN)


def _as_list(text: str) -> str:
    """Return several messages, which release-please accepts, as the list in a squash commit; one message as it is.

    >>> print(_as_list("feat: one\\nfix: two"))
    2 messages
    <BLANKLINE>
    * feat: one
    * fix: two
    """
    lines = text.split("\n")
    count = sum(map(_is_header, lines))
    if count < 2 or not _is_header(lines[0]):
        return text
    return "\n".join([f"{count} messages", "", *(f"* {line}" if _is_header(line) else line for line in lines)])


def _is_header(line: str) -> bool:
    parsed = parse_commit(line)
    return isinstance(parsed, Commit) and parsed.type in KNOWN_TYPES
