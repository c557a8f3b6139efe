"""The step that removes old images: all that it can, and none that another tag leads to."""

from __future__ import annotations

import pytest
from contracts.clones import Clone
from steps.samples import Sample, built, reference

from shipit.errors import AuthError, ConflictError, RemoteError, ShipitError
from shipit.steps.base import Done, Step, Todo
from shipit.steps.images import RemoveImages
from shipit.testing import FakeWorld
from shipit.world import RemoteImage

ONE, TWO, INDEX = (f"sha256:{digit * 64}" for digit in "123")


def pushed(clone: Clone) -> Step:
    built(clone, reference(clone))
    return RemoveImages(clone.image, {clone.world.engine.push(reference(clone)): ("1.1.0",)})


def give_another_tag(clone: Clone) -> None:
    found = clone.world.registry.find(reference(clone))
    assert found
    clone.world.registry.tag(f"{clone.image}:stable", found.digest)


SAMPLE = Sample(pushed, (give_another_tag,), images=True)


def world() -> FakeWorld:
    world = FakeWorld.new()
    for tag, digest in (("dev-1", ONE), ("dev-2", TWO), ("latest", INDEX)):
        world.registry.accept(f"acme/app:{tag}", RemoteImage(digest))
    return world


STEP = RemoveImages("acme/app", {ONE: ("dev-1",), TWO: ("dev-2",)})


def failing(error: ShipitError, *digests: str) -> FakeWorld:
    """Return a world whose registry does not remove the images `digests`."""
    made = world()
    remove = made.registry.remove

    def refuse(reference: str) -> None:
        if any(reference.endswith(digest) for digest in digests):
            raise error
        remove(reference)

    made.registry.remove = refuse  # type: ignore[method-assign]
    return made


def test_an_image_of_one_platform_of_another_image_is_not_removed() -> None:
    made = world()
    made.registry.platforms[INDEX] = (ONE,)
    with pytest.raises(ConflictError, match="`acme/app:latest` leads to an image that was to be removed"):
        STEP.check(made)


def test_the_others_are_removed_if_one_cannot_be() -> None:
    made = failing(RemoteError("the manifest is locked", status=409), ONE)
    with pytest.raises(RemoteError, match=r"the manifest is locked; not removed from `acme/app`: dev-1$"):
        STEP.apply(made)
    assert list(made.registry.tags) == ["acme/app:dev-1", "acme/app:latest"]
    assert STEP.check(made) == Todo()


def test_a_registry_that_removes_nothing_is_asked_once() -> None:
    made = failing(RemoteError("UNSUPPORTED", status=405), ONE)
    with pytest.raises(RemoteError, match=r"not removed from `acme/app`: dev-1, dev-2$") as raised:
        STEP.apply(made)
    assert (
        raised.value.hint == "allow it in the settings of the registry, or remove `keep` of the image from shipit.toml"
    )


def test_a_refused_login_names_what_is_left() -> None:
    with pytest.raises(AuthError, match=r"denied; not removed from `acme/app`: dev-1, dev-2$"):
        STEP.apply(failing(AuthError("denied"), ONE))


def test_images_that_are_gone_already_are_done() -> None:
    made = world()
    STEP.apply(made)
    assert STEP.check(made) == Done()
    assert list(made.registry.tags) == ["acme/app:latest"]


def test_the_summary_names_the_first_tags() -> None:
    many = RemoveImages("acme/app", {str(number): (f"dev-{number}",) for number in range(5)})
    assert many.summary == "remove 5 old images of acme/app: dev-0, dev-1, dev-2 and 2 more"
