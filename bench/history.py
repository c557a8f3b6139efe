"""Generated histories of any length; the same seed gives the same history.

Each has a main line with merged pull requests, and messages as in a busy project by two hundred people: most follow the
convention, nearly half have a body of up to three paragraphs, a third have trailers, a few follow no convention. Every
hundredth commit has a tag with the version that follows from the commits; every second tag is annotated.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from shipit.core.versions import Bump, Version, bumped_version

UNRELEASED = 40  # commits after the last tag
SPACING = 100  # commits from one tag to the next

BUMPS = {"feat": Bump.MINOR, "fix": Bump.PATCH, "perf": Bump.PATCH}
TYPES = [*["fix"] * 7, *["feat"] * 5, *["chore"] * 3, *["docs"] * 2, "refactor", "test", "ci", "build", "perf"]
SCOPES = [None, None, "api", "auth", "cart", "db", "deps", "mail", "orders", "search", "ui"]
VERBS = [
    "add",
    "bring back",
    "close",
    "drop",
    "guard",
    "keep",
    "limit",
    "name",
    "order",
    "read",
    "reject",
    "show",
    "sort",
]
THINGS = [
    "empty basket",
    "old session",
    "price list",
    "slow query",
    "worker pool",
    "검색 결과",
    "second address",
    "café menu",
]
WHERE = ["in the list", "on start", "for guests", "after a failure", "behind a proxy", "while it is open", "by default"]
# The lines after a third of the bodies, each with its share.
TRAILERS = {
    "Closes #{n}": 0.2,
    "Fixes #{n}": 0.2,
    "Refs: #{n}": 0.3,
    "Signed-off-by: Ada <ada@example.org>": 0.5,
    "Co-authored-by: Bo <bo@example.org>": 0.25,
}
PLAIN = ["Update README.md", "Small clean-up", "[search] try again", 'Revert "feat: what was released long ago"']
FINISH = [
    "checkout -q -f main",
    "pack-refs --all",
    "remote add origin https://github.com/acme/shop.git",
]
NAMES = ["Ada", "Bo", "Chae", "Dmitri", "Eun", "Frida", "Goran", "Hana", "Ines", "Jun", "Kofi", "Lea", "Mino", "Noor"]
FAMILIES = ["Ahn", "Berg", "Cho", "Diaz", "Eder", "Fox", "Gil", "Haas", "Ito", "Jang", "Kim", "Lund", "Moon", "Ng"]
PEOPLE = [f"{name} {family} <{name.lower()}.{family.lower()}@example.org>" for name in NAMES for family in FAMILIES]


@dataclass
class History:
    """A history in the making, and the version that its next release will have."""

    random: Random
    version: Version = field(default_factory=lambda: Version(0, 1, 0))
    due: Bump = Bump.NONE
    made: int = 0

    @property
    def expected(self) -> Version:
        return bumped_version(self.version, self.due, major_on_zero=True)

    def stream(self, commits: int) -> Iterator[str]:
        """Yield the input of `git fast-import`."""
        tip, tags = 0, 0
        while self.made < commits:
            if tip and self.random.random() < 0.03:
                side = tip
                for _ in range(self.random.randint(1, 4)):
                    yield self.commit("side", [side], self.message())
                    side = self.made
                yield self.commit("main", [tip, side], f"Merge pull request #{self.made} from acme/side")
            else:
                yield self.commit("main", [tip] if tip else [], self.message())
            tip = self.made
            if tip > (tags + 1) * SPACING and tip < commits - UNRELEASED:
                tags += 1
                yield self.tag(tip, annotated=tags % 2 == 0)
        yield f"reset refs/heads/side\nfrom {'0' * 40}\n\n"

    def commit(self, branch: str, parents: list[int], message: str) -> str:
        self.made += 1
        who = f"{self.random.choice(PEOPLE)} {1_400_000_000 + self.made * 400} +0900"
        first, others = parents[:1], parents[1:]
        lines = [
            f"commit refs/heads/{branch}",
            f"mark :{self.made}",
            f"author {who}",
            f"committer {who}",
            data(message),
        ]
        lines += [f"from :{parent}" for parent in first] + [f"merge :{parent}" for parent in others]
        lines += [] if first else [f"M 644 inline README.md\n{data('# A shop')}"]
        return "\n".join(lines) + "\n\n"

    def tag(self, commit: int, *, annotated: bool) -> str:
        self.version, self.due = self.expected, Bump.NONE
        name = f"v{self.version}"
        if not annotated:
            return f"reset refs/tags/{name}\nfrom :{commit}\n\n"
        return f"tag {name}\nfrom :{commit}\ntagger {PEOPLE[0]} {1_400_000_000 + commit * 400} +0900\n{data(name)}\n"

    def message(self) -> str:
        chance, pick = self.random.random, self.random.choice
        if chance() < 0.04:
            title = pick(PLAIN)
            self.due = max(self.due, Bump.PATCH if title.startswith("Revert") else Bump.NONE)
        else:
            title = self.title()
        parts = [title]
        if chance() < 0.45:
            parts += [self.paragraph() for _ in range(self.random.randint(1, 3))]
        if chance() < 0.35:
            trailers = [line for line, share in TRAILERS.items() if chance() < share]
            parts.append("\n".join(trailers).format(n=self.random.randint(1, 60_000)))
        return "\n\n".join(parts)

    def title(self) -> str:
        chance, pick = self.random.random, self.random.choice
        type, scope, breaking = pick(TYPES), pick(SCOPES), chance() < 0.0005
        self.due = max(self.due, Bump.MAJOR if breaking else BUMPS.get(type, Bump.NONE))
        number = f" (#{self.made})" if chance() < 0.6 else ""
        start = f"{type}{f'({scope})' if scope else ''}{'!' * breaking}"
        return f"{start}: {self.phrase()}{number}"

    def paragraph(self) -> str:
        lines = range(self.random.randint(1, 5))
        return "\n".join(f"{self.phrase().capitalize()}, and {self.phrase()}." for _ in lines)

    def phrase(self) -> str:
        pick = self.random.choice
        return f"{pick(VERBS)} the {pick(THINGS)} {pick(WHERE)}"


def data(text: str) -> str:
    return f"data {len(text.encode()) + 1}\n{text}\n"


def make_history(place: Path, commits: int, seed: int = 1) -> None:
    """Make a repository at `place`, packed like a fresh clone, with the next version in the file `expected`.

    A repository that exists already is kept.
    """
    expected = place / ".git" / "expected"
    if expected.exists():
        return
    history = History(Random(seed))
    subprocess.run(["git", "init", "-q", "-b", "main", place], check=True)
    with subprocess.Popen(["git", "-C", place, "fast-import", "--quiet"], stdin=subprocess.PIPE) as importing:
        assert importing.stdin
        for piece in history.stream(commits):
            importing.stdin.write(piece.encode())
    if importing.returncode:
        raise SystemExit("git fast-import failed")
    for command in FINISH:
        subprocess.run(["git", "-C", place, *command.split()], check=True)
    expected.write_text(str(history.expected))
