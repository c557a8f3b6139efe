"""The documents that the services accept, one module for each. `SERVICES` is the registry by kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import json

from shipit.core.notifications.notification import Channel, Notification
from shipit.core.notifications.services import discord, slack, teams, webhook

SERVICES: dict[str, Callable[[Notification], dict[str, Any]]] = {
    "slack": slack.document,
    "discord": discord.document,
    "teams": teams.document,
    "webhook": webhook.document,
}


def document(channel: Channel, notification: Notification) -> bytes:
    """Return the JSON document to send to `channel`. It contains no text that the service would interpret."""
    return json.encode(SERVICES[channel.kind](notification))
