"""Old images on a registry that removes them by the API of GitHub, as ghcr.io does."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.ghcr import github_remover
from contracts.pushed import IMAGE, push_image, push_index, repositories
from msgspec.structs import replace
from parts.registry import Registry
from repositories import run
from standin.server import GitHubStandIn

from shipit.adapters.github import GitHubPackages
from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.adapters.login import Login
from shipit.adapters.registry import Logins, Registries
from shipit.adapters.registry.manifest import Manifest
from shipit.adapters.registry.repository import RegistryRepository
from shipit.api import open_project
from shipit.errors import RemoteError
from shipit.steps.base import Done, Todo
from shipit.steps.images import RemoveImages
from shipit.testing import FakeWorld
from shipit.world import World


class Shop:
    """A world with one repository of images."""

    def __init__(self, part: Registry, github: GitHubStandIn) -> None:
        (self.path,) = repositories()
        self.part, self.github, self.name = part, github, f"{part.address}/{self.path}"

    def world(self) -> World:
        """The world of a run of its own."""
        removers = {self.part.address: github_remover(self.part, self.github, self.part.password)}
        logins = Logins(Login(self.part.username, self.part.password))
        registry = Registries(logins, RetryPolicy(timeout=5, pause=0, sleep=lambda seconds: None), removers)
        return replace(FakeWorld.new(), registry=registry)

    def push(self, *tags: str) -> str:
        """Push an image and return its digest."""
        digest = push_image(self.part, self.path, tags[0])
        for tag in tags[1:]:
            self.world().registry.tag(f"{self.name}:{tag}", digest)
        return digest

    def tags(self) -> list[str]:
        return sorted(self.world().registry.tag_names(self.name))


@pytest.fixture
def shop(locked_registry: Registry, github: GitHubStandIn) -> Shop:
    return Shop(locked_registry, github)


def test_the_images_of_other_indexes_and_attestations_can_still_be_read(shop: Shop) -> None:
    old, new = (push_index(shop.part, shop.path, tag) for tag in ("dev-1", "dev-2"))
    registry = shop.world().registry
    parts = [*registry.manifests(f"{shop.name}@{old}")[1:], *registry.manifests(f"{shop.name}@{new}")]
    registry.remove(f"{shop.name}@{old}")
    assert registry.manifests(f"{shop.name}@{old}") == ()
    assert len(parts) == 7
    assert all(registry.manifests(f"{shop.name}@{part}") for part in parts)


def test_a_run_that_ends_in_the_middle_is_finished_by_the_next(shop: Shop) -> None:
    images = {shop.push(*tags): tags for tags in (("dev-1", "1.4.0-dev.1"), ("dev-2",), ("dev-3",))}
    shop.push("dev-4", "latest")
    step = RemoveImages(shop.name, images)
    shop.github.fail("DELETE", "/versions", 502, when="after")
    shop.github.fail("DELETE", "/versions", 429, headers={"Retry-After": "3000"})
    with pytest.raises(RemoteError, match="GitHub's rate limit is reached"):
        step.apply(shop.world())
    assert shop.tags() == ["dev-2", "dev-3", "dev-4", "latest"]
    assert step.check(shop.world()) == Todo()
    step.apply(shop.world())
    assert shop.tags() == ["dev-4", "latest"]
    assert step.check(shop.world()) == Done()


def test_a_removal_whose_answer_was_lost_is_done(shop: Shop) -> None:
    old = shop.push("dev-1")
    shop.push("dev-2")
    shop.github.fail("DELETE", "/versions", 502, when="after")
    shop.world().registry.remove(f"{shop.name}@{old}")
    assert shop.tags() == ["dev-2"]


def test_an_image_that_github_does_not_show_is_not_taken_for_removed(shop: Shop) -> None:
    old = shop.push("dev-1")
    shop.github.fail("GET", "/versions", 200, body=b"[]")
    with pytest.raises(RemoteError, match="or does not show it to the login"):
        shop.world().registry.remove(f"{shop.name}@{old}")
    assert shop.tags() == ["dev-1"]


def test_a_run_removes_images_of_ghcr_by_the_api_of_github_with_the_login_of_ghcr(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed: list[tuple[str, str]] = []

    def remove(packages: GitHubPackages, repository: str, digest: str) -> None:
        login = packages._login()
        removed.append((repository, login.password if login else ""))

    monkeypatch.setenv("SHIPIT_REGISTRY_USERNAME", "bot")
    monkeypatch.setenv("SHIPIT_REGISTRY_PASSWORD", "pat")
    monkeypatch.setattr(GitHubPackages, "remove", remove)
    monkeypatch.setattr(RegistryRepository, "manifest", lambda self, which: Manifest.decode(b"{}", IMAGE, which))
    run(tmp_path, "init", "--quiet")
    open_project(str(tmp_path)).world.registry.remove(f"ghcr.io/acme/app@sha256:{'0' * 64}")
    assert removed == [("acme/app", "pat")]
