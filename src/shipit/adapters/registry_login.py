"""Who to be at a container registry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Login:
    """A user name and a password or token; it prints without the password."""

    username: str
    password: str

    def __repr__(self) -> str:
        return f"Login({self.username!r})"


class Logins:
    """The login of each registry.

    Args:
        given: what the environment says for every registry, in `SHIPIT_REGISTRY_USERNAME` and `..._PASSWORD`.
    """

    def __init__(self, given: Login | None = None) -> None:
        self._given = given

    def of(self, registry: str) -> Login | None:
        """The login of `registry`, its host and port; None where it is to be reached without."""
        return self._given
