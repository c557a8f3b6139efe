"""This machine as a host: commands that print or run without end, and files that cannot be read."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from shipit.adapters.places import Connections
from shipit.adapters.registry import Logins
from shipit.core import limits
from shipit.core.limits import Size
from shipit.core.redact import Redactor
from shipit.errors import CommandError
from shipit.world.hosts import LOCAL, Host


@pytest.fixture
def host() -> Host:
    return Connections(Logins(), Redactor()).at(LOCAL)


def test_a_command_that_prints_without_end_is_stopped(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HOST_OUTPUT", Size("deployments", 1 << 20, "", ""))
    result = host.look(["yes"])
    assert (result.status, result.output) == (125, "it was stopped, because it printed more than 1 MiB")


def test_messages_without_end_are_left_out_but_the_last(host: Host) -> None:
    result = host.look(["sh", "-c", "head -c 9000000 /dev/zero | tr '\\0' x >&2; echo; echo last >&2"])
    assert result.status == 0
    assert len(result.output) <= limits.GIT_MESSAGES
    assert result.output.endswith("last")


def test_a_command_whose_child_keeps_its_output_open_has_ended(host: Host) -> None:
    begun = time.monotonic()
    assert host.look(["sh", "-c", "sleep 200 & echo done"], timeout=100).output == "done"
    assert time.monotonic() - begun < 90


def test_commands_get_no_tokens(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "s3cret")
    assert host.look(["sh", "-c", "echo ${GITHUB_TOKEN-none}"]).output == "none"


def test_a_file_without_end_is_an_error(host: Host, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * (limits.HOST_OUTPUT + 1))
    os.mkfifo(tmp_path / "pipe")
    for name, problem in (("large", "larger than 4 MiB"), ("pipe", "not a regular file")):
        with pytest.raises(CommandError, match=problem):
            host.read(str(tmp_path / name))
