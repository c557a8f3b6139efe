"""Where a release plays: a bare repository as the remote, clones of it, and a forge; and what all came to."""

from __future__ import annotations

import copy
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from release.runs import Driver, Run, StartedRun, run
from standin.faults import Fault
from standin.server import GOOD, GitHubStandIn

TODAY = "2026-02-03"
FILES = {
    "build.gradle": "plugins {\n    id 'java'\n}\n\nversion = '1.0.0'\n",
    "src/App.java": "class App {}\n",
    ".gitignore": "/build/\n",
}
HISTORY = ("feat: find messages by text", "fix(auth): end sessions that are over")
_REF = "%(refname)%00%(objectname)%00%(if)%(*objectname)%(then)%(*subject)%(else)%(subject)%(end)"
_SECONDS = 1_767_225_600  # 2026-01-01, seconds since the epoch


@dataclass(frozen=True)
class Release:
    """One release as its forge holds it."""

    tag: str
    body: str
    draft: bool
    prerelease: bool
    assets: tuple[str, ...]


@dataclass(frozen=True)
class End:
    """All that others can see: the branch, the tags with the subject they stand on, the releases."""

    subjects: tuple[str, ...]
    files: Mapping[str, str]
    tags: Mapping[str, str]
    releases: tuple[Release, ...]
    latest: str | None


@dataclass
class NotedWrites(Fault):
    """No fault: it notes each request that writes in a file, and so makes the state of the stand-in one of files."""

    file: Path = Path()

    def strikes(self, method: str, path: str) -> bool:
        if method != "GET":
            with self.file.open("a") as file:
                file.write(f"{method} {path}\n")
        return False


