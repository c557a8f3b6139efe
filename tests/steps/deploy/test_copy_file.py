"""The step `copy-file`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from steps.deploy.scene import HOST, fake, host_of
from steps.samples import Sample

from shipit.errors import ConflictError
from shipit.steps.base import Done, Step
from shipit.steps.deploy import CopyFile
from shipit.testing import FakeWorld

SOURCE, PATH, TEXT = "deploy/compose.yaml", "/srv/shop/compose.yaml", "services: {}\n"


def committed(clone: Clone) -> FakeWorld:
    world = fake(clone)
    world.commit("feat: a project", {SOURCE: TEXT})
    return world


def copy_file(clone: Clone) -> Step:
    committed(clone)
    return CopyFile(HOST, "HEAD", SOURCE, PATH)


SAMPLE = Sample(copy_file, hosts=True)


def test_the_file_of_the_commit_is_copied_and_not_that_of_the_working_tree(tmp_path: Path) -> None:
    world = committed(in_memory(tmp_path))
    old = world.git.head() or ""
    world.commit("feat: another", {SOURCE: "services: {web: {}}\n"})
    world.files.edit(SOURCE, "edited")
    CopyFile(HOST, old, SOURCE, PATH).apply(world)
    assert host_of(world).read(PATH) == TEXT


def test_a_file_that_the_commit_lacks_stays_as_it_is_on_the_host(tmp_path: Path) -> None:
    world = committed(in_memory(tmp_path))
    host_of(world).files[PATH] = "by hand"
    step = CopyFile(HOST, "HEAD", "else.yaml", PATH)
    assert isinstance(step.check(world), Done)
    step.apply(world)
    assert host_of(world).read(PATH) == "by hand"


def test_a_commit_that_the_clone_lacks_is_refused_unless_it_is_not_required(tmp_path: Path) -> None:
    world = committed(in_memory(tmp_path))
    with pytest.raises(ConflictError, match="commit fffffff"):
        CopyFile(HOST, "f" * 40, SOURCE, PATH).check(world)
    assert isinstance(CopyFile(HOST, "f" * 40, SOURCE, PATH, required=False).check(world), Done)
