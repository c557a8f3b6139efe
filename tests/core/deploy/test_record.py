"""The record of deployments: the version to go back to, and the held ones."""

from __future__ import annotations

from typing import Literal

import pytest

from shipit.core.deploy import DeployedImage, DeployEvent, DeployRecord

IMAGES = {name: DeployedImage("acme/shop", f"sha256:{name}", f"1.{name}.0") for name in "0123"}


def record(*events: str) -> DeployRecord:
    """Return the record of events such as `v1` (verified), `h1` (held) and `f1` (freed)."""
    kinds: dict[str, Literal["verified", "held", "freed"]] = {"v": "verified", "h": "held", "f": "freed"}
    found = DeployRecord()
    for number, event in enumerate(events):
        found = found.add(DeployEvent(kinds[event[0]], IMAGES[event[1]], at=f"2024-01-01T{number:02}"))
    return found


def version(image: DeployedImage | None) -> str | None:
    return image.version if image else None


@pytest.mark.parametrize(
    ("events", "digest", "before"),
    [
        ((), "1", None),
        (("v0",), "0", None),
        (("v0", "v1"), "1", "1.0.0"),
        (("v0", "v1", "v2"), "1", "1.0.0"),
        (("v0", "v1"), "3", "1.1.0"),  # an image that was never verified comes after all others
        (("v0", "v1", "v2", "h2", "v1"), "1", "1.0.0"),  # after a rollback
        (("v0", "v1", "v2", "h1"), "2", "1.0.0"),
        (("v0", "h0", "v1"), "1", None),
        (("v0", "h0", "f0", "v1"), "1", "1.0.0"),
        (("v0", "v1", "v1", "v1"), "1", "1.0.0"),
    ],
)
def test_the_version_before_another_was_verified_and_is_not_held(
    events: tuple[str, ...], digest: str, before: str | None
) -> None:
    assert version(record(*events).before(f"sha256:{digest}")) == before


@pytest.mark.parametrize(
    ("events", "held"),
    [((), []), (("h1",), ["1"]), (("h1", "f1"), []), (("h1", "f1", "h1"), ["1"]), (("h1", "v2", "h2"), ["1", "2"])],
)
def test_an_image_is_held_until_it_is_freed(events: tuple[str, ...], held: list[str]) -> None:
    found = record(*events)
    assert list(found.held) == [f"sha256:{name}" for name in held]
    for name in "0123":
        assert (found.why_held(f"sha256:{name}") is not None) == (name in held)


def test_the_latest_reason_is_reported() -> None:
    found = (
        DeployRecord()
        .add(DeployEvent("held", IMAGES["1"], why="first"))
        .add(DeployEvent("held", IMAGES["1"], why="second"))
    )
    event = found.why_held("sha256:1")
    assert event and event.why == "second"


@pytest.mark.parametrize(
    ("events", "rejected"),
    [
        ((), None),
        (("v0", "v1"), None),
        (("v0", "v1", "h1", "v0"), "1.1.0"),
        (("v0", "v1", "h1", "f0", "v0"), "1.1.0"),
        (("v0", "v1", "h1", "v0", "v2"), None),  # a deployment after the rollback
        (("v0", "h1"), None),  # a version that failed and never was the last one
        (("v0", "v1", "h1"), None),  # a rollback that has not switched yet
    ],
)
def test_the_rejected_image_is_the_one_that_the_last_rollback_replaced(
    events: tuple[str, ...], rejected: str | None
) -> None:
    assert version(record(*events).rejected) == rejected


def test_verified_images_are_listed_once_and_the_newest_first() -> None:
    found = record("v0", "v1", "h1", "v0", "v2")
    assert [version(event.image) for event in found.verified] == ["1.2.0", "1.0.0", "1.1.0"]
    assert [event.at[-2:] for event in found.verified] == ["04", "03", "01"]
    assert version(found.current) == "1.2.0"


def test_a_held_image_stays_held_however_many_versions_follow() -> None:
    found = record("v0", "h1", "h2", "f2")
    for _ in range(300):
        found = found.add(DeployEvent("verified", IMAGES["3"]))
    assert found.held == ("sha256:1",)
    assert len(found.events) <= 101
