r"""The document for a web hook of Discord, whose text is Markdown.

`allowed_mentions` without an entry notifies nobody, whatever the text contains. The escapes let readers see the text
as it was written: a backslash makes any punctuation literal.

>>> _render(Line("@everyone [bank](https://evil.example) <@1> **now**"))
'\\@everyone \\[bank\\]\\(https://evil.example\\) \\<\\@1\\> \\*\\*now\\*\\*'
"""

from __future__ import annotations

import re
from typing import Any

from shipit.core import limits
from shipit.core.notifications.fit import fitted
from shipit.core.notifications.lines import Line, message_lines
from shipit.core.notifications.notification import Notification

_ACTIVE = re.compile(r"[\\*_~`|<>\[\]()#@]|^[-+](?= )|^(?=\d+\. )")
_WITHOUT_PREVIEWS = 1 << 2  # the flag SUPPRESS_EMBEDS of https://discord.com/developers/docs/resources/message


def document(notification: Notification) -> dict[str, Any]:
    """Return the document."""
    text = fitted(message_lines(notification), _render, limits.DISCORD_NOTIFICATION)
    return {"content": text, "allowed_mentions": {"parse": []}, "flags": _WITHOUT_PREVIEWS}


def _render(line: Line) -> str:
    if line.url:
        return f"{line.text} <{line.url}>"  # without a preview
    return _ACTIVE.sub(lambda found: f"\\{found[0]}", line.text)
