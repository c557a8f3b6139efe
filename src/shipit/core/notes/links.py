"""Web addresses of the commits, comparisons and issues of a repository.

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

from shipit.core.remote_address import is_alias, parse_address


class Links(Struct, frozen=True):
    """Web addresses of one repository on GitHub; `base` is the address of its page.

    >>> Links("https://github.com/acme/app").compare("v1.0.0", "v1.1.0")
    'https://github.com/acme/app/compare/v1.0.0...v1.1.0'
    """

    base: str

    @classmethod
    def of(cls, server_url: str, slug: str) -> Links:
        """Return the addresses of the repository `slug` (`owner/name`) on the server with the address `server_url`."""
        return cls(f"{server_url.rstrip('/')}/{slug}")

    def commit(self, id: str) -> str:
        """Return the address of a commit."""
        return f"{self.base}/commit/{id}"

    def compare(self, old: str, new: str) -> str:
        """Return the address of the comparison of two revisions."""
        return f"{self.base}/compare/{old}...{new}"

    def issue(self, number: int | str) -> str:
        """Return the address of an issue or a pull request: GitHub redirects from one to the other."""
        return f"{self.base}/issues/{number}"

    def file(self, path: str, rev: str) -> str:
        """Return the address of a file at a revision."""
        return f"{self.base}/blob/{rev}/{path}"

    def release(self, tag: str) -> str:
        """Return the address of the release of a tag."""
        return f"{self.base}/releases/tag/{tag}"


_SLUG = re.compile(r"/?(?P<slug>[\w.-]+/[\w.-]+?)(?:\.git)?/?")


def slug_of(remote_url: str, server_url: str) -> str | None:
    """Return `owner/name` if `remote_url` is a repository of the forge at `server_url`, else None.

    Ports and credentials are ignored, because one server answers HTTPS and SSH; GitHub also answers SSH on
    `ssh.<host>`. A suffix of the host name that an SSH configuration with several keys uses is ignored too, such as
    `github.com-work`.
    """
    host, path, is_ssh = parse_address(remote_url)
    server = urlsplit(server_url).hostname
    if server is None or not (host in (server, f"ssh.{server}") or (is_ssh and is_alias(host, server))):
        return None
    found = _SLUG.fullmatch(path)
    return found["slug"] if found else None
