"""Web addresses in a notification: those that shipit itself writes.

>>> link_address("https://git.test/acme/app/releases/tag/v1|<evil>")
'https://git.test/acme/app/releases/tag/v1%7C%3Cevil%3E'
"""

from __future__ import annotations

from urllib.parse import quote


def link_address(url: str) -> str:
    """Return a web address with those characters escaped that could end a link: a tag can contain `|`, `<` and `)`."""
    return quote(url, safe=":/?#@!$&'*+,;=%-._~")
