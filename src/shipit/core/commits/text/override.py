"""The message that a person writes into the body of a merged pull request, in place of the message of its commit.

>>> override_of("Thanks!\\r\\nBEGIN_COMMIT_OVERRIDE\\r\\nfeat: search\\r\\nEND_COMMIT_OVERRIDE\\r\\n")
'feat: search'
>>> override_of("BEGIN_COMMIT_OVERRIDE\\nfeat: search") is None
True
"""

from __future__ import annotations

_BEGIN, _END = "BEGIN_COMMIT_OVERRIDE", "END_COMMIT_OVERRIDE"


def override_of(body: str) -> str | None:
    """Return the text between the two marking lines, which release-please has too; None if there is no such text."""
    lines = [line.rstrip() for line in body.split("\n")]
    if _BEGIN not in lines:
        return None
    after = lines[lines.index(_BEGIN) + 1 :]
    text = "\n".join(after[: after.index(_END)]).strip() if _END in after else ""
    return text or None
