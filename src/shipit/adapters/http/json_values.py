"""The number of values in JSON from another program, counted before they take memory.

An object of Python takes ten times as much memory as its text `{},`: without this limit, an answer that is small enough
as text is too large as objects.
"""

from __future__ import annotations

from shipit.adapters.http.bounded_http import HttpFailure
from shipit.core import limits

_PIECE = 1 << 16  # bytes
_BEFORE_VALUE = (b",", b"[", b"{")  # one of these is before each value and each key with its value


def has_too_many_values(body: bytes | bytearray) -> bool:
    """Return whether the JSON in `body` has more than `limits.ANSWER_VALUES` values; linear in its length.

    >>> has_too_many_values(b'{"message": "[[[,,,"}')
    False
    """
    if len(body) <= limits.ANSWER_VALUES:
        return False
    text = body.replace(b"\\\\", b"").replace(b'\\"', b"")  # now each `"` begins or ends a string
    found = inside = 0
    for start in range(0, len(text), _PIECE):
        parts = text[start : start + _PIECE].split(b'"')
        between_strings = b"".join(parts[inside::2])
        found += sum(map(between_strings.count, _BEFORE_VALUE))
        if found > limits.ANSWER_VALUES:
            return True
        inside = (inside + len(parts) - 1) % 2
    return False


def too_many_values() -> HttpFailure:
    """Return the error for an answer that has too many values."""
    return HttpFailure(f"the response has more than {limits.ANSWER_VALUES.written} values", transient=False)
