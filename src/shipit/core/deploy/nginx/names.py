"""The names of other hosts in the configuration of an nginx that it looks up only when it starts.

>>> sorted(names_looked_up_once("location / { proxy_pass http://backend:8080/api; }"))
['backend']
>>> sorted(names_looked_up_once('set $backend "backend:8080"; proxy_pass http://$backend;'))
[]
>>> sorted(names_looked_up_once("upstream a { server web:80 weight=2; server api:80 resolve; } # server old;"))
['web']
"""

from __future__ import annotations

import re

_COMMENT = re.compile(r"(?<=\s)#[^\n]*")
_PASS = re.compile(r"(?<=_pass )\s{0,80}(?:[a-z]{3,8}://)?+([\w.-]{1,255})[:/;\s]")
_SERVER = re.compile(r"(?<=\bserver )\s{0,80}([\w.-]{1,255})([^;{}]{0,255});")


def names_looked_up_once(configuration: str) -> set[str]:
    """Return the names that nginx never looks up again; names of `upstream` blocks can be among them."""
    text = _COMMENT.sub("", configuration)
    passed = {found[1] for found in _PASS.finditer(text)}
    servers = {found[1] for found in _SERVER.finditer(text) if "resolve" not in found[2].split()}
    return passed | servers
