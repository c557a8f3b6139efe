"""The switch of nginx to another slot: the switch file, `nginx -t`, the reload, and the wait for the old workers."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from shipit.core import limits
from shipit.core.deploy import NginxSettings, Traffic, machine, switch_file, token_in
from shipit.errors import DeployError, ShipitError
from shipit.steps.blue_green.nginx_workers import SHUTTING_DOWN, worker_titles, workers, workers_command
from shipit.steps.blue_green.traffic import Sleep, first_error, reported_by_nginx
from shipit.world.hosts import CommandResult, Host

_POLL = 0.05  # seconds
_TEST_AND_RELOAD = (("-t",), ("-s", "reload"))


class NginxBefore(Struct, frozen=True):
    """The state before a switch: the text of the switch file, None if there is none, and the workers of nginx."""

    text: str | None
    workers: Mapping[str, str]


def look_at_nginx(host: Host, nginx: NginxSettings) -> NginxBefore:
    """Return the switch file and the workers of nginx; raises `CommandError` if nginx does not run."""
    reading = host.begin(lambda: host.read(nginx.file))
    found = workers(host, nginx)
    return NginxBefore(reading(), found)


def give_traffic(host: Host, nginx: NginxSettings, before: NginxBefore, traffic: Traffic, sleep: Sleep) -> None:
    """Write the switch file for `traffic`, let nginx load it, and wait until the old slot gets no new requests.

    If nginx does not accept or load the new file, the old file is restored.

    Raises `DeployError` if nginx does not load the new file, or if its old workers still accept requests after 30
    seconds; `CommandError` if nginx does not run.
    """
    traffic = replace(traffic, load=secrets.token_hex(4))
    text = switch_file(nginx, traffic, token_in(before.text or "") or secrets.token_hex(8))
    try:
        results = _install(host, nginx, text, before.workers)
        _check_load(host, nginx, results)
        _await_load(host, nginx, text, traffic.load, sleep)
    except ShipitError:
        if host.read(nginx.file) == text:
            _restore(host, nginx, before.text)
        raise
    _await_shutdown(host, nginx, before.workers, results[-1].output.splitlines(), sleep)


def _install(host: Host, nginx: NginxSettings, text: str, old: Mapping[str, str]) -> Sequence[CommandResult]:
    """Write the switch file, let nginx test and load it, and return the results of the commands until one failed.

    The last result, if no command failed, has the workers of nginx at that time.
    """
    test, reload = ([*nginx.command, *words] for words in _TEST_AND_RELOAD)
    if not nginx.container:
        return host.install(nginx.file, text, [test, reload], workers_command(nginx, old, limits.NGINX_WORKERS))
    host.write(nginx.file, text)
    results: list[CommandResult] = []
    for argv in (test, reload):
        results.append(host.containers.execute(nginx.container, argv, timeout=limits.NGINX_COMMAND))
        if results[-1].status:
            return results
    return [*results, CommandResult(0, "\n".join(host.containers.processes(nginx.container)))]


def _check_load(host: Host, nginx: NginxSettings, results: Sequence[CommandResult]) -> None:
    """Raise `DeployError` if nginx did not accept the new file or could not be reloaded."""
    tested, *reloaded = results
    if tested.status != 0:
        raise DeployError(
            f"nginx on {machine(host.address)} does not accept its configuration: {first_error(tested.output)}",
            hint=f"run `{' '.join(nginx.command)} -t` on the host, and fix what it reports",
        )
    if reloaded[0].status != 0:
        raise DeployError(
            f"nginx on {machine(host.address)} cannot be reloaded: {first_error(reloaded[0].output)}",
            hint=f"run `{' '.join(nginx.command)} -s reload` on the host, and fix what it reports",
        )


def _await_load(host: Host, nginx: NginxSettings, text: str, load: str, sleep: Sleep) -> None:
    """Wait until nginx reports that it has loaded the switch file with `text`."""
    for _ in range(int(limits.NGINX_RELOAD / _POLL)):
        loaded = reported_by_nginx(host, nginx, text)
        if loaded and loaded.load == load:
            return
        sleep(_POLL)
    raise DeployError(
        f"nginx on {machine(host.address)} did not load `{nginx.file}`, although its reload reported no error",
        hint=f"check that the site includes `{nginx.file}` and that nginx answers at `{nginx.front}`, "
        f"or set `nginx.front`; {_read_log(host, nginx)}",
    )


def _restore(host: Host, nginx: NginxSettings, before: str | None) -> None:
    """Restore the switch file, so that the next start of nginx does not fail; without an old file, keep the new one."""
    if before is not None:
        _install(host, nginx, before, {})


def _await_shutdown(
    host: Host, nginx: NginxSettings, old: Mapping[str, str], lines: Sequence[str], sleep: Sleep
) -> None:
    """Wait until each worker of `old` has ended or finishes only its last requests.

    `lines` are the processes of nginx after the reload.
    """
    now = worker_titles(lines)
    for _ in range(int(limits.NGINX_SHUTDOWN / _POLL)):
        if all(SHUTTING_DOWN in now[pid] for pid in old if pid in now):
            return
        sleep(_POLL)
        now = workers(host, nginx)
    raise DeployError(
        f"nginx on {machine(host.address)} still accepts requests for the old version {limits.NGINX_SHUTDOWN} "
        "seconds after its reload",
        hint=f"restart nginx if its old workers do not end; {_read_log(host, nginx)}",
    )


def _read_log(host: Host, nginx: NginxSettings) -> str:
    """Return the words of a hint for the error log of nginx."""
    if nginx.container:
        return f"read the log of nginx on {machine(host.address)}: docker logs {nginx.container}"
    return f"read the error log of nginx on {machine(host.address)}, often `/var/log/nginx/error.log`"
