"""The document for an incoming web hook of Slack.

`mrkdwn: false` turns off its Markdown, and `parse` and `link_names` the links to names and to addresses in plain text.
`<`, `>` and `&` are active in any case (https://api.slack.com/docs/message-formatting): `<!channel>` notifies all
members, and `<https://a.example|https://b.example>` shows another address than the one that it opens.
"""

from __future__ import annotations

from typing import Any

from shipit.core import limits
from shipit.core.notifications.fit import fitted
from shipit.core.notifications.lines import Line, message_lines
from shipit.core.notifications.notification import Notification

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def document(notification: Notification) -> dict[str, Any]:
    """Return the document."""
    text = fitted(message_lines(notification), _render, limits.NOTIFICATION)
    plain = {"mrkdwn": False, "parse": "none", "link_names": False}
    return {"text": text, **plain, "unfurl_links": False, "unfurl_media": False}


def _render(line: Line) -> str:
    text = line.text.translate(_ESCAPES)
    return f"{text} <{line.url.translate(_ESCAPES)}>" if line.url else text
