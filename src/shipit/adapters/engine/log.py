"""The end of a log that the engine has: of a container, a service or a task."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING

from shipit.core import limits

if TYPE_CHECKING:
    from docker import APIClient

_PIECE = 1 << 16  # bytes
_HEADER = 8  # bytes before each part of a log: the stream, three zeros, and the length


def read_log(client: APIClient, path: str, lines: int) -> str:
    """Return the last `lines` of the log at `path`, as far as it arrives in the time limit and fits the size limit.

    Raises the exceptions of docker's SDK if the engine has no such log.
    """
    from docker.errors import create_api_error_from_http_exception
    from requests import HTTPError, RequestException

    url = f"{client.base_url}/v{client.api_version}{path}"
    wanted = {"stdout": "1", "stderr": "1", "tail": str(lines)}
    with client.get(url, params=wanted, timeout=limits.ENGINE_LOG, stream=True) as answer:
        try:
            answer.raise_for_status()
        except HTTPError as error:
            create_api_error_from_http_exception(error)
        log = bytearray()
        with suppress(RequestException):  # the time is over, or a node of a swarm does not answer
            for text in _texts(answer.iter_content(_PIECE)):
                log += text
                if len(log) > 2 * limits.DEPLOY_LOG_SIZE:
                    del log[: -limits.DEPLOY_LOG_SIZE]
    return log[-limits.DEPLOY_LOG_SIZE :].decode(errors="replace").rstrip()


def _texts(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the texts of a log, whose parts have a header, or which has none for a container with a terminal.

    >>> b"".join(_texts([b"\\1\\0\\0", b"\\0\\0\\0\\0\\3a", b"b\\n\\2\\0\\0\\0\\0\\0\\0\\2c\\n"]))
    b'ab\\nc\\n'
    >>> b"".join(_texts([b"\\33[1m", b"bold"]))
    b'\\x1b[1mbold'
    """
    rest = iter(pieces)
    data = b""
    while len(data) < _HEADER and (piece := next(rest, b"")):
        data += piece
    if not (data[:1] in (b"\1", b"\2") and data[1:4] == b"\0\0\0"):
        yield data
        yield from rest
        return
    missing = 0  # bytes of the part that are still to come
    for piece in chain((b"",), rest):
        data, at = data + piece, 0
        while True:
            text = data[at : at + missing]
            yield text
            at, missing = at + len(text), missing - len(text)
            if missing or len(data) - at < _HEADER:
                break
            missing = int.from_bytes(data[at + 4 : at + _HEADER])
            at += _HEADER
        data = data[at:]