@dataclass
class Scene:
    """A remote with a little history, released as 1.0.0 before, whose next version is 1.1.0.

    Args:
        url: what clones have as `origin`; by default the path of `remote`.
        env: what shipit and git are told besides the environment of the tests.
    """

    driver: Driver
    root: Path
    remote: Path
    url: str = ""
    env: dict[str, str] = field(default_factory=lambda: {"GIT_TEMPLATE_DIR": ""})  # no sample hooks in clones
    github: GitHubStandIn | None = None
    _commits: dict[str, tuple[tuple[str, ...], dict[str, str]]] = field(default_factory=dict)

    # -- what was there before

    def begin(
        self,
        config: str = "",
        messages: Sequence[str | bytes] = HISTORY,
        files: Mapping[str, str] = {},
        places: Sequence[str] = ("src",),
        tags: Sequence[str] = ("v1.0.0",),
    ) -> Scene:
        """Fill the remote: a released first commit, and one commit for each of `messages`, in `places` by turns."""
        if not self.remote.exists():
            run("git", "init", "--quiet", "--bare", "--initial-branch=main", self.remote)
        first = {**FILES, **({"shipit.toml": config} if config else {}), **files}
        commits = [
            _commit("chore: begin", 0, first),
            *(f"reset refs/tags/{tag}\nfrom refs/heads/main\n\n".encode() for tag in tags),
        ]
        for at, message in enumerate(messages, 1):
            commits.append(_commit(message, at, {f"{places[at % len(places)]}/{at}.txt": f"{at}\n"}))
        one_pack = ("-c", "fastimport.unpackLimit=1")  # few files to copy and to remove
        run("git", "-C", self.remote, *one_pack, "fast-import", "--quiet", "--force", input=b"".join(commits))
        return self

    def clone(self, name: str = "clone", *options: str) -> Path:
        place = self.root / name
        self.git(self.root, "clone", "--quiet", *options, self.url or str(self.remote), str(place))
        return place

    def clone_afresh(self) -> Path:
        """A clone made after something happened: it knows what the remote knows."""
        return self.clone("afresh")

    def old_clone(self, name: str = "old") -> Path:
        """A clone as `actions/checkout` makes one when old jobs are run again: detached, at the commit of then."""
        place = self.clone(name)
        old = self.git(place, "log", "--format=%H", "--invert-grep", "--grep=^chore(release)", "-1")
        self.git(place, "checkout", "--quiet", "--detach", old)
        return place

    # -- what happens

    def git(self, place: Path, *words: str, ok: Sequence[int] = (0,)) -> str:
        return run("git", "-C", place, *words, env=self.env, ok=ok).removesuffix("\n")

    def write(self, clone: Path, path: str, text: str) -> None:
        (clone / path).parent.mkdir(parents=True, exist_ok=True)
        (clone / path).write_text(text, newline="")

    def commit(self, clone: Path, message: str, path: str = "src/new.txt", text: str = "new\n") -> None:
        self.write(clone, path, text)
        self.git(clone, "add", "--", path)
        self.git(clone, "commit", "--quiet", "-m", message)

    def push_commit(self, message: str, name: str = "colleague") -> None:
        """Somebody else pushes a commit."""
        place = self.root / name if (self.root / name).exists() else self.clone(name)
        self.git(place, "pull", "--quiet", "--rebase")
        self.commit(place, message, f"src/{self.git(place, 'rev-list', '--count', 'HEAD')}-more.txt")
        self.git(place, "push", "--quiet")

    def start(self, clone: Path, *args: str, env: Mapping[str, str] = {}) -> StartedRun:
        """shipit in a process, and a process group, of its own."""
        return self.driver.start(clone, args or ("release",), self.around(clone, env))

    def release(self, clone: Path, *args: str, env: Mapping[str, str] = {}) -> Run:
        return self.driver.run(clone, args or ("release",), self.around(clone, env))

    def killed(self, clone: Path, at: int, when: str, *args: str) -> Run:
        """A run that SIGKILL ends before or after its write number `at`."""
        return self.release(clone, *args, env={"STOP_AT": str(at), "STOP_WHEN": when})

    def writes(self, clone: Path, *args: str) -> tuple[str, ...]:
        """The writes that a whole run makes."""
        log = self.root / "writes"
        self.release(clone, *args, env={"WRITES": str(log)}).succeeded()
        return tuple(log.read_text().splitlines())

    def states(self, clone: Path, *args: str) -> list[tuple[str, str]]:
        """The states before and after each write of a whole run: of all clones, of the remote and of the forge."""
        found = self.root.with_name(f"{self.root.name}-states")
        if self.github:
            self.github._faults.append(NotedWrites("", "", file=self.root / "requests that write"))
        self.release(clone, *args, env={"STATES": str(found), "STATES_OF": str(self.root)}).succeeded()
        return [(before, after) for before, after in json.loads(found.read_text())]

    def around(self, clone: Path, env: Mapping[str, str] = {}) -> dict[str, str]:
        """The environment of a run."""
        return {**os.environ, "TODAY": TODAY, **self.env, **self._in_ci(clone), **env}

    def _in_ci(self, clone: Path) -> dict[str, str]:
        """On a detached HEAD the CI tells the branch."""
        detached = not (clone / ".git" / "HEAD").read_text().startswith("ref:") if (clone / ".git").is_dir() else False
        return {"GITHUB_REF_NAME": "main", "GITHUB_REF_TYPE": "branch"} if detached else {}

    @contextmanager
    def restored(self) -> Iterator[None]:
        """Whatever happens inside is undone at the end, in every clone, on the remote and on the forge."""
        saved = self.root.with_name(f"{self.root.name}-saved")
        shutil.copytree(self.root, saved, symlinks=True)
        held = copy.deepcopy((self.github.releases, self.github.latest_id)) if self.github else None
        yield
        shutil.rmtree(self.root)
        saved.rename(self.root)
        if self.github and held:
            self.github.releases, self.github.latest_id = held

    # -- what it came to

    def end(self) -> End:
        known = self.git(self.remote, "for-each-ref", f"--format={_REF}", "refs/heads/main", "refs/tags").splitlines()
        refs = {name: (id, subject) for name, id, subject in (line.split("\0") for line in known)}
        subjects, files = self._commit(refs.pop("refs/heads/main")[0])
        return End(
            subjects=subjects,
            files={path: self._neutral(text) for path, text in files.items()},
            tags={name.removeprefix("refs/tags/"): subject for name, (_, subject) in refs.items()},
            releases=tuple(sorted(self._releases(), key=lambda each: each.tag)),
            latest=self._latest(),
        )

    def _commit(self, id: str) -> tuple[tuple[str, ...], dict[str, str]]:
        """The subjects up to a commit, and its files by path: read once, because no commit ever changes."""
        if id not in self._commits:
            listed = self.git(self.remote, "ls-tree", "-r", "--format=%(objecttype) %(objectname) %(path)", id)
            blobs = [line.split(" ", 2)[1:] for line in listed.splitlines() if line.startswith("blob ")]
            subjects = self.git(self.remote, "log", "--format=%s", id).splitlines()
            texts = self._texts([blob for blob, _ in blobs])
            self._commits[id] = tuple(subjects), dict(zip((path for _, path in blobs), texts, strict=True))
        return self._commits[id]

    def _texts(self, blobs: Sequence[str]) -> list[str]:
        asked = "".join(f"{blob}\n" for blob in blobs).encode()
        said = run("git", "-C", self.remote, "cat-file", "--batch", input=asked).encode("utf-8", "surrogateescape")
        texts = []
        for _ in blobs:
            head, _, said = said.partition(b"\n")
            size = int(head.split()[-1])
            texts.append(said[:size].decode("utf-8", "surrogateescape").removesuffix("\n"))
            said = said[size + 1 :]
        return texts

    def _releases(self) -> list[Release]:
        if self.github:
            return [
                Release(
                    each.tag_name,
                    self._neutral(each.body or ""),
                    each.draft,
                    each.prerelease,
                    tuple(f"{asset.name} {asset.data.decode()}" for asset in each.assets),
                )
                for each in self.github.releases
            ]
        return [_stored(place.parent) for place in self.remote.glob("shipit/releases/*/release.json")]

    def _latest(self) -> str | None:
        if self.github:
            return next((each.tag_name for each in self.github.releases if each.id == self.github.latest_id), None)
        place = self.remote / "shipit/releases/LATEST"
        return place.read_text().strip() if place.exists() else None

    def _neutral(self, text: str) -> str:
        """Without the port that the stand-in happens to have."""
        return text.replace(self.github.url, "https://github.test") if self.github else text

    def leftovers(self, clone: Path) -> list[str]:
        """What a finished release must not leave in a clone: edits, stray files, commits and tags nobody else has."""
        left = self.git(clone, "status", "--porcelain").splitlines()
        known, own = (self._refs(place) for place in (self.remote, clone))
        heads = [id for name, id in known if name.startswith("refs/heads/")]
        with_remote = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": str(self.remote / "objects")}  # as after a fetch
        log = run("git", "-C", clone, "log", "--oneline", "HEAD", "--not", *heads, env=self.env | with_remote)
        left += log.splitlines()
        left += sorted(f"{name} {id}" for name, id in own - known if name.startswith("refs/tags/"))
        stray = [*self.root.rglob(".shipit-*"), *self.root.rglob("*.lock")]
        return left + [str(path) for path in stray if not path.name.startswith(("shipit.lock", "next-index-"))]

    def in_step(self, clone: Path) -> bool:
        """Whether a clone is clean, on main, and has main and the tags as the remote has them.

        All such clones are the same for shipit, so that the tests need one more run in one of them only.
        """
        refs = ("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads/main", "refs/tags")
        on_main = (clone / ".git/HEAD").read_text() == "ref: refs/heads/main\n"
        clean = not self.git(clone, "status", "--porcelain")
        return on_main and clean and self.git(clone, *refs) == self.git(self.remote, *refs)

    def _refs(self, clone: Path) -> set[tuple[str, str]]:
        """Each ref and the commit it leads to: two runs that made one commit within a second wrote its tag twice."""
        commits = (line.split() for line in self.git(clone, "show-ref", "--dereference", ok=(0, 1)).splitlines())
        return set({name.removesuffix("^{}"): id for id, name in commits}.items())


