"""The errors of a connection over SSH, from the messages that OpenSSH's client printed."""

from __future__ import annotations

import base64
import hashlib
import os
import re

from shipit.adapters.hosts.ssh.address import SshAddress, SshSettings
from shipit.adapters.processes.bounded import TooMuchOutput, run_bounded
from shipit.adapters.processes.tokens import without_tokens
from shipit.core import limits
from shipit.errors import AuthError, ConflictError, RemoteError, ShipitError

_UNKNOWN_KEY = re.compile(r"No (?P<type>\S+) host key is known for (?P<name>\S+) and you have requested")
_CHANGED_KEY = re.compile(
    r"Host key for (?P<name>\S+) has changed and you have requested|HOST IDENTIFICATION HAS CHANGED"
)
_REFUSED = re.compile(r"^(?:(?P<user>[^@\s]+)@\S+: )?Permission denied|Too many authentication failures", re.MULTILINE)
_BROKEN_KEY = re.compile(r"^Load key \"?(?P<path>[^\"\n:]++)\"?: (?P<reason>.+)", re.M)
_UNREACHABLE = re.compile(
    r"^ssh: (?:connect to host \S+ port \d+: |Could not resolve hostname \S+: )(?P<reason>.+)", re.M
)
_SECRET = "`SHIPIT_SSH_KEY`"


def login_failure(address: SshAddress, settings: SshSettings, output: str, limit: float | None) -> ShipitError:
    """Return the error for a connection that was not made.

    Args:
        address: the host.
        settings: the settings of the login.
        output: the output of `ssh`.
        limit: the time limit in seconds if the connection reached it, else None.
    """
    if unknown := _UNKNOWN_KEY.search(output):
        return _unknown_key(address, settings, unknown["type"], unknown["name"])
    if _CHANGED_KEY.search(output):
        return _changed_key(address, settings)
    if broken := _BROKEN_KEY.search(output):
        return _broken_key(broken["path"], broken["reason"].strip(), settings)
    if refused := _REFUSED.search(output):
        return _refused(address, settings, refused["user"])
    hint = f"check that `ssh {address.text}` works, and that no firewall blocks it, then run the same command again"
    if unreachable := _UNREACHABLE.search(output):
        return _unreachable(address, unreachable["reason"].strip().lower(), hint)
    if limit is not None:
        return _unreachable(address, f"it did not answer within {limit:g} seconds", hint)
    return _unreachable(address, _last_line(output) or "the connection was closed", hint)


def connection_lost(address: SshAddress, output: str) -> RemoteError:
    """Return the error for a connection that ended while it was used."""
    return RemoteError(
        f"the SSH connection to {address.machine} was lost: {_last_line(output) or 'it was closed'}",
        hint="check the network, then run the same command again; it continues from the state of the host",
        retryable=True,
    )


def not_run(address: SshAddress, status: int, output: str) -> RemoteError:
    """Return the error for a command that the host did not start."""
    if "Session open refused" in output:
        what = f"{address.machine} allows too few SSH sessions at once"
        return RemoteError(what, hint="set `MaxSessions` to 10, sshd's default, in its configuration on the host")
    if status == 255:
        return connection_lost(address, output)
    return RemoteError(
        f"{address.machine} accepted the login, but did not run a command: {_last_line(output) or 'no output'}",
        hint=f"check that `ssh {address.text} sh -c true` works: the user needs a shell, and its start-up "
        "files must not end it",
    )


def lock_connection_lost(address: SshAddress) -> ConflictError:
    """Return the error for a write after the connection that held the lock of the host has ended."""
    return ConflictError(
        f"the connection that held the lock of the deployment on {address.machine} was lost, so this run stopped",
        hint="check the network, then run the same command again; it continues from the state of the host",
    )


def forward_problem(message: str) -> str:
    """Return the reason in OpenSSH's message about a forwarded connection that the host refused."""
    if "administratively prohibited" in message:
        settings = "`AllowTcpForwarding` and `AllowStreamLocalForwarding`"
        return f"sshd does not allow forwarding; set {settings} to `yes` on the host"
    if "Connection refused" in message:
        return "nothing listens on the port"
    return message.rpartition(": ")[2].lower()


