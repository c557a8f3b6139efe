"""Clones of one remote, on disk and in memory, with the actions of users that tests need."""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Protocol
from unittest.mock import patch

from shipit.adapters.attestations import Cosign
from shipit.adapters.clock import SystemClock
from shipit.adapters.engine import DockerEngine
from shipit.adapters.files.working_tree import WorkingTree
from shipit.adapters.git import GitRepository
from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.adapters.local_forge import LocalForge
from shipit.adapters.notify import WebHooks
from shipit.adapters.places import AwsEcsServices, AwsSites, Connections, KubectlClusters
from shipit.adapters.processes.process import Commands
from shipit.adapters.registry import Logins, Registries
from shipit.adapters.secrets import SecretStores
from shipit.core.redact import Redactor
from shipit.testing import FakeWorld
from shipit.world import Files, Git, World


class Clone(Protocol):
    """A clone on `main`, with the actions of users and other programs.

    `image` is the name of an image that no other test pushes; empty if there is no engine.
    """

    image: str

    @property
    def world(self) -> World: ...
    @property
    def git(self) -> Git: ...
    @property
    def files(self) -> Files: ...
    def commit(self, message: str, files: Mapping[str, str] = {}) -> str: ...
    def push(self, *tags: str) -> None: ...
    def another(self, depth: int | None = None) -> Clone: ...
    def edit(self, path: str, text: str) -> None: ...
    def remove(self, path: str) -> None: ...
    def tag(self, name: str) -> None: ...  # lightweight
    def check_out(self, branch: str | None, commit: str) -> None: ...
    def merge(self, commit: str, message: str) -> str: ...
    def author(self, commit: str) -> str: ...  # `name <mail address>`
    def note(self, commit: str, text: str) -> None: ...  # also pushes it


class InMemory:
    image = "localhost:5000/acme/app"

    def __init__(self, world: FakeWorld) -> None:
        self.world, self.git, self.files = world, world.git, world.files
        self.commit, self.push, self.tag, self.edit = world.commit, world.push, world.git.tag, world.files.edit
        self.check_out, self.merge = world.git.check_out, world.git.merge

    def another(self, depth: int | None = None) -> InMemory:
        return InMemory(self.world.fresh_clone(depth=depth))

    def remove(self, path: str) -> None:
        del self.files.held[path]

    def note(self, commit: str, text: str) -> None:
        self.world.remote.notes[commit] = text

    def author(self, commit: str) -> str:
        return self.world.git._commits.held[commit].author


class Real:
    """A clone of a bare repository in `place`; each commit is one second newer, so that their order is fixed."""

    seconds = itertools.count(1_704_067_200)
    image = ""

    def __init__(self, place: Path, name: str = "clone") -> None:
        self.place, self.root = place, place / name
        self.git = GitRepository(str(self.root))
        self.files = WorkingTree(str(self.root), str(self.root / ".git/shipit/written"))
        forge = LocalForge(str(place / "releases"), base=str(self.root))
        commands, logins = Commands(str(self.root), Redactor()), Logins()
        engine = DockerEngine(str(self.root), logins, Redactor())
        hosts, secrets = Connections(logins, Redactor()), SecretStores(Redactor())
        ports = (self.files, commands, SystemClock(), engine, Registries(logins), hosts, secrets)
        notifications = WebHooks(Redactor(), RetryPolicy(), str(self.root / ".git/shipit/notified"))
        places = (KubectlClusters(Redactor()), AwsSites(), AwsEcsServices(Redactor()))
        attestations = Cosign(str(self.root), logins, Redactor())
        self.world = World(self.git, forge, *ports, *places, notifications, attestations)

    def run(self, *words: str) -> str:
        command = ["git", "-C", str(self.root), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def note(self, commit: str, text: str) -> None:
        self.run("notes", "--ref=shipit", "add", "--force", "--message", text, commit)
        self.run("push", "--quiet", "origin", "refs/notes/shipit")

    def author(self, commit: str) -> str:
        return self.run("log", "-1", "--format=%an <%ae>", commit).strip()

    def commit(self, message: str, files: Mapping[str, str] = {}) -> str:
        texts = files or {"notes.txt": f"{self.files.read('notes.txt') or ''}{message}\n"}
        for path, text in texts.items():
            self.edit(path, text)
        with self.a_second_later():
            return self.git.create_commit(tuple(texts), message)

    def a_second_later(self) -> AbstractContextManager[object]:
        date = f"{next(self.seconds)} +0000"
        return patch.dict(os.environ, {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date})

    def push(self, *tags: str) -> None:
        self.run("push", "--quiet", "origin", str(self.git.branch()), *tags)

    def another(self, depth: int | None = None) -> Real:
        name = f"clone-{len(list(self.place.iterdir()))}"
        shallow = [f"--depth={depth}"] if depth else []
        clone = ["git", "clone", "--quiet", *shallow, (self.place / "remote.git").as_uri(), str(self.place / name)]
        subprocess.run(clone, check=True, capture_output=True)
        return Real(self.place, name)

    def edit(self, path: str, text: str) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode("utf-8", "surrogateescape"))

    def remove(self, path: str) -> None:
        (self.root / path).unlink()

    def tag(self, name: str) -> None:
        self.run("tag", name)

    def check_out(self, branch: str | None, commit: str) -> None:
        self.run("checkout", "--quiet", *(["-B", branch] if branch else ["--detach"]), commit)

    def merge(self, commit: str, message: str) -> str:
        with self.a_second_later():
            self.run("merge", "--quiet", "--no-ff", "-m", message, commit)
        return str(self.git.head())


def in_memory(tmp_path: Path) -> Clone:
    """Return a clone in memory of an empty remote; its commands have the effect that the shell would have."""
    return InMemory(FakeWorld.new({}, effects={"touch built": lambda files, env: files.edit("built", "")}))


def over_a_bare_repository(tmp_path: Path) -> Clone:
    """Return a clone on disk of an empty remote."""
    template = _empty_clone()
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    config = tmp_path / "clone/.git/config"
    config.write_text(config.read_text("utf-8").replace(str(template), str(tmp_path)), "utf-8")
    return Real(tmp_path)


@cache
def _empty_clone() -> Path:
    """Return a directory with an empty remote and a clone of it, made once for a pytest worker."""
    place = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, place)
    for words in (["init", "--quiet", "--bare", "remote.git"], ["clone", "--quiet", "remote.git", "clone"]):
        subprocess.run(["git", *words], cwd=place, check=True, capture_output=True)
    return place


CLONES: tuple[Callable[[Path], Clone], ...] = (in_memory, over_a_bare_repository)
