"""The commands of semantic-release: the plugin `exec`."""

from __future__ import annotations

import re
from typing import Any

from shipit.importers.model import FoundKeys, RepositoryFacts
from shipit.versionfiles import detect

_PLACEHOLDERS = {"nextRelease.version": "$SHIPIT_VERSION", "nextRelease.gitTag": "$SHIPIT_TAG"}
_PLACEHOLDER = re.compile(r"<%[=-]?\s*([\w.]+)\s*%>|\$\{\s*([\w.]+)\s*\}")
_WRITES_VERSION = re.compile(r"^(?:sed|perl|npm version|npx|node|python3?|\./gradlew|mvn|echo|awk|jq|yq|printf)\b")
_REASONS = {
    "publishCmd": "run it in a job after the release, `if: needs.release.outputs.released == 'true'`",
    "successCmd": "run it in a job after the release, `if: needs.release.outputs.released == 'true'`",
    "verifyReleaseCmd": "add it to `prepare`, which runs before anything is public",
    "failCmd": "run it in a job with `if: failure()`",
}


def read_exec(name: str, options: dict[str, Any], found: FoundKeys, repository: RepositoryFacts) -> None:
    """Read the options of the plugin `exec`. Nothing of them is executed."""
    for key, value in options.items():
        if key == "prepareCmd" and isinstance(value, str):
            _read_prepare(f"{name}.prepareCmd", value, found, repository)
        else:
            found.undecided(f"{name}.{key}", _REASONS.get(key, "shipit has no command for this step"))


def _read_prepare(key: str, command: str, found: FoundKeys, repository: RepositoryFacts) -> None:
    """Read the command before the release: the parts that write the version into a known file are not needed."""
    for number, part in enumerate(part.strip() for part in re.split(r"&&|\n", command)):
        if part:
            _read_part(f"{key} ({number + 1})", part, found, repository)


def _read_part(key: str, part: str, found: FoundKeys, repository: RepositoryFacts) -> None:
    written = [file for file in detect(_words(part)) if repository.read(file) is not None]
    if written and _WRITES_VERSION.search(part) and "nextRelease.version" in part:
        found.default(key, f"shipit writes the version into {', '.join(f'`{file}`' for file in written)}")
        return
    if "docker" in part and "push" in part:
        found.undecided(key, "shipit builds and pushes images itself: `[release.images]`")
        return
    translated = _PLACEHOLDER.sub(lambda match: _PLACEHOLDERS.get(match[1] or match[2], match[0]), part)
    if _PLACEHOLDER.search(translated):
        found.undecided(key, f"`{_PLACEHOLDER.search(translated)[0]}` has no variable in `prepare`")  # type: ignore[index]
        return
    found.added(key, "release.prepare", translated)


def _words(command: str) -> list[str]:
    return re.findall(r"[\w./-]+", command)
