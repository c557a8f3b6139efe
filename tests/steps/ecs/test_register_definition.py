"""The step `register-definition`."""

from __future__ import annotations

from pathlib import Path

from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.deploy.scene import EARLIER, IMAGE
from steps.ecs.scene import (
    ADDRESS,
    CHANGE,
    FIRST,
    SECOND,
    created,
    delete_the_definitions,
    deregister,
    registered,
    remove_the_service,
    service_of,
)
from steps.samples import Sample

from shipit.core import limits
from shipit.steps.base import Done, Step, Todo
from shipit.steps.ecs import RegisterDefinition

STEP = RegisterDefinition(ADDRESS, CHANGE)


def register_definition(clone: Clone) -> Step:
    created(clone)
    return STEP


SAMPLE = Sample(register_definition, (remove_the_service, delete_the_definitions), hosts=True)


def test_only_the_image_and_the_tags_of_shipit_change(tmp_path: Path) -> None:
    world = registered(in_memory(tmp_path))
    old, new = service_of(world).definitions
    assert new.content == old.with_image("web", IMAGE.reference)
    assert {**new.tags, "shipit:content": ""} == {"team": "shop", "shipit:content": "", "shipit:version": "1.1.0"}


def test_tags_of_aws_itself_are_not_copied(tmp_path: Path) -> None:
    world = created(in_memory(tmp_path))
    old = service_of(world).definitions[0]
    service_of(world).definitions[0] = replace(old, tags={"aws:cloudformation:stack-name": "shop"})
    STEP.apply(world)
    assert service_of(world).definitions[1].tags.keys() == {"shipit:content", "shipit:version"}


def test_the_revision_of_a_killed_run_is_found_again(tmp_path: Path) -> None:
    world = registered(in_memory(tmp_path))
    service_of(world).add({"web": "acme/other:1"})
    assert STEP.check(world) == Done()
    STEP.apply(world)
    assert len(service_of(world).definitions) == 3


def test_a_revision_with_other_settings_is_not_the_wanted_one(tmp_path: Path) -> None:
    world = registered(in_memory(tmp_path))
    changed = service_of(world).add({"web": EARLIER.reference}, environment=[{"name": "MODE", "value": "new"}])
    step = RegisterDefinition(ADDRESS, replace(CHANGE, base=changed.arn))
    assert step.check(world) == Todo()
    step.apply(world)
    assert service_of(world).definitions[-1].content["environment"] == [{"name": "MODE", "value": "new"}]


def test_a_revision_that_has_the_image_already_is_used_as_it_is(tmp_path: Path) -> None:
    world = registered(in_memory(tmp_path))
    assert RegisterDefinition(ADDRESS, replace(CHANGE, base=SECOND)).check(world) == Done()
    assert RegisterDefinition(ADDRESS, replace(CHANGE, base=FIRST, image=EARLIER)).check(world) == Done()


def test_a_revision_that_was_deregistered_is_registered_again_with_the_same_content(tmp_path: Path) -> None:
    world = registered(in_memory(tmp_path))
    deregister(world, SECOND)
    step = RegisterDefinition(ADDRESS, replace(CHANGE, base=SECOND))
    assert step.check(world) == Todo()
    step.apply(world)
    _, second, third = service_of(world).definitions
    assert third.content == second.content
    assert step.check(world) == Done()


def test_only_the_newest_revisions_are_searched(tmp_path: Path) -> None:
    world = registered(in_memory(tmp_path))
    for _ in range(limits.ECS_DEFINITIONS):
        service_of(world).add({"web": "acme/other:1"})
    assert STEP.check(world) == Todo()
