"""A login at a container registry."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

IDENTITY = "<token>"
"""The user name that docker stores with an identity token (https://docs.docker.com/reference/cli/docker/login/)."""


class Login(Struct, frozen=True):
    """A user name with a password or token. Its `repr` does not show the password."""

    username: str
    password: str

    def __repr__(self) -> str:
        return f"Login({self.username!r})"

    @property
    def is_identity_token(self) -> bool:
        """True if `password` is an identity token (an OAuth2 refresh token), for which there is no user name."""
        return self.username == IDENTITY

    @property
    def basic(self) -> str:
        """The base64 of `username:password`, as in the header `Authorization: Basic` and docker's configuration."""
        from base64 import b64encode  # few commands need it

        return b64encode(f"{self.username}:{self.password}".encode()).decode()

    @property
    def auth_config(self) -> Mapping[str, str]:
        """The fields of the header `X-Registry-Auth`, which the engine's API requires for a push or a pull."""
        if self.is_identity_token:
            return {"identitytoken": self.password}
        return {"username": self.username, "password": self.password}
