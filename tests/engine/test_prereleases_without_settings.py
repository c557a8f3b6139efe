"""Pre-releases on a branch that no setting is for."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine.stage import Stage, new_world


@pytest.mark.parametrize("tags", [["v1.1.0-beta.1", "v1.1.0-beta.10", "v1.1.0-beta.9"], ["v1.0.0-alpha.1"]])
def test_a_stable_release_after_prereleases_says_how_to_continue_them(tmp_path: Path, tags: list[str]) -> None:
    world = new_world()
    for tag in tags:
        world.git.tag(tag)
    world.push(*tags)
    outcome = Stage.of(tmp_path).release(world)
    assert outcome.version == "1.1.0"
    found = [(each.code, each.severity, each.what, each.fix) for each in outcome.plan.findings]
    what = "the last tag is the pre-release `v1.1.0-beta.10`, but the next release is a stable one"
    fix = 'to make pre-releases on this branch, set `branches = [{ name = "main", prerelease = "beta" }]` under `[release]`'
    assert found == ([("prereleases", "warning", what, fix)] if tags[1:] else [])


def test_a_branch_with_settings_releases_what_they_say_without_a_warning(tmp_path: Path) -> None:
    world = new_world()
    world.git.tag("v1.1.0-beta.1")
    world.push("v1.1.0-beta.1")
    assert Stage.of(tmp_path, 'branches = ["main"]\n').release(world).plan.findings == ()
