"""A login at a container registry."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

# What docker calls the user of whom a token tells all: https://docs.docker.com/reference/cli/docker/login/
IDENTITY = "<token>"


class Login(Struct, frozen=True):
    """A user name and a password or token; it prints without the password."""

    username: str
    password: str

    def __repr__(self) -> str:
        return f"Login({self.username!r})"

    @property
    def is_identity_token(self) -> bool:
        """Whether `password` is a token to ask for tokens with, and `username` says nothing."""
        return self.username == IDENTITY

    @property
    def basic(self) -> str:
        """What follows `Basic` in a header, and stands in docker's configuration."""
        from base64 import b64encode  # few commands need it

        return b64encode(f"{self.username}:{self.password}".encode()).decode()

    @property
    def auth_config(self) -> Mapping[str, str]:
        """What the engine's API wants of a push or a pull (`X-Registry-Auth`)."""
        if self.is_identity_token:
            return {"identitytoken": self.password}
        return {"username": self.username, "password": self.password}
