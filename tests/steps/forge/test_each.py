"""Comments and labels on several issues: if one issue fails, the others are still written to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shipit.errors import AuthError, RemoteError
from shipit.steps.base import Todo
from shipit.steps.forge import CommentReleased, LabelReleased
from shipit.testing import FakeWorld

TAG = "v1.1.0"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> FakeWorld:
    world = FakeWorld.new()
    world.forge.create_draft(tag=TAG, title=TAG, body="", prerelease=False, branch="main")
    return world


def unreachable(monkeypatch: pytest.MonkeyPatch, world: FakeWorld, errors: dict[int, Exception]) -> list[int]:
    """Make the forge raise `errors` by number, and return the list of numbers that are written to from now on."""
    tried = []
    for name in ("find_comment", "keep_comment", "labels", "add_label"):
        real = getattr(world.forge, name)

        def call(number: int, *rest: Any, real: Callable[..., Any] = real, name: str = name) -> Any:
            if name in ("keep_comment", "add_label"):
                tried.append(number)
            if number in errors:
                raise errors[number]
            return real(number, *rest)

        monkeypatch.setattr(world.forge, name, call)
    return tried


@pytest.mark.parametrize("step", [CommentReleased(TAG, (1, 2, 3)), LabelReleased(TAG, "released", (1, 2, 3))])
def test_a_number_that_does_not_exist_is_in_the_error_and_the_others_are_written(
    world: FakeWorld, monkeypatch: pytest.MonkeyPatch, step: CommentReleased | LabelReleased
) -> None:
    unreachable(monkeypatch, world, {2: RemoteError("GitHub has no #2", hint="look")})
    assert step.check(world) == Todo()
    with pytest.raises(RemoteError, match="GitHub has no #2") as raised:
        step.apply(world)
    assert "(failed for #2)" in raised.value.what
    assert raised.value.hint == "look"
    written = world.remote.comments if isinstance(step, CommentReleased) else world.remote.labels
    assert written.keys() == {1, 3}


def test_a_token_that_is_refused_for_the_first_number_ends_the_step(
    world: FakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = unreachable(monkeypatch, world, dict.fromkeys((1, 2, 3), AuthError("`GITHUB_TOKEN` may not comment")))
    with pytest.raises(AuthError):
        CommentReleased(TAG, (1, 2, 3)).apply(world)
    assert tried == [1]


def test_a_rate_limit_ends_the_step(world: FakeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    limited = RemoteError("GitHub's rate limit does not allow to comment on #2 before noon", retryable=True)
    tried = unreachable(monkeypatch, world, {2: limited, 3: limited})
    with pytest.raises(RemoteError, match="before noon"):
        CommentReleased(TAG, (1, 2, 3, 4)).apply(world)
    assert tried == [1, 2]
    assert world.remote.comments.keys() == {1}


def test_a_comment_links_to_the_release(world: FakeWorld) -> None:
    CommentReleased(TAG, (1,)).apply(world)
    (comment,) = world.remote.comments[1]
    assert comment.endswith("\nReleased in [v1.1.0](https://git.test/acme/app/releases/tag/v1.1.0).")
