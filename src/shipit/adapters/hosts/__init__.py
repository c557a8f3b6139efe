"""The hosts that apps are deployed to: this machine, and machines that are reached over SSH."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipit.lazy import on_first_use

if TYPE_CHECKING:
    from shipit.adapters.hosts.local import LocalHost as LocalHost
    from shipit.adapters.hosts.local import lock_lost as lock_lost
    from shipit.adapters.hosts.local import unique as unique
    from shipit.adapters.hosts.renewed_locks import Lock as Lock
    from shipit.adapters.hosts.renewed_locks import RenewedLocks as RenewedLocks
    from shipit.adapters.hosts.renewed_locks import lock_in as lock_in
    from shipit.adapters.hosts.renewed_locks import lock_text as lock_text
    from shipit.adapters.hosts.ssh import SshSettings as SshSettings
    from shipit.adapters.hosts.ssh.host import SshHost as SshHost

_NAMES = {
    "local": (
        "LocalHost",
        "lock_lost",
        "unique",
    ),
    "renewed_locks": (
        "Lock",
        "RenewedLocks",
        "lock_in",
        "lock_text",
    ),
    "ssh": ("SshSettings",),
    "ssh.host": ("SshHost",),
}

if not TYPE_CHECKING:
    __getattr__ = on_first_use(__name__, _NAMES)
