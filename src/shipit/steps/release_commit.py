"""The commit a release is made of, recognised by its parent and its subject wherever it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shipit.errors import ConflictError
from shipit.world import World

SUBJECT = "chore(release): {what}"
SNAPSHOT_SUBJECT = "chore(release): begin {what}"
_SUBJECT = re.compile(r"chore\(release\): (?P<begin>begin )?(?P<what>\S.*?)(?: \[skip ci\])?")
_VERSION = re.compile(r"(?:(?P<package>\S+) )?(?P<version>\d+\.\d+\.\d+\S*)")


# Other tools write the same subject; only what carries this trailer is ever undone or continued.
TRAILER = "Released-by: shipit"


def release_message(subject: str, notes: str) -> str:
    """The message of a release commit or of its tag."""
    return f"{subject}\n\n{notes.strip()}\n\n{TRAILER}\n"


def is_release(message: str) -> bool:
    """Whether a commit or an annotated tag with this message is shipit's own.

    >>> is_release(release_message("chore(release): 1.4.0", "### Features")), is_release("chore(release): 1.4.0")
    (True, False)
    """
    return TRAILER in message.splitlines() and _SUBJECT.fullmatch(subject_of(message)) is not None


def subject_of(message: str) -> str:
    return message.split("\n", 1)[0]


def notes_of(message: str) -> str:
    """The notes that a release message carries.

    >>> notes_of(release_message("chore(release): 1.4.0", "### Features"))
    '### Features\\n'
    """
    return message.partition("\n")[2].rpartition(TRAILER)[0].strip() + "\n"


def versions_of(subject: str) -> dict[str, str]:
    """Package name (empty for the whole repository) to version, as a release subject tells them.

    >>> versions_of("chore(release): backend 1.4.0, web 2.0.1")
    {'backend': '1.4.0', 'web': '2.0.1'}
    """
    found = _SUBJECT.fullmatch(subject.strip())
    if found is None or found["begin"]:
        return {}
    parts = [_VERSION.fullmatch(part) for part in found["what"].split(", ")]
    return {part["package"] or "": part["version"] for part in parts if part} if all(parts) else {}


@dataclass(frozen=True, slots=True)
class ReleaseCommit:
    """Where to find the commit of a release.

    `parent` is the commit it was planned on. `subject` is its first line; None where a release writes
    nothing back, so that the parent itself is what is tagged. `tag` is one tag of the release, `branch`
    the branch it goes to. `after` is the release that the snapshot commit follows; its parent is known only
    once that is made.
    """

    parent: str
    subject: str | None
    tag: str
    branch: str | None = None
    after: ReleaseCommit | None = None

    def find(self, world: World) -> str | None:
        """Its id when it exists: as HEAD, at the tip of the remote branch, or behind the tag."""
        parent = self.base(world)
        if self.subject is None or parent is None:
            return parent
        for rev in ("HEAD", f"refs/tags/{self.tag}", world.git.tracked(self.branch) if self.branch else None):
            found = world.git.commit(rev) if rev else None
            if found and parent in found.parents[:1] and subject_of(found.message) == self.subject:
                return found.id
        return None

    def base(self, world: World) -> str | None:
        """The id of its parent."""
        return self.after.find(world) if self.after else self.parent

    def made(self, world: World) -> bool:
        """Whether what comes before the release commit (files, builds) has served its purpose."""
        if self.subject is None:
            return any(tag.name == self.tag for tag in world.git.tags())
        return self.find(world) is not None

    def require(self, world: World) -> str:
        """Its id; raises `ConflictError` when it does not exist."""
        found = self.find(world)
        if found is None:
            raise ConflictError(
                f"the release commit `{self.subject}` on `{self.parent[:10]}` is not there",
                hint="plan afresh: shipit plan",
            )
        return found
