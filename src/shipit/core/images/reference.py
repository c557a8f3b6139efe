"""What an image is called, which tags and labels it gets, and which of its tags may move.

References follow the grammar of the OCI distribution project: `registry:port/path/name:tag@digest`.

>>> found = Reference.parse("ghcr.io/acme/app:1.4.0")
>>> found.registry, found.repository, found.tag
('ghcr.io', 'acme/app', '1.4.0')

A name without a registry is one of Docker Hub's, and one without an owner is its official image:

>>> Reference.parse("acme/app").registry, Reference.parse("nginx").repository
('docker.io', 'library/nginx')
>>> Reference.parse("localhost:5000/app").registry
'localhost:5000'
"""

from __future__ import annotations

import re

from msgspec import Struct

from shipit.errors import ConfigError

DOCKER_HUB = "docker.io"
_HOST_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_REGISTRY = rf"(?:{_HOST_LABEL}(?:\.{_HOST_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_TAG = r"\w[\w.-]{0,127}"
_REFERENCE = re.compile(
    rf"(?P<name>(?:{_REGISTRY}/)?{_PART}(?:/{_PART})*)(?::(?P<tag>{_TAG}))?(?:@(?P<digest>sha256:[a-f0-9]{{64}}))?",
    re.ASCII,
)


class Reference(Struct, frozen=True):
    """An image's `name` as it is written, with the tag or the digest that picks one.

    >>> str(Reference("acme/app", tag="latest"))
    'acme/app:latest'
    """

    name: str
    tag: str | None = None
    digest: str | None = None

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Read `text`; raises `ConfigError` when it is no image reference."""
        found = _REFERENCE.fullmatch(text)
        if found is None:
            raise ConfigError(
                f"`{text}` is not the name of an image", hint="write it as `acme/app` or `ghcr.io/acme/app`, lower case"
            )
        return cls(found["name"], found["tag"], found["digest"])

    @property
    def registry(self) -> str:
        """The registry's host and port."""
        return _split(self.name)[0]

    @property
    def repository(self) -> str:
        """The path in the registry."""
        return _split(self.name)[1]

    def __str__(self) -> str:
        return self.name + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


def _split(name: str) -> tuple[str, str]:
    """Registry and path: the first part is a host where it looks like one, as docker decides it."""
    first, slash, rest = name.partition("/")
    if slash and (first == "localhost" or first != first.lower() or re.search(r"[.:]", first)):
        return (DOCKER_HUB, rest) if first in (DOCKER_HUB, "index.docker.io") else (first, rest)
    return DOCKER_HUB, name if slash else f"library/{name}"
