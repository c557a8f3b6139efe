"""Ways in which the release commit and its tag reach the remote."""

from __future__ import annotations

import enum
from typing import Literal

MergeMethod = Literal["merge", "squash", "rebase"]
"""The ways in which the forge merges a pull request."""


class WriteBack(enum.StrEnum):
    """The values of `release.write-back`.

    >>> WriteBack("api").commits, WriteBack("api").pushes, WriteBack("none").commits
    (True, False, False)
    >>> [way.value for way in WriteBack if way.proposes]
    ['pull-request']
    """

    PUSH = "push"
    API = "api"
    PULL_REQUEST = "pull-request"
    NONE = "none"

    @property
    def commits(self) -> bool:
        """True if a release commit is made; otherwise only the tag and the release are made."""
        return self is not WriteBack.NONE

    @property
    def pushes(self) -> bool:
        """True if the release commit is made in the clone and pushed."""
        return self is WriteBack.PUSH

    @property
    def through_forge(self) -> bool:
        """True if the forge makes the release commit, and then the tag."""
        return self is WriteBack.API

    @property
    def proposes(self) -> bool:
        """True if a pull request proposes the release commit, and the release is made after it is merged."""
        return self is WriteBack.PULL_REQUEST
