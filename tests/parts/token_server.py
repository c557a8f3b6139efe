"""A server of bearer tokens, as Docker Hub and ghcr.io have one beside their registry.

Source of the rules: the specification of token authentication of the distribution project.
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

ISSUER = "token-server"
SERVICE = "registry"
LIFETIME = 300  # seconds


class TokenServer(ThreadingHTTPServer):
    """Gives tokens to `logins` (user name to password). Only `pusher` may push; who gives no name may pull."""

    daemon_threads = True

    def __init__(self, logins: dict[str, str], pusher: str) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.logins, self.pusher = logins, pusher
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def realm(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/token"

    @cached_property
    def certificate(self) -> x509.Certificate:
        """The registry trusts the tokens that are signed with its key."""
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, ISSUER)])
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(name, name, self._key.public_key(), x509.random_serial_number())
        valid = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        return valid.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(
            self._key, SHA256()
        )

    def token(self, user: str, scopes: list[str]) -> str:
        """A token for what `user` may do of `scopes`, each like `repository:app:pull,push`."""
        now = int(time.time())
        access = [self._granted(user, scope) for scope in scopes]
        claims = {"iss": ISSUER, "sub": user, "aud": SERVICE, "nbf": now - 10, "iat": now, "exp": now + LIFETIME}
        chain = [base64.b64encode(self.certificate.public_bytes(Encoding.DER)).decode()]
        claims |= {"jti": secrets.token_hex(8), "access": access}
        return jwt.encode(claims, self._key, algorithm="ES256", headers={"x5c": chain})

    def _granted(self, user: str, scope: str) -> dict[str, object]:
        subject, _, actions = scope.rpartition(":")
        type, _, name = subject.partition(":")
        may = {"pull", "push", "delete"} if user == self.pusher else {"pull"}
        return {"type": type, "name": name, "actions": [one for one in actions.split(",") if one in may]}


class _Answer(BaseHTTPRequestHandler):
    server: TokenServer

    def do_GET(self) -> None:
        user = self._user()
        if user is None:
            return self._send(401, {"errors": [{"code": "UNAUTHORIZED", "message": "incorrect username or password"}]})
        scopes = " ".join(parse_qs(urlsplit(self.path).query).get("scope", [])).split()
        token = self.server.token(user, scopes)
        return self._send(200, {"token": token, "access_token": token, "expires_in": LIFETIME})

    def log_message(self, format: str, *arguments: object) -> None:
        """Quiet."""

    def _user(self) -> str | None:
        """Who asks; "" for nobody in particular, None for a wrong password."""
        method, _, credentials = self.headers.get("Authorization", "").partition(" ")
        if not method:
            return ""
        user, _, password = base64.b64decode(credentials).decode().partition(":")
        return user if method == "Basic" and self.server.logins.get(user) == password else None

    def _send(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def token_server(logins: dict[str, str], pusher: str) -> Iterator[TokenServer]:
    """A token server that runs until the end of the block."""
    with TokenServer(logins, pusher) as server:
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        yield server
        server.shutdown()
