"""package.json and its lock files, which have the version at the top and, since npm 7, also in `packages[""]`.

A place in `paths` can be a dependency on another package of the repository. Its operator, `^` or `~`, stays there.

>>> PACKAGE_JSON.read('{"version": "1.2.3", "dependencies": {"a": "9.9.9"}}')
'1.2.3'
>>> PACKAGE_JSON.write('{"version": "1.2.3", "dependencies": {"a": "^1.2.3"}}', "2.0.0", ["version", "dependencies.a"])
'{"version": "2.0.0", "dependencies": {"a": "^2.0.0"}}'
>>> PACKAGE_LOCK.write('{"version": "1.2.3", "packages": {"": {"version": "1.2.3"}}}', "2.0.0")
'{"version": "2.0.0", "packages": {"": {"version": "2.0.0"}}}'
"""

from __future__ import annotations

from collections.abc import Sequence

from shipit.versionfiles.base import Span, TextFormat, spans
from shipit.versionfiles.syntax.json import json_places

_ROOT_PACKAGE = "packages..version"  # the key of the root package is the empty string


def _find_in_manifest(text: str, paths: Sequence[str]) -> list[Span]:
    return _without_operators(text, spans(text, json_places(text), paths or ["version"]))


def _find_in_lock(text: str, paths: Sequence[str]) -> list[Span]:
    places = list(json_places(text))
    repeated = [_ROOT_PACKAGE] if any(place.path == _ROOT_PACKAGE for place in places) else []
    return _without_operators(text, spans(text, places, paths or ["version", *repeated]))


def _without_operators(text: str, found: Sequence[Span]) -> list[Span]:
    return [Span(span.start + 1, span.end) if text[span.start] in "^~" else span for span in found]


PACKAGE_JSON = TextFormat(_find_in_manifest)
PACKAGE_LOCK = TextFormat(_find_in_lock)
