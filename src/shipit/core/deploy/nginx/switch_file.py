"""The switch file, from which nginx reads which slot gets the traffic: its text, and the values in it.

nginx reports the file that it has *loaded* at the address `STATE_PATH`, to requests that have the token from the file.
So a file that was written but not loaded is noticed.

>>> settings = NginxSettings("shop", "/etc/nginx/conf.d/service-url.inc")
>>> state = Traffic("green", "0a", "1.4.0", "127.0.0.1:8082", "9f")
>>> print(switch_file(settings, state, token="t0k3n"))
# Written by shipit: the slot of `shop` that gets the traffic. Do not edit.
set $service_url http://127.0.0.1:8082;
location = /.well-known/shipit {
    if ($http_x_shipit_token != "t0k3n") { return 404; }
    access_log off;
    default_type application/json;
    return 200 '{"app":"shop","slot":"green","digest":"0a","version":"1.4.0","address":"127.0.0.1:8082","load":"9f"}';
}
<BLANKLINE>
>>> address_in(switch_file(settings, state, token="t0k3n")), token_in(switch_file(settings, state, token="t0k3n"))
('127.0.0.1:8082', 't0k3n')
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import DecodeError, Struct, ValidationError, json

SLOTS = ("blue", "green")
STATE_PATH = "/.well-known/shipit"
TOKEN_HEADER = "X-Shipit-Token"
_ADDRESS = re.compile(r"(?:^|\{)\s*(?:set\s+\$\w+\s+[\"']?https?://|server\s+)([\w.-]+:\d+)", re.MULTILINE)
_REPORT = re.compile(r"return 200 '(\{[^'\n]*\})';")
_UNSAFE = re.compile(r"[^0-9A-Za-z._+-]")
_TOKEN = re.compile(r'\$http_x_shipit_token != "([0-9a-z]+)"')


class NginxSettings(Struct, frozen=True):
    """The settings of the nginx that gives the traffic to a slot.

    Args:
        app: the name of the app.
        file: the path of the file that shipit writes; for nginx in a container, its path on the host.
        style: `set` for a file with `set $variable http://...;` that is included in a `server`; `upstream` for a file
            with an `upstream` that is included in `http`.
        variable: the name of the variable, without `$`; for `upstream` the name of the upstream.
        command: the command that runs nginx, as a list of words.
        pid_file: the path of the file with nginx's process id.
        container: the container that nginx runs in; empty for nginx on the host.
        front: the address at which the host reaches nginx, such as `http://127.0.0.1:80`.
        host_name: the `Host` of requests to `front`; empty for that of the address.
        state_port: the port of the loopback server that reports the loaded state, for the style `upstream`.
    """

    app: str
    file: str
    style: Literal["set", "upstream"] = "set"
    variable: str = "service_url"
    command: tuple[str, ...] = ("nginx",)
    pid_file: str = "/run/nginx.pid"
    container: str = ""
    front: str = "http://127.0.0.1:80"
    host_name: str = ""
    state_port: int = 0

    @property
    def state_url(self) -> str:
        """The address at which nginx reports the loaded state."""
        front = f"http://127.0.0.1:{self.state_port}" if self.style == "upstream" else self.front
        return front.rstrip("/") + STATE_PATH


class Traffic(Struct, frozen=True):
    """The slot that gets the traffic, with the image in it. `address` is where the slot listens: `host:port`.

    `digest` and `version` are empty for a container that shipit did not start. `load` is a random text that shows
    which of several equal files nginx has loaded.
    """

    slot: str
    digest: str
    version: str
    address: str = ""
    load: str = ""


class _Reported(Struct, frozen=True):
    app: str
    slot: str
    digest: str
    version: str
    address: str = ""
    load: str = ""


def switch_file(settings: NginxSettings, traffic: Traffic, token: str) -> str:
    """Return the text of the file that gives the traffic to a slot.

    Args:
        settings: the settings of nginx.
        traffic: the slot.
        token: the text that a request for the loaded state must send, of letters and digits.
    """
    version = _UNSAFE.sub("?", traffic.version)  # it can come from a label of an image that shipit did not build
    reported = _Reported(settings.app, traffic.slot, traffic.digest, version, traffic.address, traffic.load)
    guard = [
        f'    if ($http_x_shipit_token != "{token}") {{ return 404; }}',
        "    access_log off;",
        "    default_type application/json;",
        f"    return 200 '{json.encode(reported).decode()}';",
    ]
    head = f"# Written by shipit: the slot of `{settings.app}` that gets the traffic. Do not edit."
    if settings.style == "set":
        switch = f"set ${settings.variable} http://{traffic.address};"
        return "\n".join([head, switch, f"location = {STATE_PATH} {{", *guard, "}", ""])
    listen = f"listen {settings.state_port};" if settings.container else f"listen 127.0.0.1:{settings.state_port};"
    upstream = f"upstream {settings.variable} {{ server {traffic.address}; }}"
    return "\n".join([head, upstream, f"server {{ {listen} location = {STATE_PATH} {{", *guard, "} }", ""])


def address_in(text: str) -> str | None:
    """Return the `host:port` that a switch file gives the traffic to, also if shipit did not write it."""
    found = _ADDRESS.search(text)
    return found[1] if found else None


def token_in(text: str) -> str | None:
    """Return the token in a switch file; None in one that shipit did not write."""
    found = _TOKEN.search(text)
    return found[1] if found else None


def reported_traffic(app: str, body: str) -> Traffic | None:
    """Return the slot that nginx reports; None if `body` is not its report about `app`."""
    try:
        reported = json.decode(body, type=_Reported)
    except (DecodeError, ValidationError, RecursionError, ValueError):
        return None
    known = reported.app == app and reported.slot in SLOTS
    if not known:
        return None
    return Traffic(reported.slot, reported.digest, reported.version, reported.address, reported.load)


def is_edited(text: str) -> bool:
    """Return whether another program changed the address in a switch file of shipit, so that its report is wrong.

    >>> text = switch_file(NginxSettings("shop", "f"), Traffic("blue", "sha256:0a", "1.4.0", "127.0.0.1:8081"), "t0k3n")
    >>> is_edited(text), is_edited(text.replace("http://127.0.0.1:8081", "http://127.0.0.1:8082"))
    (False, True)
    """
    report = _REPORT.search(text)
    try:
        reported = json.decode(report[1], type=_Reported) if report else None
    except (DecodeError, ValidationError, RecursionError, ValueError):
        return True
    return reported is not None and reported.address not in ("", address_in(text))
