"""Questions to the nginx that gives the traffic to a slot: the loaded slot, and the problems of its configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from shipit.core import limits
from shipit.core.deploy import (
    TOKEN_HEADER,
    NginxSettings,
    Traffic,
    address_in,
    is_edited,
    machine,
    reported_traffic,
    token_in,
)
from shipit.errors import ShipitError
from shipit.finding import Finding
from shipit.steps.blue_green.nginx_workers import workers
from shipit.world.hosts import Host

Sleep = Callable[[float], None]

# nginx lets old and new workers take requests for a tenth of a second of a reload.
RELOAD_SETTLES = 0.5  # seconds


def loaded_traffic(host: Host, nginx: NginxSettings) -> Traffic | None:
    """Return the slot in the configuration that nginx has loaded; None if nginx does not report it."""
    guess = host.last_read(nginx.file) or ""
    asking = host.begin(lambda: reported_by_nginx(host, nginx, guess))
    text = host.read(nginx.file) or ""
    return asking() if text == guess else reported_by_nginx(host, nginx, text)


def reported_by_nginx(host: Host, nginx: NginxSettings, text: str) -> Traffic | None:
    """Return the same as `loaded_traffic` for a switch file with this text.

    If another program changed the address in the file, nginx may have loaded it, and its report is not trusted.
    """
    token = token_in(text)
    if token is None or is_edited(text):
        return None
    answer = host.get(_state_url(host, nginx), headers=headers(nginx, token))
    return reported_traffic(nginx.app, answer.body) if answer.status == 200 else None


def settled_traffic(host: Host, nginx: NginxSettings, sleep: Sleep) -> tuple[str | None, Traffic | None]:
    """Return the address in the switch file, and the slot that nginx has loaded, both None if there is none.

    They can differ because a killed run has just begun a reload; so they are then read again after the reload.
    """
    text = host.read(nginx.file) or ""
    loaded = reported_by_nginx(host, nginx, text)
    if loaded and loaded.address != address_in(text):
        sleep(RELOAD_SETTLES)
        text = host.read(nginx.file) or ""
        loaded = reported_by_nginx(host, nginx, text)
    return address_in(text), loaded


def headers(nginx: NginxSettings, token: str = "") -> dict[str, str]:
    """Return the headers of a request to nginx, as its site expects them."""
    host_name = {"Host": nginx.host_name} if nginx.host_name else {}
    return host_name | ({TOKEN_HEADER: token} if token else {})


def front_url(host: Host, nginx: NginxSettings) -> str:
    """Return the address of nginx as the host reaches it."""
    return _of_container(host, nginx, nginx.front)


def _state_url(host: Host, nginx: NginxSettings) -> str:
    return _of_container(host, nginx, nginx.state_url)


def _of_container(host: Host, nginx: NginxSettings, url: str) -> str:
    """Return `url`, with the IP address of nginx's container for 127.0.0.1 if the host does not publish its port."""
    found = host.containers.find(nginx.container) if nginx.container else None
    if found is None or not found.address or (urlsplit(url).port or 80) in found.ports.values():
        return url
    return url.replace("//127.0.0.1", f"//{found.address}", 1)


def nginx_runs(host: Host, nginx: NginxSettings) -> Iterator[Finding]:
    """Yield a finding if nginx does not run on the host, or cannot see a new switch file."""
    try:
        workers(host, nginx)
    except ShipitError as error:
        yield Finding("nginx", error.what, error.hint or "start nginx on the host")
        return
    container = host.containers.find(nginx.container) if nginx.container else None
    if container and nginx.file in container.mounts:
        what = (
            f"`{nginx.file}` is mounted as a file into container `{nginx.container}`, which then keeps its old content"
        )
        directory = nginx.file.rpartition("/")[0]
        yield Finding("nginx-mount", what, f"mount its directory instead: docker run --volume {directory}:...")


def nginx_test(host: Host, nginx: NginxSettings) -> Iterator[Finding]:
    """Yield a finding if nginx does not accept the configuration that it has now: then no deployment can switch."""
    argv = [*nginx.command, "-t"]
    try:
        if nginx.container:
            tested = host.containers.execute(nginx.container, argv, timeout=limits.NGINX_COMMAND)
        else:
            tested = host.look(argv)
    except ShipitError as error:
        yield Finding("nginx", error.what, error.hint or "start nginx on the host")
        return
    if tested.status != 0:
        what = f"nginx on {machine(host.address)} does not accept its configuration: {first_error(tested.output)}"
        yield Finding("nginx-test", what, f"run `{' '.join(argv)}` on the host, and fix what it reports")


def first_error(output: str) -> str:
    """Return the first error in the output of nginx, or else its last line."""
    lines = output.splitlines() or ["it printed nothing"]
    return next((line for line in lines if "[emerg]" in line or "[error]" in line), lines[-1])
