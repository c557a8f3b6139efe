"""The lines of a notification in the language of the release notes. Each service renders them in its own form.

>>> from shipit.core.notifications.notification import Notification
>>> released = Notification("released", "v1.4.0", project="acme/app", version="1.4.0", changes=("feat: search",))
>>> [line.text for line in message_lines(released)]
['acme/app: released 1.4.0', '• feat: search']
>>> headline(Notification("deployed", "1", "ko", "acme/app", "prod", "1.4.0", serving="1.4.0"))
'acme/app: prod에 1.4.0 배포 완료, 서비스 중임을 확인함'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from msgspec import Struct

from shipit.core import limits
from shipit.core.notifications.notification import Notification
from shipit.core.printable import printable
from shipit.core.redact import shortened

_ENGLISH = {
    "released": "released {version}",
    "deployed": "{version} is live in {environment}; this was verified",
    "unverified": "{version} was deployed to {environment}, but it is not known which version is live",
    "rolled-back": "{serving} is live in {environment}, and {version} was rejected",
    "back": "{serving} is live in {environment} again; this was verified",
    "waiting": "{version} waits for an approval in {environment}",
    "release": "the release failed",
    "images": "the images of {environment} failed",
    "deployment": "the deployment to {environment} failed",
    "rollback": "the rollback of {environment} failed",
    "failed": "shipit failed",
    "reason": "Reason: {}",
    "state": "State: {}",
    "approve": "To go on: shipit approve {environment}. To go back: shipit approve {environment} --reject",
    "released-page": "Release:",
    "page": "Address:",
    "run": "Run:",
    "more": "and {} more",
}
_KOREAN = {
    "released": "{version} 릴리스 완료",
    "deployed": "{environment}에 {version} 배포 완료, 서비스 중임을 확인함",
    "unverified": "{environment}에 {version} 배포함, 어느 버전이 서비스 중인지는 확인하지 못함",
    "rolled-back": "{environment}에서 {serving} 서비스 중, {version} 버전은 거부됨",
    "back": "{environment}에서 다시 {serving} 서비스 중임을 확인함",
    "waiting": "{environment}에서 {version} 배포가 승인을 기다리는 중",
    "release": "릴리스 실패",
    "images": "{environment} 이미지 실패",
    "deployment": "{environment} 배포 실패",
    "rollback": "{environment} 롤백 실패",
    "failed": "shipit 실패",
    "reason": "원인: {}",
    "state": "상태: {}",
    "approve": "계속하려면: shipit approve {environment}. 되돌리려면: shipit approve {environment} --reject",
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
    """Return the first line, which names the project and the event, and the version that is live, if it is known."""
    facts = {
        "version": notification.version,
        "environment": notification.environment,
        "serving": notification.serving,
    }
    text = _words(notification)[_sentence(notification)].format(**facts)
    return _plain(f"{notification.project}: {text}" if notification.project else text)


def _sentence(notification: Notification) -> str:
    """Return the key of the sentence about the event."""
    if notification.event == "failed":
        named = notification.environment or notification.task == "release"
        return notification.task if notification.task and named else "failed"
    if notification.event == "deployed" and not notification.serving:
        return "unverified"
    return "back" if notification.event == "rolled-back" and not notification.version else notification.event


def message_lines(notification: Notification) -> Iterator[Line]:
    """Yield the lines, those that matter most first, without control characters."""
    words = _words(notification)
    yield Line(headline(notification))
    for key, text in (("reason", notification.reason), ("state", notification.state)):
        if text:
            yield Line(words[key].format(_plain(text)))
    if notification.event == "waiting":
        yield Line(words["approve"].format(environment=_plain(notification.environment)))
    page = "released-page" if notification.event == "released" else "page"
    for label, url in ((words[page], notification.url), (words["run"], notification.run)):
        if url.startswith(("https://", "http://")) and len(link_address(url)) <= limits.NOTIFICATION_ADDRESS:
            yield Line(label, link_address(url))
    yield from (Line(f"• {_plain(change)}") for change in notification.changes)
    if notification.more:
        yield Line(words["more"].format(notification.more))


def _words(notification: Notification) -> Mapping[str, str]:
    return _WORDS.get(notification.language, _ENGLISH)


def link_address(url: str) -> str:
    """Return a web address with those characters escaped that could end a link: a tag can contain `|`, `<` and `)`.

    >>> link_address("https://git.test/acme/app/releases/tag/v1|<evil>")
    'https://git.test/acme/app/releases/tag/v1%7C%3Cevil%3E'
    """
    return quote(one_line(url), safe=":/?#@!$&'*+,;=%-._~")


def one_line(text: str) -> str:
    """Return `text` as one line without control characters."""
    return printable(" ".join(text.split()))


def _plain(text: str) -> str:
    return shortened(one_line(text), limits.NOTIFICATION_LINE)
