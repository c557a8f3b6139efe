"""The documents that the services accept, one module for each. `SERVICES` is the registry by kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import json
from msgspec.structs import asdict

from shipit.core import limits
from shipit.core.notifications.lines import one_line
from shipit.core.notifications.notification import Channel, Notification
from shipit.core.notifications.services import discord, slack, teams, webhook
from shipit.core.redact import shortened

SERVICES: dict[str, Callable[[Notification], dict[str, Any]]] = {
    "slack": slack.document,
    "discord": discord.document,
    "teams": teams.document,
    "webhook": webhook.document,
}


def document(channel: Channel, notification: Notification) -> bytes:
    """Return the JSON document to send to `channel`. It contains no text that the service would interpret."""
    plain = {name: _plain(value) for name, value in asdict(notification).items()}
    return json.encode(SERVICES[channel.kind](Notification(**plain)))


def _plain(fact: Any) -> Any:
    """Return a fact with each text as one line without control characters."""
    if isinstance(fact, tuple):
        return tuple(map(_plain, fact))
    return shortened(one_line(fact), limits.NOTIFICATION_ADDRESS) if isinstance(fact, str) else fact
