"""Web hooks: addresses in environment variables that accept a JSON document.

A redirect is not followed, because the address is a secret that another host must not get. A request is repeated if the
service asks for it, or if there was no complete answer: then it can have accepted the document, so it gets it twice.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from shipit.adapters.http.bounded_http import Answer, BoundedHttp, HttpFailure, origin
from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.adapters.notify.sent import Sent
from shipit.core import limits
from shipit.core.notifications import Channel
from shipit.core.redact import Redactor, secret_parts
from shipit.core.web_page import is_web_page
from shipit.errors import AuthError, RemoteError, ShipitError
from shipit.finding import Finding

_ANY = "webhook"  # the kind of a service that is not known
_BUSY = (429, 500, 502, 503, 504)
# Slack answers with one word, such as `channel_is_archived`. Other answers can repeat the address.
_REASON = re.compile(r"[a-z]+(?:_[a-z]+){0,5}")


class WebHooks:
    """All channels; `shipit.world.notifications.Notifications` describes the methods.

    Args:
        redact: receives the addresses and tokens, and removes them from texts.
        policy: the limits of waiting and retrying.
        record: the file that remembers which notifications were sent.
        variables: the environment variables; None for those of this process.
    """

    def __init__(
        self, redact: Redactor, policy: RetryPolicy, record: str, variables: Mapping[str, str] | None = None
    ) -> None:
        self._redact = redact
        self._policy = policy
        self._sent = Sent(record)
        self._variables = os.environ if variables is None else variables
        self._http = BoundedHttp()

    def findings(self, channels: Sequence[Channel]) -> tuple[Finding, ...]:
        return tuple(self._findings(channels))

    def _findings(self, channels: Sequence[Channel]) -> Iterator[Finding]:
        for channel in channels:
            try:
                self._request_of(channel)
            except ShipitError as error:
                yield Finding("notification-channel", error.what, error.hint or "", "warning")

    def was_sent(self, channel: Channel, id: str) -> bool:
        return self._sent.has(channel, id)

    def send(self, channel: Channel, id: str, document: bytes) -> None:
        url, headers = self._request_of(channel)
        for attempt in count(1):
            pause, why = self._try(url, headers, document, accepts_pages=channel.kind == _ANY)
            if not why:
                break
            if pause is None or attempt >= self._policy.tries:
                hint = f"check the address in `{channel.variable}`"
                raise RemoteError(f"the service of `{channel.variable}` {why}", hint=hint, retryable=pause is not None)
            backoff = self._policy.pause * 2 ** (attempt - 1)
            self._policy.wait(pause or backoff, f"{channel}: the service {why}", attempt)
        self._sent.add(channel, id)

    def _try(
        self, url: str, headers: Mapping[str, str], document: bytes, *, accepts_pages: bool
    ) -> tuple[float | None, str]:
        """Send the document once. Return the pause that the service asks for, and the problem; empty after a success.

        The pause is 0 if the service asks for none, and None if the request must not be repeated. With `accepts_pages`,
        the service can answer with a web page.
        """
        try:
            answer = self._http.send("POST", url, self._policy.answer, headers=headers, body=document)
        except HttpFailure as failure:
            return (0 if failure.transient else None), f"did not accept the notification: {failure.reason}"
        if answer.ok and not accepts_pages and is_web_page(answer.body):
            return None, "answered with a web page, as a proxy or another server does"
        if answer.ok:
            return None, ""
        return self._pause(answer), f"answered with status {answer.status}{_reason(answer)}"

    def _pause(self, answer: Answer) -> float | None:
        after = answer.headers.get("Retry-After", "")
        wait = float(after) if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", after) else 0
        return wait if answer.status in _BUSY and wait <= self._policy.longest_wait else None

    def _request_of(self, channel: Channel) -> tuple[str, dict[str, str]]:
        """Return the address of the channel and the headers of a request to it. Raises `AuthError`."""
        headers = {"Content-Type": "application/json"}
        url = self._value(channel.variable)
        if not _is_address(url):
            what = f"the value of `{channel.variable}` is not a web address"
            raise AuthError(what, hint=f"set `{channel.variable}` to the address of the web hook, with `https://`")
        if channel.token:
            token = self._value(channel.token)
            if not (token.isascii() and token.isprintable()):
                raise AuthError(f"the value of `{channel.token}` is not a token", hint=f"set `{channel.token}` again")
            headers["Authorization"] = f"Bearer {token}"
        return url, headers

    def _value(self, variable: str) -> str:
        value = self._variables.get(variable, "").strip()
        if not value:
            hint = f"set `{variable}` in the job that runs shipit, from a secret of the repository"
            raise AuthError(f"the environment variable `{variable}` of `[[notify]]` is not set", hint=hint)
        self._redact.add(secret_parts(value))
        return value


def _is_address(url: str) -> bool:
    try:
        scheme, host, _ = origin(url)
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= limits.NOTIFICATION_ADDRESS
    return plain and scheme in ("http", "https") and bool(host)


def _reason(answer: Answer) -> str:
    """Return the reason of the service, if it is a plain word; with a redirect, that it is not followed."""
    if 300 <= answer.status < 400:
        return ", a redirect, which is not followed"
    text = answer.body[: limits.NOTIFICATION_LINE].decode("utf-8", "replace").strip()
    return f": {text}" if _REASON.fullmatch(text) else ""
