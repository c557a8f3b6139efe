"""Forwards connections to a port of 127.0.0.1 in the network of a process to the same port in this network.

python forward.py PID PORT
"""

from __future__ import annotations

import ctypes
import os
import socket
import sys
import threading

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def listener(pid: int, port: int) -> socket.socket:
    """Return a socket that listens in the network of a process. A socket stays in the network that it was made in."""
    here, there = os.open("/proc/self/ns/net", os.O_RDONLY), os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    enter(there)
    found = socket.create_server(("127.0.0.1", port), backlog=128)
    enter(here)
    return found


def enter(network: int) -> None:
    if _libc.setns(network, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def forward(client: socket.socket, port: int) -> None:
    """Copy everything between a client and the port, until both sides have ended."""
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        back = threading.Thread(target=copy, args=[server, client], daemon=True)
        back.start()
        copy(client, server)
        back.join()


def copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(1 << 16):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


if __name__ == "__main__":
    server, port = listener(int(sys.argv[1]), int(sys.argv[2])), int(sys.argv[2])
    print("ready", flush=True)  # noqa: T201
    while True:
        threading.Thread(target=forward, args=[server.accept()[0], port], daemon=True).start()
