"""The builds that `keep` of an image removes from the registry after a push, and those that it never removes."""

from __future__ import annotations

from typing import Any

import pytest
from deploy.stage import Stage, digest_of

from shipit import api
from shipit.config.load import parse_config
from shipit.core.images import REVISION, SOURCE, VERSION
from shipit.engine.apply import apply_steps
from shipit.errors import ConfigError, RemoteError
from shipit.plan.images import observe_wanted_images
from shipit.steps.images import RemoveImages
from shipit.testing import FakeWorld
from shipit.world import RemoteImage

IMAGE = """\
[environments.dev]
branch = "main"
image = { name = "NAME", tags = ["latest", "{branch}-{sha}"], keep = 3 }
"""
DEPLOYED = """
[environments.dev.deploy]
kind = "blue-green"
name = "shop"
health = { path = "/health", json = { status = "UP" }, within = "30s" }
"""
NAME = "registry.example/shop"


def stage(name: str = NAME, more: str = "") -> Stage:
    return Stage(parse_config(IMAGE.replace("NAME", name) + more))


def push(world: FakeWorld, stage: Stage, number: int) -> str:
    """Commit, and put the image of that commit into the registry as shipit pushes it. Return its permanent tag."""
    world.commit(f"feat: number {number}")
    world.push()
    (wanted,), _ = observe_wanted_images(world, stage.config, "dev", branch=None)
    image = RemoteImage(digest_of(f"1.{number}.0"), dict(wanted.build.labels))
    for reference in wanted.tags:
        world.registry.accept(reference, image)
    return wanted.permanent_tags[0].rpartition(":")[2]


def plan(world: FakeWorld, stage: Stage) -> Any:
    return api.plan_image(stage.project(world), "dev", push=True)


def removed(world: FakeWorld, stage: Stage) -> list[str]:
    """Return the tags that the plan removes."""
    steps = [step for step in plan(world, stage).steps if isinstance(step, RemoveImages)]
    return [tag for step in steps for tags in step.images.values() for tag in tags]


def pushed(stage: Stage, count: int = 5) -> tuple[FakeWorld, list[str]]:
    world = FakeWorld.new()
    return world, [push(world, stage, number) for number in range(count)]


def test_the_newest_builds_are_kept_and_older_ones_removed_after_the_tags() -> None:
    world, tags = pushed(stage())
    planned = plan(world, stage())
    assert [step.kind for step in planned.steps][-1] == "remove-images"
    assert not planned.findings
    apply_steps(planned.steps, world)
    assert set(world.registry.tag_names(NAME)) == {"latest", *tags[2:]}
    assert removed(world, stage()) == []


def test_the_image_that_is_about_to_be_pushed_counts() -> None:
    world, tags = pushed(stage(), 3)
    assert removed(world, stage()) == []
    world.commit("feat: next")
    assert removed(world, stage()) == [tags[0]]


def test_the_image_of_the_commit_is_kept_also_if_it_is_old() -> None:
    world, tags = pushed(stage())
    old = world.registry.find(f"{NAME}:{tags[0]}")
    assert old
    world.git.check_out("main", old.labels[REVISION])
    assert removed(world, stage()) == [tags[1]]


def test_without_keep_and_without_a_push_nothing_is_removed() -> None:
    world, _ = pushed(stage())
    without = Stage(parse_config(IMAGE.replace("NAME", NAME).replace(", keep = 3", "")))
    assert removed(world, without) == []
    assert not any(isinstance(step, RemoveImages) for step in api.plan_image(stage().project(world), "dev").steps)


def test_tags_that_shipit_did_not_make_are_kept() -> None:
    world, tags = pushed(stage())
    (oldest,) = (world.registry.find(f"{NAME}:{tags[0]}"),)
    assert oldest
    strange = {
        "main-0a1b2c3": {VERSION: "1.0.0-dev.1+0a1b2c3", REVISION: "0a1b2c3"},  # no complete commit
        "main-1a1b2c3": {},
        "main-2a1b2c3": {VERSION: "main", REVISION: "2a1b2c3" + "0" * 33},
        "main-3a1b2c3": dict(oldest.labels),  # the image of another commit
        "main-4a1b2c3": {**oldest.labels, SOURCE: "https://github.com/acme/other"},
        "nightly": dict(oldest.labels),
    }
    for number, (tag, labels) in enumerate(strange.items()):
        world.registry.accept(f"{NAME}:{tag}", RemoteImage(digest_of(f"9.{number}.0"), labels))
    assert removed(world, stage()) == [tags[1], tags[0]]


def test_an_image_with_another_tag_is_kept() -> None:
    world, tags = pushed(stage())
    oldest = world.registry.find(f"{NAME}:{tags[0]}")
    assert oldest
    world.registry.tag(f"{NAME}:demo-day", oldest.digest)
    assert removed(world, stage()) == [tags[1]]


