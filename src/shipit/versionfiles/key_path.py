"""Any JSON, YAML, TOML or XML file, by the dotted path of a value: `paths = ["info.version"]`.

>>> YAML.read("info:\\n  version: 1.2.3", ["info.version"])
'1.2.3'

Items of lists are numbered from 0 (`images.0.tag`); the path of an XML element starts at the root element.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from shipit.versionfiles.base import Place, Span, TextFormat, VersionFileError, spans
from shipit.versionfiles.syntax import json, toml, xml, yaml


def _find(places: Callable[[str], Iterable[Place]], text: str, paths: Sequence[str]) -> list[Span]:
    if not paths:
        raise VersionFileError(
            "nothing says where in this file the version is",
            hint='name the key, as in paths = ["info.version"], or mark the line with '
            '`x-shipit-version` in a comment and set format = "marker"',
        )
    return spans(text, places(text), paths)


JSON = TextFormat(("*.json",), partial(_find, json.places))
YAML = TextFormat(("*.yaml", "*.yml"), partial(_find, yaml.places))
TOML = TextFormat(("*.toml",), partial(_find, toml.places))
XML = TextFormat(("*.xml", "*.csproj", "*.props"), partial(_find, xml.places))
