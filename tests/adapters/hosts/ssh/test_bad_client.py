"""Logins to hosts that print without end, or never begin."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from shipit.adapters.hosts.ssh.address import SshAddress, SshSettings
from shipit.adapters.hosts.ssh.connection import SshConnection
from shipit.adapters.hosts.ssh.failure import login_failure
from shipit.core import limits
from shipit.core.limits import Size
from shipit.errors import RemoteError

CLIENTS = {
    "output without end": ("yes", "printed more than 1 MiB"),
    "messages without end": ("exec yes >&2", "printed more than 1 MiB of messages"),
    "silence": ("exec sleep 200", "did not answer within 3 seconds"),
    "no output": ("exec >&-; exec sleep 200", "did not answer within 3 seconds"),
    "another greeting": (
        r"printf '%s-0 0\\n' \"$(expr \"$*\" : '.*\\(shipit-[0-9a-f]*\\)$')\"",
        "did not run a command",
    ),
}


@pytest.mark.parametrize("name", CLIENTS)
def test_a_login_ends_with_an_error(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script, problem = CLIENTS[name]
    (tmp_path / "ssh").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(limits, "HOST_OUTPUT", Size("deployments", 1 << 20, "", ""))
    begun = time.monotonic()
    with pytest.raises(RemoteError, match=problem):
        SshConnection(SshAddress.parse("ssh://shop.example"), SshSettings(), limit=3)
    assert time.monotonic() - begun < 100


def test_a_broken_key_of_the_user_is_named() -> None:
    output = (
        'Load key "/home/me/.ssh/id_ed25519": error in libcrypto\ndeploy@shop.example: Permission denied (publickey).\n'
    )
    error = login_failure(SshAddress.parse("ssh://deploy@shop.example"), SshSettings(), output, None)
    assert error.what == "the private key `/home/me/.ssh/id_ed25519` cannot be read: error in libcrypto"
