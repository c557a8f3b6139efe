"""The sample of `create-commit`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, Real, over_a_bare_repository
from steps.samples import NOTES, Sample, commit_meanwhile, planned

from shipit.errors import ConfigError, ConflictError
from shipit.steps.base import Step
from shipit.steps.repository import CreateCommit


def create_commit(clone: Clone) -> Step:
    commit = planned(clone)
    clone.files.write("VERSION", "1.1.0")
    return CreateCommit(commit, NOTES, ("VERSION",), "bot <bot@example.org>")


SAMPLE = Sample(create_commit, (commit_meanwhile,))


def test_a_link_in_place_of_a_file_is_not_committed(tmp_path: Path) -> None:
    clone = over_a_bare_repository(tmp_path)
    assert isinstance(clone, Real)
    step = create_commit(clone)
    (clone.root / "VERSION").rename(clone.root / "other")
    (clone.root / "VERSION").symlink_to("other")
    with pytest.raises(ConflictError, match="`VERSION`, which the release wrote, was replaced by a link"):
        step.apply(clone.world)
    (clone.root / "VERSION").unlink()
    (clone.root / "VERSION").symlink_to("/etc/passwd")
    with pytest.raises(ConfigError, match="outside the repository"):
        step.apply(clone.world)
