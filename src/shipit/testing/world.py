"""All fakes together: a clone in memory, whose remote can be cloned again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from shipit.testing.attestations import FakeAttestations
from shipit.testing.clock import FakeClock
from shipit.testing.clusters import FakeClusters
from shipit.testing.ecs import FakeEcsServices
from shipit.testing.engine import FakeEngine
from shipit.testing.files import FakeFiles
from shipit.testing.forge import FakeForge
from shipit.testing.git import FakeGit, FakeRemote
from shipit.testing.hosts import FakeHosts
from shipit.testing.notifications import FakeNotifications
from shipit.testing.process import Effect, FakeProcess
from shipit.testing.registry import FakeRegistry
from shipit.testing.secrets import FakeSecrets
from shipit.testing.sites import FakeSites
from shipit.world import World


class FakeWorld(World, frozen=True, kw_only=True):
    """A `World` in memory.

    >>> world = FakeWorld.new({"VERSION": "1.0.0"})
    >>> world.commit("feat: search", {"search.txt": "found"}) == world.git.head()
    True
    >>> world.push()
    >>> world.remote.subjects()
    ['feat: search', 'chore: begin']
    >>> world.fresh_clone().files.read("search.txt")
    'found'
    """

    git: FakeGit
    forge: FakeForge
    files: FakeFiles
    process: FakeProcess
    clock: FakeClock
    engine: FakeEngine
    registry: FakeRegistry
    hosts: FakeHosts
    secrets: FakeSecrets
    clusters: FakeClusters
    sites: FakeSites
    ecs_services: FakeEcsServices
    notifications: FakeNotifications
    attestations: FakeAttestations
    remote: FakeRemote

    @classmethod
    def new(
        cls,
        files: Mapping[str, str] = {"README.md": "# App\n"},
        *,
        today: dt.date = dt.date(2024, 1, 1),
        effects: Mapping[str, Effect] = {},
    ) -> FakeWorld:
        """Return a clone of a new remote, whose branch `main` has one commit.

        Args:
            files: the files of that commit, text by path; if empty, the remote is empty and there is no commit.
            today: the date of the clock.
            effects: the effects of commands, by the text of the command; other commands succeed and do nothing.
        """
        remote, registry = FakeRemote(clock=FakeClock(today)), FakeRegistry()
        hosts = FakeHosts(registry, remote.clock)
        places = {
            "hosts": hosts,
            "clusters": FakeClusters(registry, remote.clock, hosts.apps),
            "sites": FakeSites(remote.clock),
            "ecs_services": FakeEcsServices(registry, remote.clock, hosts.apps),
        }
        services = {
            "secrets": FakeSecrets(),
            "notifications": FakeNotifications(),
            "attestations": FakeAttestations(),
        }
        world = cls._over(remote, registry, places, services, effects)
        if files:
            world.commit("chore: begin", files)
            world.push()
        return world

    @classmethod
    def _over(
        cls,
        remote: FakeRemote,
        registry: FakeRegistry,
        places: Mapping[str, Any],
        services: Mapping[str, Any],
        effects: Mapping[str, Effect],
    ) -> FakeWorld:
        files = FakeFiles()
        return cls(
            git=FakeGit(remote, files),
            forge=FakeForge(remote, files),
            files=files,
            process=FakeProcess(files, effects),
            clock=remote.clock,
            engine=FakeEngine(registry),
            registry=registry,
            remote=remote,
            **services,
            **places,
        )

    def fresh_clone(self, at: str | None = None, *, depth: int | None = None) -> FakeWorld:
        """Return another clone of the same remote, on its default branch.

        Args:
            at: the commit to check out on that branch, as CI does if an old job runs again; by default the newest.
            depth: the number of commits to clone; None for all.
        """
        services = {name: getattr(self, name) for name in ("secrets", "notifications", "attestations")}
        world = self._over(self.remote, self.registry, self._places(), services, self.process.effects)
        branch = self.remote.default or ""
        world.git.fetch()
        if self.remote.branches:
            world.git.check_out(branch, at or self.remote.branches[branch])
        if depth is not None:
            world.git.cut(depth)
        return world

    def next_run(self) -> FakeWorld:
        """Return the same clone as a new process finds it: without locks and the record of commands."""
        process = FakeProcess(self.files, self.process.effects)
        return replace(self, process=process, **self._places())

    def _places(self) -> dict[str, Any]:
        """Return the ports to all places as another run sees them."""
        names = ("hosts", "clusters", "sites", "ecs_services")
        return {name: getattr(self, name).connect() for name in names}

    def commit(self, message: str, files: Mapping[str, str] = {}) -> str:
        """Commit `files` as a user, or a new line in `notes.txt` if there are none, and return the commit's id."""
        texts = files or {"notes.txt": f"{self.files.read('notes.txt') or ''}{message}\n"}
        for path, text in texts.items():
            self.files.edit(path, text)
        return self.git.create_commit(tuple(texts), message, by_hand=True)

    def push(self, *tags: str) -> None:
        """Push the checked out branch and `tags`, and overwrite the branch of the remote."""
        branch, head = self.git.branch() or "", self.git.head() or ""
        self.git.push(branch=branch, commit=head, expected=self.remote.branches.get(branch), tags=tags)
