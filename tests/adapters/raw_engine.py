"""A container engine on this machine that names its version, and then answers byte by byte as a test wants."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.raw_server import Talk

from shipit.adapters.engine import Address

_VERSION = json.dumps({"ApiVersion": "1.41", "Version": "20.10.24", "Os": "linux", "Arch": "amd64"}).encode()


@contextmanager
def raw_engine(talk: Talk, directory: Path) -> Iterator[Address]:
    """Serve each request but that for the version with `talk`, over a socket in `directory`; yield its address."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{directory}/engine")
        listening.listen()
        threading.Thread(target=_serve, args=(listening, talk), daemon=True).start()
        yield Address(f"unix://{directory}/engine", "a test")
        listening.shutdown(socket.SHUT_RDWR)  # ends `accept`, which would go on after `close`


def answer(body: bytes, status: str = "200 OK", kind: str = "application/json") -> bytes:
    """Return a whole answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _serve(listening: socket.socket, talk: Talk) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:  # the test is over
            return
        threading.Thread(target=_talk, args=(connection, talk), daemon=True).start()


def _talk(connection: socket.socket, talk: Talk) -> None:
    with connection:
        try:
            while b"/version " in _request(connection):
                connection.sendall(answer(_VERSION))
            talk(connection)
        except OSError:  # the client hung up
            return


def _request(connection: socket.socket) -> bytes:
    """Return the head of the next request; the bodies of these tests arrive with it, or are not read."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            raise OSError
        received += piece
    return received.partition(b"\r\n")[0]
