"""The message of release commits and their tags: how shipit recognises what it made itself."""

from __future__ import annotations

import re

SUBJECT = "chore(release): {what}"
SNAPSHOT_SUBJECT = "chore(release): begin {what}"
_SUBJECT = re.compile(r"chore\(release\): (?P<begin>begin )?(?P<what>\S.*?)(?: \[skip ci\])?")
_VERSION = re.compile(r"(?:(?P<package>\S+) )?v?(?P<version>\d+\.\d+\.\d+\S*)")


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


def releases(message: str, package: str, version: str) -> bool:
    """Whether a message is shipit's own and that of this version of `package` (empty for the whole repository).

    >>> told = release_message("chore(release): 1.4.0", "### Features")
    >>> releases(told, "", "1.4.0"), releases(told, "", "1.5.0")
    (True, False)
    """
    return is_release(message) and versions_of(subject_of(message)).get(package) == version


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
    return {} if found is None or found["begin"] else _versions(found["what"])


def is_release_subject(subject: str) -> bool:
    """Whether a release made the commit with this subject: for itself, or for the snapshot that follows it.

    >>> [is_release_subject(f"chore(release): {what}") for what in ("1.4.0", "begin 1.4.1-SNAPSHOT", "the party")]
    [True, True, False]
    """
    found = _SUBJECT.fullmatch(subject.strip())
    return found is not None and bool(_versions(found["what"]))


def _versions(what: str) -> dict[str, str]:
    parts = [_VERSION.fullmatch(part) for part in what.split(", ")]
    return {part["package"] or "": part["version"] for part in parts if part} if all(parts) else {}
