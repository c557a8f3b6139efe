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
# A password may have `/` and `@` in it, as people paste them; digits up to a `/` are a port.
_PASSWORD = r"[^/\s@:'\"]*:(?!\d+/)[^\s'\"]*"
_USERINFO = rf"(?<=://)(?!(?<=\bssh://)[^/\s@:'\"]+@)(?:{_PASSWORD}|[^/\s@'\"]+)(?=@)"


class Redactor:
    """Replaces every known secret, its base64 forms, and whatever stands before `@` in a URL: over SSH, a password."""

    def __init__(self, secrets: Iterable[str | None] = ()) -> None:
        self._secrets = sorted({form for secret in secrets if secret for form in _forms(secret)}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MARK)
        return re.sub(_USERINFO, MARK, text)


def without_login(url: str) -> str:
    """Return the address without its user name and password.

    >>> without_login("https://bot:pa/ss@host:8443/acme/app.git")
    'https://host:8443/acme/app.git'
    """
    return re.sub(rf"(?<=://)(?:{_PASSWORD}|[^/@]*)@", "", url)


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
