"""The sample of `tag-image`, on which test_contract.py checks the promises of every step; and runs that overlap."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.clones import Clone
from msgspec.structs import replace
from steps.samples import Sample, built, push_another_image, reference

from shipit.core.images import REVISION, VERSION
from shipit.steps.base import Step
from shipit.steps.images import Origin, TagImage
from shipit.testing import FakeRegistry, FakeWorld
from shipit.world import RemoteImage


def tag_image(clone: Clone) -> Step:
    origin = built(clone, f"{clone.image}:main")
    clone.world.engine.push(f"{clone.image}:main")
    return TagImage(reference(clone), f"{clone.image}:main", origin, moves=False)


SAMPLE = Sample(tag_image, (push_another_image,), images=True)


class Rival(FakeRegistry):
    """A registry in which another run pushes an image and moves tags just before the first tag is written here."""

    def __init__(self, image: RemoteImage, tags: Sequence[str]) -> None:
        super().__init__()
        self.rival: tuple[RemoteImage, Sequence[str]] | None = (image, tags)

    def tag(self, reference: str, digest: str) -> None:
        (theirs, names), self.rival = self.rival or (None, ()), None
        for name in names:
            assert theirs
            self.accept(f"{APP}:{name}", theirs)
        super().tag(reference, digest)


APP = "registry.example/acme/app"


def image(version: str, revision: str) -> RemoteImage:
    return RemoteImage(f"sha256:{version}", {VERSION: version, REVISION: revision})


def moved(
    moving: str, own: str, rival: str, *, pushed: Sequence[str], before: bool = False, own_tag: str = ""
) -> str | None:
    """Return the version that `moving` has after a run that moves it while a rival pushes its image with these tags.

    With `before`, the permanent tag of the rival was there before the run looked.
    """
    world = FakeWorld.new()
    first = world.git.head() or ""
    later = world.commit("feat: later", {"later.txt": "later"})
    theirs = image(rival, later)
    registry = Rival(theirs, pushed)
    world = replace(world, registry=registry)
    registry.accept(f"{APP}:{own_tag or own}", image(own, first))
    registry.accept(f"{APP}:{moving}", image("0.1.0", ""))
    if before:
        registry.accept(f"{APP}:{rival}", theirs)
    step = TagImage(f"{APP}:{moving}", f"{APP}:{own_tag or own}", Origin(first, own), moves=True)
    step.apply(world)
    found = registry.find(f"{APP}:{moving}")
    return found.labels[VERSION] if found else None


def test_a_tag_follows_a_newer_image_that_was_pushed_meanwhile() -> None:
    assert moved("latest", "1.4.0", "1.5.0", pushed=["1.5.0"]) == "1.5.0"
    assert moved("1.4", "1.4.0", "1.4.1", pushed=["1.4.1"]) == "1.4.1"


def test_a_tag_of_one_line_of_versions_does_not_follow_an_image_of_another_line() -> None:
    assert moved("1.4", "1.4.5", "2.0.0", pushed=["2.0.0", "2.0"]) == "1.4.5"
    assert moved("v1", "1.4.5", "2.0.0", pushed=["2.0.0"]) == "1.4.5"
    assert moved("1", "1.4.5", "1.5.0", pushed=["1.5.0"]) == "1.5.0"


def test_a_tag_of_a_branch_does_not_follow_an_image_of_another_branch() -> None:
    assert moved("main", "1.5.0-main.1+0a1b2c3", "1.5.0-dev.9", pushed=["dev-1"], own_tag="main-0a1b2c3") == (
        "1.5.0-main.1+0a1b2c3"
    )


def test_a_tag_does_not_follow_a_pre_release_of_another_run() -> None:
    assert moved("latest", "1.4.0", "2.0.0-beta.1", pushed=["2.0.0-beta.1"]) == "1.4.0"


def test_a_slow_older_run_gives_the_tag_back_to_a_newer_image_that_was_there_before() -> None:
    assert moved("latest", "1.4.0", "1.5.0", pushed=["latest"], before=True) == "1.5.0"
    assert moved("1.4", "1.4.0", "2.0.0", pushed=[], before=True) == "1.4.0"
