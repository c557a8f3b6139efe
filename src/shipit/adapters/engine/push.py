"""Pushing through the engine: it talks to the registry, and tells of it in words only."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from shipit.adapters.engine.connection import translating_engine_errors
from shipit.core.images import Reference
from shipit.errors import AuthError, RemoteError
from shipit.world import Transfer

if TYPE_CHECKING:
    from docker import APIClient

# Seconds to wait before each further attempt. The engine itself tries a layer five times, in 50 seconds, where the
# registry fails, but gives up at once where it is asked to slow down, or when the manifest is not taken.
PAUSES = (2.0, 10.0)
_STATUS = re.compile(r"(?:HTTP|:) ([45]\d\d)\b")
_REFUSED = re.compile(r"denied|unauthorized|authentication|authorization failed|no basic auth", re.IGNORECASE)
_PASSING = re.compile(r"too ?many ?requests|connection reset|broken pipe|\bEOF\b|timeout|timed out", re.IGNORECASE)


class PushFailed(Exception):
    """What the engine said."""


def push(
    client: APIClient,
    reference: str,
    login: Mapping[str, str],
    *,
    transfer: Transfer,
    redact: Callable[[str], str],
) -> str:
    """Push what the engine keeps under `reference`, again after each of `PAUSES` where that may help; the digest.

    Args:
        login: as the engine's API wants it (`X-Registry-Auth`), empty for none.
        transfer: told how far each layer is.

    Raises `AuthError` when the registry refuses, `RemoteError` when it fails otherwise.
    """
    waits = iter(PAUSES)
    while True:
        try:
            with translating_engine_errors():
                events = client.push(reference, stream=True, decode=True, auth_config=dict(login))
                return _digest(events, transfer)
        except PushFailed as error:
            pause = next(waits, None) if is_passing(str(error)) else None
            if pause is None:
                raise _failure(reference, redact(str(error))) from None
            time.sleep(pause)


def is_passing(said: str) -> bool:
    """Whether pushing again may help.

    >>> is_passing("received unexpected HTTP status: 503 Service Unavailable"), is_passing("denied: acme/503/app")
    (True, False)
    """
    status = _status(said) or 0
    return status == 429 or status >= 500 or bool(_PASSING.search(said))


def is_refusal(said: str) -> bool:
    """Whether it is about who pushes, and not about who should know it being unwell.

    >>> is_refusal("no basic auth credentials"), is_refusal("error parsing HTTP 403 response body")
    (True, True)
    >>> is_refusal("authentication failed: 503 Service Unavailable")
    False
    """
    return not is_passing(said) and (_status(said) in (401, 403) or bool(_REFUSED.search(said)))


def _status(said: str) -> int | None:
    found = _STATUS.search(said)
    return int(found[1]) if found else None


def _digest(events: Iterable[Mapping[str, Any]], transfer: Transfer) -> str:
    digest = error = None
    for event in events:  # to the end, which closes the connection
        progress = event.get("progressDetail") or {}
        if "total" in progress:
            transfer(event["id"], min(progress.get("current", 0), progress["total"]), progress["total"])
        digest, error = _told_digest(event) or digest, event.get("error", error)
    if error or digest is None:
        raise PushFailed(error or "the push ended without a digest")
    return digest


def _told_digest(event: Mapping[str, Any]) -> str | None:
    """The digest of what was pushed; an engine that keeps images in containerd only has it in a sentence.

    >>> _told_digest({"status": f"latest: digest: sha256:{'0a' * 32} size: 696"}) == f"sha256:{'0a' * 32}"
    True
    """
    found = re.search(r"digest: (sha256:[0-9a-f]{64})", event.get("status", ""))
    return (event.get("aux") or {}).get("Digest") or (found and found[1])


def _failure(reference: str, said: str) -> AuthError | RemoteError:
    registry = Reference.parse(reference).registry
    if is_refusal(said):
        login = "docker login" if registry == "docker.io" else f"docker login {registry}"
        hint = f"set `SHIPIT_REGISTRY_USERNAME` and `SHIPIT_REGISTRY_PASSWORD`, or `{login}`"
        return AuthError(f"`{registry}` refuses the push of `{reference}`: {said}", hint=hint)
    return RemoteError(
        f"`{registry}` does not take the push of `{reference}`: {said}",
        hint="look whether the registry is well, and run shipit again: what arrived is not sent twice",
        status=_status(said),
        retryable=is_passing(said),
    )