def test_an_image_that_is_one_platform_of_a_kept_image_is_kept() -> None:
    world, tags = pushed(stage())
    newest, oldest = (world.registry.find(f"{NAME}:{tag}") for tag in (tags[-1], tags[0]))
    assert newest
    assert oldest
    world.registry.platforms[newest.digest] = (oldest.digest,)
    assert removed(world, stage()) == [tags[1]]


def test_the_images_of_releases_are_kept() -> None:
    released = Stage(
        parse_config(
            IMAGE.replace("NAME", NAME).replace("[environments.dev]", '[environments.dev]\nversion = "release"')
        )
    )
    world, _ = pushed(stage())
    world.git.create_tag("v1.0.0", str(world.git.head()), "release")
    assert removed(world, released) == []


def test_what_serves_or_is_the_way_back_is_kept() -> None:
    deployed = stage(more=DEPLOYED)
    world, tags = FakeWorld.new(), []
    for number in range(2):
        tags.append(push(world, deployed, number))
        deployed.deploy(world.next_run())
    tags += [push(world, deployed, number) for number in range(2, 7)]
    assert removed(world, deployed) == [tags[3], tags[2]]


def test_a_held_image_is_kept() -> None:
    deployed = stage(more=DEPLOYED)
    world, tags = FakeWorld.new(), []
    for number in range(3):
        tags.append(push(world, deployed, number))
        deployed.deploy(world.next_run())
    deployed.rollback(world.next_run())  # holds the third image, and leads to the second one
    tags += [push(world, deployed, number) for number in range(3, 7)]
    assert removed(world, deployed) == [tags[3]]


def test_nothing_is_removed_if_it_is_not_known_what_serves() -> None:
    deployed = stage(more=DEPLOYED.replace('name = "shop"', 'name = "shop"\nhosts = ["ssh://deploy@a"]'))
    world, _ = pushed(deployed)
    world.hosts.unreachable.add("ssh://deploy@a")
    planned = plan(world, deployed)
    (finding,) = planned.findings
    assert (finding.code, finding.severity) == ("old-images", "warning")
    assert finding.what.startswith(f"old images of `{NAME}` are not removed: it is not known which image `dev` runs (")
    assert "give this run access to the hosts of `dev`" in finding.fix
    assert not any(isinstance(step, RemoveImages) for step in planned.steps)


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("acme/shop", "hub.docker.com"),
        ("123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/shop", "lifecycle policy"),
    ],
)
def test_a_registry_that_removes_images_in_its_own_way_is_named_with_that_way(name: str, fix: str) -> None:
    world, _ = pushed(stage(name))
    planned = plan(world, stage(name))
    (finding,) = planned.findings
    assert (finding.code, finding.severity) == ("old-images", "warning")
    assert fix in finding.fix
    assert not any(isinstance(step, RemoveImages) for step in planned.steps)


def test_a_failed_removal_is_a_warning_and_the_images_are_pushed() -> None:
    world, _ = pushed(stage())

    def refuse(reference: str) -> None:
        raise RemoteError("UNSUPPORTED", status=405)

    world.registry.remove = refuse  # type: ignore[method-assign]
    outputs = apply_steps(plan(world, stage()).steps, world)
    assert any(name.startswith("digest:") for name in outputs)


def test_an_image_with_very_many_tags_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shipit.core.limits.CLEAN_UP_TAGS", 4)
    world, _ = pushed(stage())
    (finding,) = plan(world, stage()).findings
    assert finding.what == (
        f"no old build is removed, because `{NAME}` has 6 tags; shipit removes old builds only if there are at most 4"
    )


def test_one_run_removes_a_limited_number_of_builds_and_the_next_ones_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shipit.core.limits.CLEAN_UP_IMAGES", 2)
    world, tags = pushed(stage(), 6)
    assert removed(world, stage()) == [tags[1], tags[0]]
    apply_steps(plan(world, stage()).steps, world)
    assert removed(world, stage()) == [tags[2]]


def test_an_image_on_ghcr_is_removed_too() -> None:
    """How: `adapters/registry/test_ghcr.py`."""
    world, tags = pushed(stage("ghcr.io/acme/shop"))
    assert removed(world, stage("ghcr.io/acme/shop")) == [tags[1], tags[0]]


@pytest.mark.parametrize(("value", "shown"), [("0", "0"), ('"20"', '"20"'), ("1001", "1001")])
def test_a_number_of_builds_that_cannot_be_is_refused_with_the_possible_ones(value: str, shown: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse_config(IMAGE.replace("NAME", NAME).replace("keep = 3", f"keep = {value}"))
    (problem,) = raised.value.problems
    assert problem.what == f"`keep` must be a whole number from 1 to 1000, not `{shown}`"


def test_the_images_of_a_release_cannot_have_a_number_of_builds() -> None:
    with pytest.raises(ConfigError) as raised:
        parse_config('[release.images.shop]\nname = "acme/shop"\nkeep = 3\n')
    (problem,) = raised.value.problems
    assert problem.where == "release.images.shop.keep"
