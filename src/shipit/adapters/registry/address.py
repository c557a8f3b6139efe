"""The address of a registry, and the scopes of its tokens."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def pull_scope(repository: str) -> str:
    """Return the scope of a token that can read `repository`."""
    return f"repository:{repository}:pull"


def push_scope(repository: str) -> str:
    """Return the scope of a token that can read and write `repository`."""
    return f"repository:{repository}:pull,push"


def removal_scope(repository: str) -> str:
    """Return the scope of a token that can remove images of `repository`."""
    return f"repository:{repository}:pull,delete"


def is_loopback(url: str) -> bool:
    """Return whether the host of `url` is this machine; docker reaches registries on it without TLS.

    >>> [is_loopback(url) for url in ("//localhost:5000", "//127.0.0.5", "//[::1]:80", "//localhost.example")]
    [True, True, True, False]
    """
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
