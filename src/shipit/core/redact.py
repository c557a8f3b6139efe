"""Removal of secrets from text, by value, before the text is printed or stored.

>>> redactor = Redactor(["s3cret-token"])
>>> redactor("fatal: could not read https://bot:s3cret-token@host/x.git")
'fatal: could not read https://[REDACTED]@host/x.git'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

MARK = "[REDACTED]"
CUT = "…"
_SHORTEST_PART = 8  # characters of an address; a shorter part, such as `/notify`, is no secret
SHORTEST_SECRET = 4  # characters; a shorter one is part of other words, and a shorter beginning shows nothing of it
# A user name without a password in an SSH address stays: it is not a secret, and readers need it to use the address.
# A password can contain `/` and `@`, because users paste it unescaped; digits up to a `/` are a port.
_PASSWORD = r"[^/\s@:'\"]*:(?!\d+/)[^\s'\"]*"
# Up to the last `@` of a word. Only there `_USERINFO` is searched, because without an `@` that takes quadratic time.
_BEFORE_AT = r"(?<![^\s'\"])[^\s'\"]+@"
_USERINFO = rf"(?<=://)(?!(?<=\bssh://)[^/\s@:'\"]+@)(?:{_PASSWORD}|[^/\s@'\"]+)(?=@)"


class Redactor:
    """A function that replaces every known secret, its base64 forms, and the credentials before `@` in a URL.

    In an SSH address, only a user name with a password is replaced. A secret of fewer than `SHORTEST_SECRET` characters
    is not replaced, because without its letters no text can be read.

    >>> Redactor(["e"])("the release failed")
    'the release failed'
    """

    def __init__(self, secrets: Iterable[str | None] = ()) -> None:
        self._secrets: list[str] = []
        self.add(filter(None, secrets))

    def add(self, secrets: Iterable[str]) -> None:
        """Also replace these secrets from now on."""
        forms = {form for secret in secrets if len(secret) >= SHORTEST_SECRET for form in _forms(secret)}
        self._secrets = sorted({*self._secrets, *forms}, key=len, reverse=True)

    def escaped(self, escape: Callable[[str], str]) -> Redactor:
        """Return a redactor for texts that `escape` was applied to, such as Markdown.

        >>> Redactor(["p*ss"]).escaped(lambda text: text.replace("*", "\\\\*"))("the password p\\\\*ss, or p*ss")
        'the password [REDACTED], or [REDACTED]'
        """
        redactor = Redactor()
        redactor._secrets = sorted({*self._secrets, *map(escape, self._secrets)}, key=len, reverse=True)
        return redactor

    def __call__(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MARK)
        return _replaced(_USERINFO, MARK, self._without_beginnings(text) if self._secrets and CUT in text else text)

    def _without_beginnings(self, text: str) -> str:
        """Return `text` without the beginning of a secret directly before `…`, where the rest was cut off."""
        pieces = text.split(CUT)
        return CUT.join([*(self._without_beginning(piece) for piece in pieces[:-1]), pieces[-1]])

    def _without_beginning(self, piece: str) -> str:
        for secret in self._secrets:
            for length in range(len(secret) - 1, SHORTEST_SECRET - 1, -1):
                if piece.endswith(secret[:length]):
                    return piece[:-length] + MARK
        return piece


def shortened(text: str, limit: int) -> str:
    """Return the first `limit` characters of `text`, with `…` where something was cut off.

    The cut can leave the first half of a secret. `Redactor` therefore also removes a beginning of a secret directly
    before `…`.

    >>> shortened("a long text", 6), shortened("short", 6)
    ('a long…', 'short')
    """
    return text if len(text) <= limit else text[:limit] + CUT


def secret_parts(value: str) -> list[str]:
    """Return a token, or an address that is a secret and the parts of it that are secrets as well.

    >>> secret_parts("https://hooks.example/services/T0/s3cr3t-part")
    ['https://hooks.example/services/T0/s3cr3t-part', '/services/T0/s3cr3t-part', 's3cr3t-part']
    """
    path = value.partition("://")[2].partition("/")[2]
    parts = (f"/{path}", path.rpartition("/")[2]) if path else ()
    return [text for text in (value, *parts) if len(text) >= _SHORTEST_PART]


def without_login(url: str) -> str:
    """Return the address without its user name and password.

    >>> without_login("https://bot:pa/ss@host:8443/acme/app.git")
    'https://host:8443/acme/app.git'
    """
    return re.sub(r"(?<=://)[^/@]*@", "", _replaced(rf"(?<=://){_PASSWORD}@", "", url))


def _replaced(pattern: str, replacement: str, text: str) -> str:
    return re.sub(_BEFORE_AT, lambda found: re.sub(pattern, replacement, found[0]), text) if "://" in text else text


def _forms(secret: str) -> tuple[str, ...]:
    return secret, _base64(secret), _base64(f"x-access-token:{secret}")


def _base64(text: str) -> str:
    from base64 import b64encode  # imported here: few runs have a secret

    return b64encode(text.encode("utf-8", "surrogateescape")).decode()


def basic_auth(token: str) -> str:
    """Return the value of the `Authorization` header with which git logs in to GitHub.

    >>> basic_auth("t")
    'basic eC1hY2Nlc3MtdG9rZW46dA=='
    """
    return "basic " + _base64(f"x-access-token:{token}")
