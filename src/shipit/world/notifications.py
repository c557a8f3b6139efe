"""The port to the services that receive notifications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from shipit.core.notifications import Channel
from shipit.finding import Finding


class Notifications(Protocol):
    """All channels. Their addresses are secrets: no text of this port contains one."""

    # reads
    def findings(self, channels: Sequence[Channel]) -> tuple[Finding, ...]:
        """Return a warning for each channel whose variables are not set or have no valid value."""

    def was_sent(self, channel: Channel, id: str) -> bool:
        """Return whether this clone sent the notification `id` to `channel` before."""

    # writes
    def send(self, channel: Channel, id: str, document: bytes) -> None:
        """Send a JSON document, and remember that the notification `id` was sent.

        Raises `AuthError` if a variable of the channel is not set or has no valid value, and `RemoteError` if the
        service does not accept the document.
        """
