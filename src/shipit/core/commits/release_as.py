"""The footer `Release-As: 2.0.0`, which requests a version.

>>> release_as("fix: x\\n\\nRelease-As: v2.0.0")
'2.0.0'
"""

from __future__ import annotations

from shipit.core.commits.footers import might_request_version, split_footers
from shipit.core.commits.message import after_subject


def release_as(message: str) -> str | None:
    """Return the version of the last `Release-As` footer of a message without a leading `v`, not yet validated.

    None when the message has no such footer.
    """
    if not might_request_version(message):
        return None
    _, footers = split_footers(after_subject(message).strip())
    values = [footer.value for footer in footers if footer.token.lower() == "release-as" and footer.value]
    word = values[-1].split()[0] if values else ""
    return word.removeprefix("v") or word or None
