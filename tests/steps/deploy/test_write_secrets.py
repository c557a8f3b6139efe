"""The step `write-secrets`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from steps.deploy.scene import HOST, fake, host_of
from steps.samples import Sample

from shipit.errors import ConfigError
from shipit.steps.base import Step, Todo
from shipit.steps.deploy import WriteSecrets

PATH = "/srv/shop/.env"
STEP = WriteSecrets(HOST, ("ssm:/shop/", "env:TOKEN"), PATH, "docker")


def write_secrets(clone: Clone) -> Step:
    world = fake(clone)
    world.secrets.put("ssm:/shop/", {"PASSWORD": "hunter2"})
    world.secrets.put("env:TOKEN", {"TOKEN": "t0k3n"})
    return STEP


SAMPLE = Sample(write_secrets, hosts=True)


def test_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    clone = in_memory(tmp_path)
    write_secrets(clone).apply(clone.world)
    host = host_of(fake(clone))
    assert (host.files[PATH], host.modes[PATH]) == ("PASSWORD=hunter2\nTOKEN=t0k3n\n", 0o600)


def test_a_changed_secret_is_written_again(tmp_path: Path) -> None:
    clone = in_memory(tmp_path)
    write_secrets(clone).apply(clone.world)
    fake(clone).secrets.put("env:TOKEN", {"TOKEN": "other"})
    assert isinstance(STEP.check(clone.world), Todo)


def test_a_name_in_two_sources_is_refused(tmp_path: Path) -> None:
    clone = in_memory(tmp_path)
    write_secrets(clone)
    fake(clone).secrets.put("env:TOKEN", {"PASSWORD": "other"})
    with pytest.raises(ConfigError, match="`PASSWORD` is in two sources: `ssm:/shop/` and `env:TOKEN`"):
        STEP.apply(clone.world)


def test_no_secret_is_in_the_step(tmp_path: Path) -> None:
    step = write_secrets(in_memory(tmp_path))
    assert "hunter2" not in f"{step!r} {step.id} {step.summary}"
