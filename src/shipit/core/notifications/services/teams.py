"""The document for a web hook of Microsoft Teams: a message with an Adaptive Card.

A `TextRun` shows its text as it is: Markdown, links and mentions in it have no effect. Only `Action.OpenUrl` opens an
address, and only those that shipit writes are in one.
"""

from __future__ import annotations

from typing import Any

from shipit.core import limits
from shipit.core.notifications.fit import fitted
from shipit.core.notifications.lines import Line, message_lines
from shipit.core.notifications.notification import Notification

_SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
_CARD = "application/vnd.microsoft.card.adaptive"


def document(notification: Notification) -> dict[str, Any]:
    """Return the document."""
    lines = list(message_lines(notification))
    text = fitted((line for line in lines if not line.url), lambda line: line.text, limits.NOTIFICATION)
    first, *others = text.split("\n")
    card = {
        "$schema": _SCHEMA,
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [_block(first, weight="bolder"), *map(_block, others)],
        "actions": [_button(line) for line in lines if line.url],
    }
    return {"type": "message", "attachments": [{"contentType": _CARD, "contentUrl": None, "content": card}]}


def _block(text: str, **look: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **look}]}


def _button(line: Line) -> dict[str, str]:
    return {"type": "Action.OpenUrl", "title": line.text.rstrip(":"), "url": line.url}
