"""The hosts that apps are deployed to: this machine, and machines that are reached over SSH."""

from __future__ import annotations

from shipit.adapters.hosts.connections import Connections as Connections
from shipit.adapters.hosts.local import unique as unique
from shipit.adapters.hosts.renewed_locks import Lock as Lock
from shipit.adapters.hosts.renewed_locks import RenewedLocks as RenewedLocks
from shipit.adapters.hosts.ssh import SshSettings as SshSettings
