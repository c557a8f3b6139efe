"""Secrets are taken out of text by value, where text leaves or enters a process.

>>> redactor = Redactor(["s3cret-token"])
>>> redactor("fatal: could not read https://bot:s3cret-token@host/x.git")
'fatal: could not read https://[REDACTED]@host/x.git'
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MARK = "[REDACTED]"
# Not the mere user name of an address over SSH: that is no secret, and needed by whoever is to paste the address.
_USERINFO = r"(?<=://)(?!(?<=\bssh://)[^/\s@:'\"]+@)[^/\s@'\"]+(?=@)"


class Redactor:
    """Replaces every known secret, its base64 forms, and whatever stands before `@` in a URL: over SSH, a password."""

    def __init__(self, secrets: Iterable[str | None] = ()) -> None:
        self._secrets = sorted({form for secret in secrets if secret for form in _forms(secret)}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MARK)
        return re.sub(_USERINFO, MARK, text)


def _forms(secret: str) -> tuple[str, ...]:
    return secret, _base64(secret), _base64(f"x-access-token:{secret}")


def _base64(text: str) -> str:
    from base64 import b64encode  # few runs have a secret to hide

    return b64encode(text.encode()).decode()


def basic_auth(token: str) -> str:
    """The value of an Authorization header that git understands on GitHub.

    >>> basic_auth("t")
    'basic eC1hY2Nlc3MtdG9rZW46dA=='
    """
    return "basic " + _base64(f"x-access-token:{token}")
