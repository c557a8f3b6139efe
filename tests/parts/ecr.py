"""A registry of Amazon (ECR) for tests: a real registry with TLS, which programs reach by the name that it has at AWS.

The login is the token that moto issues. The name leads to the registry through a proxy, so that nothing on the machine
changes: shipit and the engine of `ecr` use it because of `HTTPS_PROXY`.

    with ecr() as registry, registry.engine() as engine:
        engine.docker("push", f"{HOST}/shop:1")
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from parts.aws import ACCOUNT, REGION
from parts.daemon import new_room
from parts.dockerd import system_engine
from parts.engine import Engine
from parts.registry import serve_registry

HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
USERNAME, PASSWORD = "AWS", f"{ACCOUNT}-auth-token"  # in each token of moto
HTPASSWD = f"{USERNAME}:$2b$04$yZStJVkQ17fHKFikhYg1d.3BoMSi4rOdPSjVR4BTt6r8EbXJ8K57W\n"
_PIECE = 1 << 16  # bytes


@dataclass(frozen=True)
class Ecr:
    """A registry of Amazon: the address of the proxy that leads to it, and the certificates that clients trust."""

    proxy: str
    certificates: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables with which a program reaches the registry, and all other hosts as before."""
        return {"HTTPS_PROXY": self.proxy, "NO_PROXY": "127.0.0.1", "REQUESTS_CA_BUNDLE": str(self.certificates)}

    def engine(self) -> AbstractContextManager[Engine]:
        """Start an engine that reaches the registry."""
        return system_engine({"insecure-registries": [HOST]}, {"HTTPS_PROXY": self.proxy})


@contextmanager
def ecr() -> Iterator[Ecr]:
    """Start a registry with its proxy."""
    room = new_room()
    certificate, trusted = _write_certificate(room), room / "trusted.pem"
    bundle = Path(os.environ.get("SSL_CERT_FILE") or certifi.where())
    trusted.write_bytes(bundle.read_bytes() + certificate)
    (room / "htpasswd").write_text(HTPASSWD)
    auth = {"htpasswd": {"realm": "https://ecr.test/", "path": str(room / "htpasswd")}}
    tls = {"certificate": str(room / "certificate.pem"), "key": str(room / "key.pem")}
    with serve_registry(auth, room, tls) as address, _proxy(int(address.rpartition(":")[2])) as proxy:
        yield Ecr(proxy, trusted)


def _write_certificate(room: Path) -> bytes:
    """Write a certificate of the registry and its key, and return the certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
    names = [x509.DNSName(HOST), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    made = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, SHA256())
    certificate = made.public_bytes(Encoding.PEM)
    (room / "certificate.pem").write_bytes(certificate)
    (room / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate


@contextmanager
def _proxy(port: int) -> Iterator[str]:
    """Start a proxy for HTTPS that connects to this port for `HOST`, and to the asked host otherwise; yield its URL."""

    class Connection(StreamRequestHandler):
        def handle(self) -> None:
            method, _, rest = self.rfile.readline().decode().partition(" ")
            while self.rfile.readline().strip():
                pass
            if method != "CONNECT":
                self.wfile.write(b"HTTP/1.1 405 Method Not Allowed\r\n\r\n")
                return
            host, _, number = rest.partition(" ")[0].rpartition(":")
            where = ("127.0.0.1", port) if host == HOST else (host, int(number))
            with suppress(OSError), socket.create_connection(where, timeout=60) as server:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
                threading.Thread(target=_copy, args=(server, self.connection), daemon=True).start()
                _copy(self.connection, server)

    class Proxy(ThreadingTCPServer):
        daemon_threads = True

    with Proxy(("127.0.0.1", 0), Connection) as proxy:
        threading.Thread(target=proxy.serve_forever, args=[0.05], daemon=True).start()
        yield f"http://127.0.0.1:{proxy.server_address[1]}"
        proxy.shutdown()


def _copy(source: socket.socket, target: socket.socket) -> None:
    """Send the bytes of each connection to the other one, until one of them ends."""
    with suppress(OSError):
        while data := source.recv(_PIECE):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
