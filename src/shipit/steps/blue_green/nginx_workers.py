"""The workers of nginx: the processes that answer requests. A reload starts new ones and shuts down the old ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shipit.core.deploy import NginxSettings, machine
from shipit.errors import CommandError
from shipit.world.hosts import Host

SHUTTING_DOWN = "worker process is shutting down"


def workers(host: Host, nginx: NginxSettings) -> Mapping[str, str]:
    """Return the title of each worker process of nginx by its process id.

    Raises `CommandError` if nginx does not run.
    """
    if nginx.container:
        return worker_titles(host.containers.processes(nginx.container))
    done = host.look(workers_command(nginx))
    if done.status != 0:
        raise CommandError(
            f"nginx does not run on {machine(host.address)}: its process id is not in `{nginx.pid_file}`",
            hint="start nginx (`systemctl start nginx`), or set `nginx.pid-file`",
            tail=done.output,
        )
    return worker_titles(done.output.splitlines())


def worker_titles(lines: Iterable[str]) -> Mapping[str, str]:
    """Return the title of each worker in `lines` of process ids and titles, by its process id."""
    found = (line.strip().partition(" ") for line in lines)
    return {pid: title.strip() for pid, _, title in found if "worker process" in title}


_LOOKS = 20  # at the workers, in each second
# Waits until the processes $2 have ended or are shutting down, and looks at them at most $1 times. Then prints
# `pid title` of each child of the process whose id is in the file $3. Needs only sh, cat, tr and sleep.
_WORKERS = (
    'title() { tr "\\0" " " < "/proc/$1/cmdline" 2>/dev/null; }; tries=$1; accepts=$2; '
    'while [ "$tries" -gt 0 ] && [ "$accepts" ]; do accepts=; for pid in $2; do '
    'case $(title "$pid") in *"shutting down"*) ;; *"worker process"*) accepts=yes;; esac; done; '
    '[ -z "$accepts" ] || sleep 0.05; tries=$((tries - 1)); done; '
    'read -r main < "$3" && [ -d "/proc/$main" ] || exit 1; '
    'for pid in $(cat "/proc/$main/task/$main/children"); do found=$(title "$pid") && echo "$pid $found"; done; exit 0'
)


def workers_command(nginx: NginxSettings, old: Iterable[str] = (), seconds: int = 0) -> list[str]:
    """Return the command that prints the processes of nginx on a host.

    Args:
        nginx: the settings of nginx.
        old: the ids of workers; the command first waits until they take no new requests.
        seconds: the longest time for this wait.
    """
    return ["sh", "-c", _WORKERS, "sh", str(seconds * _LOOKS), " ".join(old), nginx.pid_file]
