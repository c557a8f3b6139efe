"""Messages of the release commits and tags that shipit makes, and the tests that recognize them.

A commit with a subject of the user (`commit-message`) has a second trailer, which names the releases as the standard
subject does. So it is recognized also after the configuration has changed.
"""

from __future__ import annotations

import re

SUBJECT = "chore(release): {what}"
SNAPSHOT_SUBJECT = "chore(release): begin {what}"
_SUBJECT = re.compile(r"chore\(release\): (?P<begin>begin )?(?P<what>\S.*?)(?: \[skip ci\])?")
_VERSION = re.compile(r"(?:(?P<package>\S+) )?(?P<version>\d+\.\d+\.\d+\S*)")
_VERSION_OF_ANY_TOOL = re.compile(r"(?:\S+ )?v?\d+\.\d+\.\d+\S*")


# Other tools write the same subject. shipit continues or undoes only commits and tags with this trailer.
TRAILER = "Released-by: shipit"
# The beginning of the second trailer. The fast checks of a message find it like `Release-As`.
RELEASES = "Release-Of: "


def release_message(subject: str, notes: str, releases: str = "") -> str:
    """Return the message of a release commit or of its tag.

    Args:
        subject: the first line.
        notes: the release notes in Markdown.
        releases: the releases as in the standard subject, for another subject.
    """
    second = f"{RELEASES}{releases}\n" if releases else ""
    return f"{subject}\n\n{notes.strip()}\n\n{TRAILER}\n{second}"


def standard_subject(message: str) -> str:
    """Return the standard subject of a release commit with a subject of the user; the own subject of any other commit.

    The subject must contain each version: the body of a squash commit can quote the message of a release commit.

    >>> standard_subject(release_message("release: v1.4.0", "### Features", "1.4.0"))
    'chore(release): 1.4.0'
    >>> standard_subject(release_message("feat: search (#12)", "* release: v1.4.0", "1.4.0"))
    'feat: search (#12)'
    """
    subject = subject_of(message)
    if RELEASES not in message or TRAILER not in message:
        return subject
    lines = message.splitlines()
    named = next((line.removeprefix(RELEASES) for line in reversed(lines) if line.startswith(RELEASES)), "")
    standard = SUBJECT.format(what=named)
    versions = _versions(standard).values()
    return standard if versions and TRAILER in lines and all(each in subject for each in versions) else subject


def is_release_message(message: str) -> bool:
    """Return whether shipit made the commit or the annotated tag with this message.

    >>> is_release_message(release_message("chore(release): 1.4.0", "### Features"))
    True
    >>> is_release_message("chore(release): 1.4.0")
    False
    """
    return TRAILER in message.splitlines() and _SUBJECT.fullmatch(standard_subject(message)) is not None


def is_release_of(message: str, package: str, version: str) -> bool:
    """Return whether shipit made the commit or tag with this message for `version` of `package`.

    Args:
        package: its name; empty if the whole repository has one version.

    >>> message = release_message("chore(release): 1.4.0", "### Features")
    >>> is_release_of(message, "", "1.4.0"), is_release_of(message, "", "1.5.0")
    (True, False)
    """
    return is_release_message(message) and versions_of(message).get(package) == version


def subject_of(message: str) -> str:
    """Return the first line of a message."""
    return message.split("\n", 1)[0]


def notes_of(message: str) -> str:
    """Return the release notes that a release message contains.

    >>> notes_of(release_message("chore(release): 1.4.0", "### Features"))
    '### Features\\n'
    """
    return message.partition("\n")[2].rpartition(TRAILER)[0].strip() + "\n"


def versions_of(message: str) -> dict[str, str]:
    """Return the versions that a release message names, by package name; the name is empty for the whole repository.

    Any other message gives an empty dict.

    >>> versions_of("chore(release): backend 1.4.0, web 2.0.1")
    {'backend': '1.4.0', 'web': '2.0.1'}
    >>> versions_of("chore(release): v1.4.0")  # shipit never writes a `v` there
    {}
    """
    return _versions(standard_subject(message))


def _versions(subject: str) -> dict[str, str]:
    found = _SUBJECT.fullmatch(subject.strip())
    parts = [] if found is None or found["begin"] else [_VERSION.fullmatch(part) for part in found["what"].split(", ")]
    return {part["package"] or "": part["version"] for part in parts if part} if all(parts) else {}


def is_release_subject(subject: str) -> bool:
    """Return whether a commit with this subject was made by a release: the release commit, or the snapshot after it.

    The `v` is accepted because other tools write it in their release commits.

    >>> is_release_subject("chore(release): 1.4.0"), is_release_subject("chore(release): begin 1.4.1-SNAPSHOT")
    (True, True)
    >>> is_release_subject("chore(release): v1.4.0"), is_release_subject("chore(release): tidy up")
    (True, False)
    """
    found = _SUBJECT.fullmatch(subject.strip())
    return found is not None and all(map(_VERSION_OF_ANY_TOOL.fullmatch, found["what"].split(", ")))


def names_version(subject: str, version: str) -> bool:
    """Return whether a subject has this version as a whole, as those of the release commits of most tools have.

    >>> names_version("bump: version 1.3.0 → 1.4.0", "1.4.0"), names_version("chore: prepare for v1.4.0", "1.4.0")
    (True, True)
    >>> names_version("fix: read 11.4.0", "1.4.0"), names_version("fix: read 1.4.0-rc.1", "1.4.0")
    (False, False)
    """
    return re.search(rf"(?<![\d.]){re.escape(version)}(?![\w+-]|\.\w)", subject) is not None
