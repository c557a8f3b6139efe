"""Image references.

They follow the grammar of the OCI distribution project: `registry:port/path/name:tag@digest`.

>>> found = Reference.parse("ghcr.io/acme/app:1.4.0")
>>> found.registry, found.repository, found.tag
('ghcr.io', 'acme/app', '1.4.0')

A name without a registry is a name on Docker Hub. A name without an owner is an official image there:

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
    """The `name` of an image as the user wrote it, with a tag or a digest.

    >>> str(Reference("acme/app", tag="latest"))
    'acme/app:latest'
    """

    name: str
    tag: str | None = None
    digest: str | None = None

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Parse an image reference; raise `ConfigError` if `text` is not one."""
        found = _REFERENCE.fullmatch(text)
        if found is None and (variable := re.search(r"\{env:(\w+)\}", text)):
            what = (
                f"`{text}` needs the variable `{variable[1]}`, which is not set, or is no part of the name of an image"
            )
            raise ConfigError(
                what, hint=f"set `{variable[1]}` to a name such as `acme`; a secret must not be in a name"
            )
        if found is None:
            raise ConfigError(
                f"`{text}` is not the name of an image", hint="write it as `acme/app` or `ghcr.io/acme/app`, lower case"
            )
        return cls(found["name"], found["tag"], found["digest"])

    @property
    def registry(self) -> str:
        """The host of the registry, with its port if there is one."""
        return _split(self.name)[0]

    @property
    def repository(self) -> str:
        """The path of the image in the registry."""
        return _split(self.name)[1]

    def __str__(self) -> str:
        return self.name + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


def _split(name: str) -> tuple[str, str]:
    """Split a name into registry and path.

    The first part is a registry if it contains `.` or `:` or a capital letter, or is `localhost`: docker's rule.
    """
    first, slash, rest = name.partition("/")
    if slash and (first == "localhost" or first != first.lower() or re.search(r"[.:]", first)):
        return (DOCKER_HUB, rest) if first in (DOCKER_HUB, "index.docker.io") else (first, rest)
    return DOCKER_HUB, name if slash else f"library/{name}"
