"""A server on this machine that answers byte by byte, for answers that no HTTP server library would send."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Talk = Callable[[socket.socket], None]


@contextmanager
def raw_server(talk: Talk) -> Iterator[str]:
    """Serve each connection with `talk`, after the head of its first request arrived; yield the server's URL."""
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve, args=(listening, talk), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)  # ends `accept`, which would go on after `close`
        thread.join()
        listening.close()


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
            while b"\r\n\r\n" not in connection.recv(65536):
                pass
            talk(connection)
        except OSError:  # the client hung up
            return


def sends(*pieces: bytes) -> Talk:
    """Return a talk that sends the pieces, and then hangs up."""

    def talk(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return talk


def repeats(head: bytes, piece: bytes, pause: float = 0) -> Talk:
    """Return a talk that sends `head`, and then `piece` again and again until the client hangs up."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)
            if pause:
                threading.Event().wait(pause)

    return talk
