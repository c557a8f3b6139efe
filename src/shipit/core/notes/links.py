"""Web addresses of a repository's commits, comparisons and issues, and which repository an address means.

>>> slug_of("git@github.com:acme/app.git", "https://github.com")
'acme/app'
>>> slug_of("https://bot:secret@github.com/acme/app", "https://github.com")
'acme/app'
>>> slug_of("ssh://git@git.acme.com:2222/acme/app.git/", "https://git.acme.com")
'acme/app'
>>> slug_of("git@github.com-work:acme/app.git", "https://github.com")
'acme/app'
>>> slug_of("/srv/git/acme/app.git", "https://github.com") is None
True
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from msgspec import Struct


class Links(Struct, frozen=True):
    """Addresses below one repository page, in GitHub's spelling.

    >>> Links("https://github.com/acme/app").compare("v1.0.0", "v1.1.0")
    'https://github.com/acme/app/compare/v1.0.0...v1.1.0'
    """

    base: str

    def commit(self, id: str) -> str:
        return f"{self.base}/commit/{id}"

    def compare(self, old: str, new: str) -> str:
        return f"{self.base}/compare/{old}...{new}"

    def issue(self, number: int | str) -> str:
        return f"{self.base}/issues/{number}"

    def file(self, path: str, rev: str) -> str:
        return f"{self.base}/blob/{rev}/{path}"

    def release(self, tag: str) -> str:
        return f"{self.base}/releases/tag/{tag}"


# git's short form for ssh, `user@host:path`; what has `//` after the colon is a URL.
_SCP = re.compile(r"(?:[^/@:]+@)?(?P<host>[^/@:]+):(?!//)/?(?P<path>.*)")
_SLUG = re.compile(r"/?(?P<slug>[\w.-]+/[\w.-]+?)(?:\.git)?/?")


def slug_of(remote_url: str, server_url: str) -> str | None:
    """`owner/name` when `remote_url` is a repository of the forge at `server_url`, else None.

    Ports and credentials do not matter: one server answers https and ssh, and GitHub ssh on `ssh.<host>` too.
    Nor does what an ssh configuration with several keys puts behind the host's name: `github.com-work`.
    """
    host, path, by_ssh = _read(remote_url)
    server = urlsplit(server_url).hostname
    if server is None or not (host in (server, f"ssh.{server}") or (by_ssh and _is_alias(host, server))):
        return None
    found = _SLUG.fullmatch(path)
    return found["slug"] if found else None


def _read(url: str) -> tuple[str, str, bool]:
    """Host and path of a remote's address, and whether it is reached by ssh."""
    short = _SCP.fullmatch(url)
    if short:
        return short["host"].lower(), short["path"], True
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.path, parts.scheme in ("ssh", "git+ssh", "ssh+git")
    except ValueError:  # not an address at all
        return "", "", False


def _is_alias(host: str, server: str) -> bool:
    """Whether `host` is `server` with the name of a key behind it; a dot would make it another machine."""
    return host.startswith(f"{server}-") and "." not in host.removeprefix(server)
