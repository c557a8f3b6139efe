"""Access to the nginx that gives the traffic to a slot: its loaded state, workers, `nginx -t` and reload."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from msgspec.structs import replace

from shipit.core import limits
from shipit.core.deploy import (
    TOKEN_HEADER,
    NginxSettings,
    Traffic,
    address_in,
    is_edited,
    machine,
    reported_traffic,
    switch_file,
    token_in,
)
from shipit.errors import CommandError, DeployError, ShipitError
from shipit.finding import Finding
from shipit.world.hosts import CommandResult, Host

Sleep = Callable[[float], None]

SHUTTING_DOWN = "worker process is shutting down"
# nginx lets old and new workers take requests for a tenth of a second of a reload.
RELOAD_SETTLES = 0.5  # seconds
_POLL = 0.05  # seconds


def loaded_traffic(host: Host, nginx: NginxSettings) -> Traffic | None:
    """Return the slot in the configuration that nginx has loaded; None if nginx does not report it."""
    return reported_by_nginx(host, nginx, host.read(nginx.file) or "")


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
        what = f"nginx on {machine(host.address)} does not accept its configuration: {_reason(tested.output)}"
        yield Finding("nginx-test", what, f"run `{' '.join(argv)}` on the host, and fix what it reports")


def workers(host: Host, nginx: NginxSettings) -> Mapping[str, str]:
    """Return the title of each worker process of nginx by its process id.

    Raises `CommandError` if nginx does not run.
    """
    if nginx.container:
        lines = host.containers.processes(nginx.container)
        found = (line.strip().partition(" ") for line in lines)
        return {pid: title.strip() for pid, _, title in found if "worker process" in title}
    done = host.look(["sh", "-c", _WORKERS, "sh", nginx.pid_file])
    if done.status != 0:
        raise CommandError(
            f"nginx does not run on {machine(host.address)}: its process id is not in `{nginx.pid_file}`",
            hint="start nginx (`systemctl start nginx`), or set `nginx.pid-file`",
            tail=done.output,
        )
    found = (line.partition(" ") for line in done.output.splitlines())
    return {pid: title.strip() for pid, _, title in found if "worker process" in title}


# Prints `pid title` of each child of the process whose id is in the file $1. Needs only sh and cat.
_WORKERS = (
    'read -r main < "$1" && [ -d "/proc/$main" ] || exit 1; '
    'for pid in $(cat "/proc/$main/task/$main/children"); do '
    'title=$(tr "\\0" " " < "/proc/$pid/cmdline" 2>/dev/null) && echo "$pid $title"; done; exit 0'
)


def command(host: Host, nginx: NginxSettings, *arguments: str) -> CommandResult:
    """Run nginx with `arguments`, on the host or in its container."""
    argv = [*nginx.command, *arguments]
    if nginx.container:
        return host.containers.execute(nginx.container, argv, timeout=limits.NGINX_COMMAND)
    return host.run(argv)


def give_traffic(host: Host, nginx: NginxSettings, traffic: Traffic, sleep: Sleep) -> None:
    """Write the switch file for `traffic`, let nginx load it, and wait until the old slot gets no new requests.

    If nginx does not accept or load the new file, the old file is restored.

    Raises `DeployError` if nginx does not load the new file, or if its old workers still accept requests after 30
    seconds; `CommandError` if nginx does not run.
    """
    traffic = replace(traffic, load=secrets.token_hex(4))
    before = host.read(nginx.file)
    token = token_in(before or "") or secrets.token_hex(8)
    old_workers = workers(host, nginx)
    host.write(nginx.file, switch_file(nginx, traffic, token))
    try:
        _load(host, nginx, traffic, sleep)
    except ShipitError:
        _restore(host, nginx, before)
        raise
    _await_shutdown(host, nginx, old_workers, sleep)


def _load(host: Host, nginx: NginxSettings, traffic: Traffic, sleep: Sleep) -> None:
    tested = command(host, nginx, "-t")
    if tested.status != 0:
        raise DeployError(
            f"nginx on {machine(host.address)} does not accept its configuration: {_reason(tested.output)}",
            hint=f"run `{' '.join(nginx.command)} -t` on the host, and fix what it reports",
        )
    reloaded = command(host, nginx, "-s", "reload")
    if reloaded.status != 0:
        raise DeployError(
            f"nginx on {machine(host.address)} cannot be reloaded: {_reason(reloaded.output)}",
            hint=f"run `{' '.join(nginx.command)} -s reload` on the host, and fix what it reports",
        )
    for _ in range(int(limits.NGINX_RELOAD / _POLL)):
        loaded = loaded_traffic(host, nginx)
        if loaded and loaded.load == traffic.load:
            return
        sleep(_POLL)
    raise DeployError(
        f"nginx on {machine(host.address)} did not load `{nginx.file}`, although its reload reported no error",
        hint=f"check that the site includes `{nginx.file}` and answers at `{nginx.front}`, and read nginx's error log",
    )


def _restore(host: Host, nginx: NginxSettings, before: str | None) -> None:
    """Restore the switch file, so that the next start of nginx does not fail; without an old file, keep the new one."""
    if before is not None:
        host.write(nginx.file, before)
        if command(host, nginx, "-t").status == 0:
            command(host, nginx, "-s", "reload")


def _await_shutdown(host: Host, nginx: NginxSettings, old: Mapping[str, str], sleep: Sleep) -> None:
    """Wait until each worker of `old` has ended or finishes only its last requests."""
    for _ in range(int(limits.NGINX_SHUTDOWN / _POLL)):
        now = workers(host, nginx)
        if all(SHUTTING_DOWN in now[pid] for pid in old if pid in now):
            return
        sleep(_POLL)
    raise DeployError(
        f"nginx on {machine(host.address)} still accepts requests for the old version {limits.NGINX_SHUTDOWN} "
        "seconds after its reload",
        hint="read nginx's error log, and restart nginx if its old workers do not end",
    )


def _reason(output: str) -> str:
    """Return the first error in the output of nginx, or else its last line."""
    lines = output.splitlines() or ["it printed nothing"]
    return next((line for line in lines if "[emerg]" in line or "[error]" in line), lines[-1])