def _unreachable(address: SshAddress, reason: str, hint: str) -> RemoteError:
    return RemoteError(f"{address.machine} is not reachable over SSH: {reason}", hint=hint, retryable=True)


def _broken_key(path: str, reason: str, settings: SshSettings) -> AuthError:
    if settings.key is None:
        return AuthError(f"the private key `{path}` cannot be read: {reason}", hint=f"fix it, or set {_SECRET}")
    hint = f"set {_SECRET} to the whole text of a private key without a passphrase, from `-----BEGIN` to `END-----`"
    return AuthError(f"the private key in {_SECRET} cannot be read: {reason}", hint=hint)


def _refused(address: SshAddress, settings: SshSettings, user: str | None) -> AuthError:
    name = user or address.user or "this user"
    if settings.key:
        what = f"{address.machine} refused the login of `{name}` with the key in {_SECRET}"
        return AuthError(what, hint=f"add the public half of that key to `~{name}/.ssh/authorized_keys` on the host")
    hint = f"set {_SECRET} to a private key that may log in, or add one to your SSH agent with `ssh-add`"
    return AuthError(f"{address.machine} refused the login of `{name}`; {_SECRET} is not set", hint=hint)


def _unknown_key(address: SshAddress, settings: SshSettings, kind: str, name: str) -> AuthError:
    line = _scanned_key(name, kind.lower())
    what = f"the {kind} key of {address.machine} is unknown, so shipit did not log in"
    if line is None:
        port = f" -p {address.port}" if address.port else ""
        where = _place(address, settings)
        return AuthError(what, hint=f"add the output of `ssh-keyscan{port} {address.name}` to {where}")
    check = f"ssh-keygen -lf /etc/ssh/ssh_host_{kind.lower()}_key.pub"
    hint = (
        f"run `{check}` on the host; if it prints `{_fingerprint(line)}`, add this line to {_place(address, settings)}:"
        f"\n{line}"
    )
    return AuthError(what, hint=hint)


def _changed_key(address: SshAddress, settings: SshSettings) -> AuthError:
    return AuthError(
        f"{address.machine} has another key than the known one, so shipit did not log in: "
        "the host was installed again, or another machine answers at its address",
        hint=f"find out why; only if the new key is right, replace the old one in {_place(address, settings)}",
    )


def _place(address: SshAddress, settings: SshSettings) -> str:
    """Return the place where the known keys of a host are, in words."""
    if settings.configured.get(address.text) or settings.known_hosts is None:
        return "`known-hosts` of the target in shipit.toml"
    return "the variable `SHIPIT_SSH_KNOWN_HOSTS`"


def _scanned_key(name: str, kind: str) -> str | None:
    """Return the line for known_hosts that a host offers, or None.

    Args:
        name: its name in the file, such as `shop.example` or `[shop.example]:2222`.
        kind: the type of the key, such as `ed25519`.
    """
    found = re.fullmatch(r"\[(?P<host>.+)\]:(?P<port>\d+)", name)
    host, port = (found["host"], found["port"]) if found else (name, "22")
    argv = ["ssh-keyscan", "-T", str(limits.SSH_KEY_SCAN), "-t", kind, "-p", port, host]
    try:
        bounds = limits.SSH_KEY_SCAN, limits.GIT_MESSAGES, limits.GIT_MESSAGES
        _, output, _ = run_bounded(argv, b"", without_tokens(os.environ), *bounds)
    except (OSError, TooMuchOutput):
        return None
    lines = (line.split() for line in output.decode(errors="replace").splitlines() if not line.startswith("#"))
    return next((" ".join([name, *words[1:3]]) for words in lines if len(words) >= 3), None)


def _fingerprint(line: str) -> str:
    """Return the fingerprint of the key in a line of known_hosts, as `ssh-keygen -l` prints it."""
    digest = hashlib.sha256(base64.b64decode(line.split()[2])).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def _last_line(output: str) -> str:
    return next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "")
