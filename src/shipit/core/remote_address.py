"""The addresses of git repositories, in the forms that git accepts.

>>> same_repository("https://github.com/acme/app", "git@github.com:acme/app.git")
True
>>> same_repository("https://github.com/acme/app", "https://github.com/kim/app")
False
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# git's short form for SSH, `user@host:path`. An address with `//` after the colon is a URL.
_SCP = re.compile(r"(?:[^/@:]+@)?(?P<host>[^/@:]+):(?!//)/?(?P<path>.*)")
_SSH_NAME = re.compile(r"^(?:alt)?ssh\.")  # `ssh.github.com` and `altssh.gitlab.com` answer where port 22 is closed


def same_repository(one: str, other: str) -> bool:
    """Return whether two addresses name the same repository: the same path on the same server.

    The protocol, the port and the login are ignored, as in `slug_of`. Addresses without a server must be equal. A host
    of SSH without a dot is a name in the configuration of SSH, so it can be any server. A server can have a prefix
    before the path with one of its protocols, such as `/scm` with HTTPS.
    """
    hosts, paths, any_server = [], [], False
    for address in (one, other):
        host, path, is_ssh = parse_address(address)
        hosts.append(_SSH_NAME.sub("", host) if host else address)
        paths.append("/" + path.strip("/").removesuffix(".git").lower())
        any_server |= is_ssh and "." not in host
    if hosts[0] == hosts[1]:
        return paths[0].endswith(paths[1]) or paths[1].endswith(paths[0])
    return paths[0] == paths[1] and (any_server or is_alias(hosts[0], hosts[1]) or is_alias(*hosts[::-1]))


def parse_address(url: str) -> tuple[str, str, bool]:
    """Return host and path of the address of a remote, and whether it uses SSH; empty texts if it is not an address."""
    short = _SCP.fullmatch(url)
    if short:
        return short["host"].lower(), short["path"], True
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.path, parts.scheme in ("ssh", "git+ssh", "ssh+git")
    except ValueError:  # not an address
        return "", "", False


def is_alias(host: str, server: str) -> bool:
    """Return whether `host` is `server` with the suffix of an SSH configuration; with a dot it is another machine."""
    return host.startswith(f"{server}-") and "." not in host.removeprefix(server)
