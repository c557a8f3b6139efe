"""The push of an image by the engine, which sends it to the registry and reports errors as text only."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from shipit.adapters.engine.connection import translating_engine_errors
from shipit.core import limits
from shipit.core.images import Reference
from shipit.errors import AuthError, RemoteError
from shipit.world import Transfer

if TYPE_CHECKING:
    from docker import APIClient

PAUSES = (2.0, 10.0)
"""The seconds to wait before each further attempt.

The engine itself tries a layer five times, in 50 seconds, if the registry fails; then there is no further attempt. It
tries only once if the registry has a rate limit, or fails to store the manifest. In each attempt it sends the layers
that the registry does not have.
"""
_STATUS = re.compile(r"(?:HTTP|:) ([45]\d\d)\b")
_REFUSED = re.compile(r"denied|unauthorized|authentication|authorization failed|no basic auth", re.IGNORECASE)
# If two runs push the same layer at once, the registry can refuse the manifest while it still stores the layer.
_UNSEEN = re.compile(r"blob unknown|digest invalid", re.IGNORECASE)
_TRANSIENT = re.compile(r"too ?many ?requests|connection reset|broken pipe|\bEOF\b|timeout|timed out", re.IGNORECASE)


class PushFailed(Exception):
    """The error message of the engine for a push."""


def push_image(
    client: APIClient,
    reference: str,
    login: Mapping[str, str],
    *,
    transfer: Transfer,
    redact: Callable[[str], str],
) -> str:
    """Push the local image `reference`, with further attempts after transient failures, and return its digest.

    Args:
        client: the connection to the engine.
        login: the fields of `X-Registry-Auth`; empty for no login.
        transfer: called with the progress of each layer.
        redact: removes secrets from the engine's message.

    Raises `AuthError` if the registry refuses the login, `RemoteError` for other failures.
    """
    waits, started = iter(PAUSES), time.monotonic()
    while True:
        try:
            with translating_engine_errors():
                events = client.push(reference, stream=True, decode=True, auth_config=dict(login))
                return _digest(events, transfer)
        except PushFailed as error:
            repeatable = is_transient(str(error)) and time.monotonic() - started < limits.PUSH_RETRIES
            pause = next(waits, None) if repeatable else None
            if pause is None:
                raise _failure(reference, redact(str(error))) from None
            time.sleep(pause)


def is_transient(message: str) -> bool:
    """Return whether a further attempt can succeed after this message of the engine.

    >>> is_transient("received unexpected HTTP status: 503 Service Unavailable"), is_transient("denied: acme/503/app")
    (True, False)
    >>> is_transient("errors:\\ndigest invalid\\nmanifest blob unknown: blob unknown to registry")
    True
    """
    status = _status(message) or 0
    return status == 429 or status >= 500 or bool(_TRANSIENT.search(message) or _UNSEEN.search(message))


def is_refusal(message: str) -> bool:
    """Return whether the registry refused the login; not if the service that checks logins failed.

    >>> is_refusal("no basic auth credentials"), is_refusal("error parsing HTTP 403 response body")
    (True, True)
    >>> is_refusal("authentication failed: 503 Service Unavailable")
    False
    """
    return not is_transient(message) and (_status(message) in (401, 403) or bool(_REFUSED.search(message)))


def _status(message: str) -> int | None:
    match = _STATUS.search(message)
    return int(match[1]) if match else None


def _digest(events: Iterable[Mapping[str, Any]], transfer: Transfer) -> str:
    digest = error = None
    for event in events:  # all of them, because the end of the response closes the connection
        progress = event.get("progressDetail") or {}
        if "total" in progress:
            transfer(event["id"], min(progress.get("current", 0), progress["total"]), progress["total"])
        digest, error = _digest_in(event) or digest, event.get("error", error)
    if error or digest is None:
        raise PushFailed(error or "the engine reported no digest")
    return digest


def _digest_in(event: Mapping[str, Any]) -> str | None:
    """Return the digest of the pushed image in an event; None if it has none.

    An engine that stores images in containerd reports it only within a sentence:

    >>> _digest_in({"status": f"latest: digest: sha256:{'0a' * 32} size: 696"}) == f"sha256:{'0a' * 32}"
    True
    """
    match = re.search(r"digest: (sha256:[0-9a-f]{64})", event.get("status", ""))
    return (event.get("aux") or {}).get("Digest") or (match and match[1])


def _failure(reference: str, message: str) -> AuthError | RemoteError:
    registry = Reference.parse(reference).registry
    if is_refusal(message):
        login = "docker login" if registry == "docker.io" else f"docker login {registry}"
        hint = f"set `SHIPIT_REGISTRY_USERNAME` and `SHIPIT_REGISTRY_PASSWORD`, or run `{login}`"
        return AuthError(f"`{registry}` refused the push of `{reference}`: {message}", hint=hint)
    return RemoteError(
        f"the push of `{reference}` to `{registry}` failed: {message}",
        hint="check the registry's status, then run the same command again: layers that arrived are not sent again",
        status=_status(message),
        retryable=is_transient(message),
    )
