"""Compare decided versions with the versions that projects released: `make bench HISTORIES=dir`, or

    PYTHONPATH=tests .venv/bin/python -m bench.replay DIRECTORY --page docs/performance.md

DIRECTORY contains repositories and bundles (*.bundle). The bench repeats the newest releases of each: at the commit of
a release, with the tag of the previous release as the only tag, every tool decides the next version. Without a
directory the bench makes bundles itself; they are the same on every machine.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from differential.tools import PEERS, SHIPIT, Question

from bench.arguments import directory
from bench.history import make_history
from bench.measure import say
from bench.tables import write_block
from shipit.core.versions import Tag, TagFormat, Version, version_tags

FORMAT = TagFormat("v{version}")
BUNDLES = Path(".cache/bench/bundles")
SEEDS = range(1, 4)
COMMITS = 2_000
NEWEST = 50  # releases of one repository
TOOLS = (SHIPIT, *PEERS)

Answers = Mapping[str, Sequence[str | None]]


@dataclass(frozen=True)
class Pair:
    """A release, and the highest release in its history."""

    before: Tag
    made: Tag


@dataclass(frozen=True)
class Scene:
    """A repository just before a release, which shares the objects of another repository."""

    path: Path

    def messages_since(self, tag: str | None) -> list[tuple[str, str]]:
        fields = git(self.path, "log", "--format=%H%x00%B%x00", f"{tag}..HEAD").split("\0")
        return [(id.strip(), message) for id, message in zip(fields[::2], fields[1::2], strict=False)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.replay")
    parser.add_argument("histories", type=directory, nargs="?")
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        replayed = dict(replays(asked.histories or shipped(BUNDLES), Path(scratch)))
    if not replayed:
        raise SystemExit(f"`{asked.histories}` contains no repository or bundle with two releases; nothing was written")
    print("\n".join(line for name, (found, answers) in replayed.items() for line in differences(name, found, answers)))
    text = table(replayed)
    print(text)
    if asked.page:
        write_block(asked.page, "accuracy", text)


def replays(place: Path, scratch: Path) -> Iterator[tuple[str, tuple[list[Pair], Answers]]]:
    """Yield questions and answers by repository, which is named with its newest release."""
    for name, repository in opened(place, scratch / "clones").items():
        say(f"replaying {name}")
        found, answers = replay(repository, scratch / name)
        if found:
            yield f"{name} ({found[-1].made.name})", (found, answers)
        else:
            say(f"{name} is skipped: it does not have two releases with tags like {FORMAT.render(Version(1, 4, 0))}")


def shipped(place: Path) -> Path:
    """Return a directory with small histories as bundles; missing bundles are made."""
    place.mkdir(parents=True, exist_ok=True)
    for seed in SEEDS:
        bundle = place.absolute() / f"shop-{seed}.bundle"
        if not bundle.exists():
            with tempfile.TemporaryDirectory() as scratch:
                make_history(Path(scratch), COMMITS, seed)
                git(Path(scratch), "bundle", "create", "--quiet", str(bundle), "main", "--tags")
    return place


def opened(place: Path, clones: Path) -> dict[str, Path]:
    """Return the repositories of a directory by name; bundles are cloned."""
    found = {}
    for each in sorted(place.iterdir()):
        if each.suffix == ".bundle":
            name = each.name if each.stem in found else each.stem
            if cloned(each.absolute(), clones / each.stem):
                found[name] = clones / each.stem
        elif (each / ".git").exists() or (each / "objects").is_dir():
            found[each.name] = each.absolute()
        else:
            say(f"{each.name} is skipped: it is neither a repository nor a bundle")
    return found


def cloned(bundle: Path, clone: Path) -> bool:
    run = subprocess.run(["git", "clone", "--quiet", "--mirror", bundle, clone], capture_output=True, text=True)
    if run.returncode:
        say(f"{bundle.name} is skipped: git cannot read it: {run.stderr.strip().splitlines()[0]}")
    return not run.returncode


def replay(repository: Path, scratch: Path) -> tuple[list[Pair], Answers]:
    found = pairs(repository)[-NEWEST:]
    questions = [
        Question(scene(repository, pair, scratch / pair.made.name), str(pair.before.version)) for pair in found
    ]
    return found, {tool.name: tool.ask(questions) for tool in TOOLS if questions}


def pairs(repository: Path) -> list[Pair]:
    """Return each stable release with the highest release in its history, lowest version first."""
    lines = git(repository, "for-each-ref", "--format=%(refname:lstrip=2) %(objectname) %(*objectname)", "refs/tags")
    named = {name: ids[-1] for name, *ids in map(str.split, lines.splitlines())}
    found = []
    for made in reversed(version_tags(named, FORMAT)):
        behind = git(repository, "tag", "--merged", made.commit).split()
        lower = version_tags({name: named[name] for name in behind if named[name] != made.commit}, FORMAT)
        found += [Pair(lower[0], made)] if lower and lower[0].version < made.version else []
    return found


def scene(repository: Path, pair: Pair, path: Path) -> Scene:
    objects = git(repository, "rev-parse", "--path-format=absolute", "--git-path", "objects").strip()
    path.mkdir(parents=True)
    git(path, "init", "--quiet", "--initial-branch=main")
    (path / ".git/objects/info/alternates").write_text(f"{objects}\n")
    git(path, "update-ref", "refs/heads/main", pair.made.commit)
    git(path, "update-ref", f"refs/tags/{pair.before.name}", pair.before.commit)
    git(path, "remote", "add", "origin", "https://github.com/acme/app.git")
    return Scene(path)


def git(place: Path, *arguments: str) -> str:
    run = subprocess.run(["git", *arguments], cwd=place, capture_output=True, text=True, errors="replace")
    if run.returncode:
        raise SystemExit(f"`git {' '.join(arguments)}` failed in {place}:\n{run.stderr.strip()}")
    return run.stdout


def table(replayed: Mapping[str, tuple[Sequence[Pair], Answers]]) -> str:
    names = [tool.name for tool in TOOLS]
    rows = [
        f"| {name} | {len(found)} | {' | '.join(agreeing(found, answers[tool]) for tool in names)} |"
        for name, (found, answers) in replayed.items()
    ]
    return "\n".join([f"| history | releases | {' | '.join(names)} |", f"|---|--:|{'--:|' * len(names)}", *rows, ""])


def agreeing(found: Sequence[Pair], answers: Sequence[str | None]) -> str:
    same = sum(answer == str(pair.made.version) for pair, answer in zip(found, answers, strict=True))
    return f"{same} ({same / len(found):.0%})"


def differences(name: str, found: Sequence[Pair], answers: Answers) -> Iterator[str]:
    """Yield the releases for which shipit decides another version, with the versions of all tools."""
    for at, pair in enumerate(found):
        versions = {tool: answers[tool][at] or "none" for tool in answers}
        if versions["shipit"] != str(pair.made.version):
            others = ", ".join(f"{tool} {version}" for tool, version in versions.items())
            yield f"{name}: after {pair.before.version} came {pair.made.version}; {others}"


if __name__ == "__main__":
    main()