def released(scene: Scene, version: str = "1.1.0") -> str:
    """The notes of the one release there is, once all of it is there and the same everywhere."""
    end = scene.end()
    assert end.subjects[0] == f"chore(release): {version}"
    assert end.tags[f"v{version}"] == f"chore(release): {version}"
    (release,) = end.releases
    assert (release.tag, release.draft) == (f"v{version}", False)
    assert release.body.strip() in end.files["CHANGELOG.md"]
    return release.body


def nothing_is_public(scene: Scene) -> bool:
    end = scene.end()
    public = [release for release in end.releases if not release.draft]
    return not public and list(end.tags) == ["v1.0.0"] and "CHANGELOG.md" not in end.files


def _stored(place: Path) -> Release:
    held = json.loads((place / "release.json").read_text())
    assets = tuple(f"{each['name']} {(place / 'assets' / each['name']).read_text()}" for each in held["assets"])
    return Release(held["tag"], (place / "notes.md").read_text(), held["draft"], held["prerelease"], assets)


def _commit(message: str | bytes, at: int, files: Mapping[str, str]) -> bytes:
    """One commit on main for `git fast-import`."""
    text = message.encode() if isinstance(message, str) else message
    who = f"committer Robin Park <robin@example.com> {_SECONDS + 60 * at} +0000\n".encode()
    parts = [b"commit refs/heads/main\n", who, _data(text)]
    parts += [f"M 100644 inline {path}\n".encode() + _data(content.encode()) for path, content in files.items()]
    return b"".join(parts) + b"\n"


def _data(data: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(data), data)


def on_github(driver: Driver, root: Path, github: GitHubStandIn) -> Scene:
    """A scene whose remote is the stand-in's: clones have its URL, which git maps to the bare repository."""
    settings = {f"url.{github.git.path.parent.parent}/.insteadOf": f"{github.url}/"}
    env = {
        "GIT_TEMPLATE_DIR": "",
        "GITHUB_API_URL": github.api_url,
        "GITHUB_SERVER_URL": github.url,
        "GITHUB_TOKEN": GOOD,
    }
    env["GIT_CONFIG_COUNT"] = str(len(settings))
    for at, (key, value) in enumerate(settings.items()):
        env |= {f"GIT_CONFIG_KEY_{at}": key, f"GIT_CONFIG_VALUE_{at}": value}
    return Scene(driver, root, github.git.path, f"{github.url}/{github.slug}.git", env, github)
