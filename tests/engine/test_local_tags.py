"""Release tags that only one clone has: they were never pushed, or somebody deleted them on the remote."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine.stage import Stage, new_world

from shipit.errors import PreflightError


def test_a_last_release_whose_tag_only_this_clone_has_stops_the_release_with_both_ways_out(tmp_path: Path) -> None:
    stage, world = Stage.of(tmp_path), new_world()
    world.git.tag("v5.0.0")
    with pytest.raises(PreflightError) as raised:
        stage.release(world)
    (found,) = raised.value.findings
    assert (found.code, found.what, found.fix) == (
        "local-tag",
        "the tag `v5.0.0` is only in this clone, so the last release is another one everywhere else",
        "if it is a release: git push origin refs/tags/v5.0.0; if not: git tag -d v5.0.0",
    )
    assert not world.remote.releases
    pushed = world.fresh_clone()
    pushed.git.tag("v5.0.0")
    pushed.push("v5.0.0")
    assert not stage.release(world).released
    world.git.delete_tag("v5.0.0")
    del world.remote.tags["v5.0.0"]
    assert stage.release(world).version == "1.1.0"


def test_a_higher_tag_on_another_branch_that_only_this_clone_has_does_not_count(tmp_path: Path) -> None:
    stage, world = Stage.of(tmp_path), new_world()
    head = world.git.head()
    world.git.check_out("topic", world.remote.tags["v1.0.0"].commit)
    world.commit("feat: topic", {"topic.txt": "a"})
    world.git.tag("v5.0.0")
    world.git.check_out("main", str(head))
    outcome = stage.release(world)
    assert (outcome.version, outcome.plan.findings) == ("1.1.0", ())
    assert world.remote.latest == "v1.1.0"
