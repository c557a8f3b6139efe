"""Web pages in place of the answer of a service, such as of a proxy; they can have status 200, too."""

from __future__ import annotations


def is_web_page(text: str | bytes) -> bool:
    """Return whether an answer is a web page, and not the JSON or the word of a service.

    >>> [is_web_page(text) for text in ("\\n<!doctype html>", b"<html>", '{"a": "<"}', "ok", "")]
    [True, True, False, False, False]
    """
    start = text[:_BEGINNING]
    words = start.decode(errors="replace") if isinstance(start, bytes) else start
    return words.lstrip("\ufeff \t\r\n").startswith("<")


_BEGINNING = 1_000  # characters, of which the first lines can be empty
