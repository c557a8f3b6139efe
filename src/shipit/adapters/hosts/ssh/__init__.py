"""A host that is reached over SSH, with the OpenSSH client of this machine.

`host` is imported late, because only some runs need it.
"""

from __future__ import annotations

from shipit.adapters.hosts.ssh.address import SshAddress as SshAddress
from shipit.adapters.hosts.ssh.address import SshSettings as SshSettings
