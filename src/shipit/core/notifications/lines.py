"""The lines of a notification in the language of the release notes. Each service renders them in its own form.

>>> from shipit.core.notifications.notification import Notification
>>> released = Notification("released", "v1.4.0", project="acme/app", version="1.4.0", changes=("feat: search",))
>>> [line.text for line in message_lines(released)]
['acme/app: released 1.4.0', '• feat: search']
>>> headline(Notification("deployed", "1", "ko", "acme/app", "prod", "1.4.0"))
'acme/app: prod에 1.4.0 배포 완료, 서비스 중임을 확인함'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from shipit.core import limits
from shipit.core.notifications.notification import Notification
from shipit.core.printable import printable
from shipit.core.redact import shortened

_ENGLISH = {
    "released": "released {version}",
    "deployed": "{version} is live in {environment}; this was verified",
    "rolled-back": "{serving} is live in {environment}; {version} was rejected",
    "failed": "failed to {task}",
    "reason": "Reason: {}",
    "state": "State: {}",
    "released-page": "Release:",
    "page": "Address:",
    "run": "Run:",
    "more": "and {} more",
}
_KOREAN = {
    "released": "{version} 릴리스 완료",
    "deployed": "{environment}에 {version} 배포 완료, 서비스 중임을 확인함",
    "rolled-back": "{environment}에서 {serving} 서비스 중; {version}은(는) 거부됨",
    "failed": "실패: {task}",
    "reason": "원인: {}",
    "state": "상태: {}",
    "released-page": "릴리스:",
    "page": "주소:",
    "run": "실행:",
    "more": "외 {}개",
}
_WORDS: Mapping[str, Mapping[str, str]] = {"en": _ENGLISH, "ko": _KOREAN}


class Line(Struct, frozen=True):
    """A line of plain text, which can end with a web address."""

    text: str
    url: str = ""


def headline(notification: Notification) -> str:
    """Return the first line, which names the project and the event."""
    facts = {
        "version": notification.version,
        "environment": notification.environment,
        "serving": notification.serving,
        "task": notification.task,
    }
    text = _words(notification)[notification.event].format(**facts)
    return _plain(f"{notification.project}: {text}" if notification.project else text)


def message_lines(notification: Notification) -> Iterator[Line]:
    """Yield the lines, those that matter most first, without control characters."""
    words = _words(notification)
    yield Line(headline(notification))
    for key, text in (("reason", notification.reason), ("state", notification.state)):
        if text:
            yield Line(words[key].format(_plain(text)))
    page = "released-page" if notification.event == "released" else "page"
    for label, url in ((words[page], notification.url), (words["run"], notification.run)):
        if url.startswith(("https://", "http://")):
            yield Line(label, url)
    shown = notification.changes[: limits.NOTIFIED_CHANGES]
    yield from (Line(f"• {_plain(change)}") for change in shown)
    if more := len(notification.changes) - len(shown):
        yield Line(words["more"].format(more))


def _words(notification: Notification) -> Mapping[str, str]:
    return _WORDS.get(notification.language, _ENGLISH)


def _plain(text: str) -> str:
    """Return `text` as one line, shortened."""
    return shortened(printable(" ".join(text.split())), limits.NOTIFICATION_LINE)
