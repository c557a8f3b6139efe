"""The document for any program that receives web hooks: each fact by its name, and the message as plain text.

`text` and `tags` are the names that the annotations of Grafana have, so Grafana accepts the same document.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import asdict

from shipit.core import limits
from shipit.core.notifications.fit import fitted
from shipit.core.notifications.lines import Line, message_lines
from shipit.core.notifications.notification import Notification


def document(notification: Notification) -> dict[str, Any]:
    """Return the document."""
    text = fitted(message_lines(notification), _render, limits.NOTIFICATION)
    tags = ("shipit", notification.event, notification.project, notification.environment, notification.version)
    return {**asdict(notification), "text": text, "tags": [tag for tag in tags if tag]}


def _render(line: Line) -> str:
    return f"{line.text} {line.url}".strip()
