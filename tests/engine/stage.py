"""Complete releases of worlds in memory, with the same code that makes real releases."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from shipit import api
from shipit.config.load import parse_config
from shipit.config.model import Config
from shipit.core.ci_event import CiEvent
from shipit.core.images import REVISION
from shipit.engine.apply import Observer
from shipit.testing import FakeWorld
from shipit.world import World

FILES = {
    "build.gradle": "plugins {\n    id 'java'\n}\n\nversion = '1.0.0'\n",
    "CHANGELOG.md": "# Changelog\n\nWritten by hand.\n",
}
CONFIG = 'version-files = ["build.gradle"]\nprepare = ["make jar"]\nassets = ["build/*.jar"]\n'


@dataclass
class Stage:
    """A runner of releases with the configuration `config`; `place` is a directory for the lock."""

    config: Config
    place: Path

    @classmethod
    def of(cls, place: Path, settings: str = "") -> Stage:
        """Return a stage with `settings`: lines of the table `[release]`, added to those for version file, build and asset."""
        return cls(parse_config(f"[release]\n{CONFIG}{settings}"), place)

    def release(self, world: World, observer: Observer | None = None) -> api.Outcome:
        project: Any = SimpleNamespace(
            config=self.config,
            world=world,
            forge=world.forge,
            links=world.forge.links(),
            git=SimpleNamespace(directory=str(self.place)),
            ci=SimpleNamespace(branch=None, event=CiEvent()),
            root=str(self.place),
        )
        return api.release(project, observer=observer)


def new_world() -> FakeWorld:
    """Return a Gradle project at v1.0.0 with a feature to be released as v1.1.0."""

    def jar(files: Any, env: Any) -> None:
        files.edit("build/app.jar", f"built from {files.read('build.gradle')}")

    world = FakeWorld.new(FILES, effects={"make jar": jar})
    world.git.tag("v1.0.0")
    world.push("v1.0.0")
    world.commit("feat: search", {"search.txt": "found"})
    world.push()
    return world


def public(world: FakeWorld) -> dict[str, Any]:
    """Return everything that is public, without commit ids and times, which differ from run to run."""
    remote = world.remote
    held = remote.commits.held
    return {
        "branches": {name: (remote.subjects(name), remote.tree(name)) for name in remote.branches},
        "tags": {
            name: (held[tag.commit].message, dict(held[tag.commit].tree), tag.message)
            for name, tag in remote.tags.items()
        },
        "releases": dict(remote.releases),
        "latest": remote.latest,
        "images": images(world),
    }


def images(world: FakeWorld) -> dict[str, Any]:
    """Return for each tag the tags of the same image and its labels, with the commit message in place of the id."""
    tags = world.registry.tags
    labels_of = {tag: dict(found.labels) for tag in tags if (found := world.registry.find(tag))}
    for labels in labels_of.values():
        commit = world.remote.commits.held[labels.pop(REVISION)]
        labels["made from"] = commit.message
    return {tag: ([other for other in sorted(tags) if tags[other] == tags[tag]], labels_of[tag]) for tag in tags}
