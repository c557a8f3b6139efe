"""The reasons why a host over SSH cannot be used."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.adapters.hosts.ssh.address import SshAddress
from shipit.adapters.hosts.ssh.connection import SshConnection
from shipit.adapters.hosts.ssh.master import HostFacts
from shipit.finding import Finding
from shipit.world.hosts import Containers


def engine_findings(connection: SshConnection, containers: Containers) -> Iterator[Finding]:
    """Yield a finding if the container engine of the host cannot be used."""
    address, facts, start = connection.address, connection.master.facts, connection.master.offset()
    machine, socket = address.machine, facts.socket
    if facts.socket_state == "missing":
        what = f"there is no container engine on {machine}: `{socket}` does not exist"
        fix = f"install docker there, then run `ssh -t {address.text} sudo systemctl start docker`"
        yield Finding("engine", what, fix)
    elif facts.socket_state == "denied":
        what = f"`{facts.user}` cannot use the container engine on {machine}: no permission for `{socket}`"
        yield Finding("engine", what, f"ssh -t {address.text} sudo usermod -aG docker {facts.user}")
    elif containers.findings():
        refused = connection.master.refusal(start) is not None
        problem = "sshd cannot connect to it, or `AllowStreamLocalForwarding` is `no`" if refused else "no answer"
        what = f"the container engine on {machine} cannot be used through `{socket}`: {problem}"
        yield Finding("engine", what, f"ssh {address.text} docker info")


def program_findings(address: SshAddress, facts: HostFacts) -> Iterator[Finding]:
    """Yield a finding if programs that shipit needs are not installed on the host."""
    if facts.missing:
        names = " and ".join(f"`{name}`" for name in facts.missing)
        verb = "is" if len(facts.missing) == 1 else "are"
        fix = f"ssh -t {address.text} sudo apt-get install util-linux coreutils"
        yield Finding("host-programs", f"{names} {verb} not installed on {address.machine}", fix)


def directory_finding(address: SshAddress, facts: HostFacts, directory: str) -> Finding:
    """Return the finding for a directory on the host that cannot be written."""
    what = f"`{facts.user}` cannot write into `{directory}` on {address.machine}"
    return Finding("host-directory", what, f"ssh -t {address.text} sudo install -d -o {facts.user} {directory}")
