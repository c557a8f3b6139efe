"""How the release commit and its tag reach the remote."""

from __future__ import annotations

import enum


class WriteBack(enum.StrEnum):
    """The values of `release.write-back`.

    >>> WriteBack("api").commits, WriteBack("api").pushes, WriteBack("none").commits
    (True, False, False)
    """

    PUSH = "push"
    API = "api"
    NONE = "none"

    @property
    def commits(self) -> bool:
        """Whether a release commit is made; without one, only the tag and the release are made."""
        return self is not WriteBack.NONE

    @property
    def pushes(self) -> bool:
        """Whether the release commit is made in the clone and pushed."""
        return self is WriteBack.PUSH

    @property
    def through_forge(self) -> bool:
        """Whether the forge makes the commit and the tag: first one, then the other."""
        return self is WriteBack.API
