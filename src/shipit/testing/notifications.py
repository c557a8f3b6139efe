"""Services in memory that receive notifications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import json

from shipit.core.notifications import Channel
from shipit.errors import AuthError, RemoteError
from shipit.finding import Finding


class FakeNotifications:
    """All channels. `sent` are the documents that were sent, each after its channel.

    A test can set `unset`, the environment variables that are not set, and `refused`, the reason why the services
    accept no document.
    """

    def __init__(self) -> None:
        self.sent: list[tuple[Channel, Any]] = []
        self.unset: set[str] = set()
        self.refused = ""
        self._ids: set[tuple[Channel, str]] = set()

    def findings(self, channels: Sequence[Channel]) -> tuple[Finding, ...]:
        missing = [name for each in channels for name in (each.variable, each.token) if name in self.unset]
        return tuple(
            Finding("notification-channel", f"the environment variable `{name}` is not set", f"set `{name}`", "warning")
            for name in missing
        )

    def was_sent(self, channel: Channel, id: str) -> bool:
        return (channel, id) in self._ids

    def send(self, channel: Channel, id: str, document: bytes) -> None:
        if problems := self.findings([channel]):
            raise AuthError(problems[0].what, hint=problems[0].fix)
        if self.refused:
            raise RemoteError(f"the service of `{channel.variable}` {self.refused}")
        self.sent.append((channel, json.decode(document)))
        self._ids.add((channel, id))
