"""Any JSON, YAML, TOML or XML file: the version is at the configured keys, as in `paths = ["info.version"]`.

>>> YAML.read("info:\\n  version: 1.2.3", ["info.version"])
'1.2.3'

Items of lists are numbered from 0 (`images.0.tag`); the path of an XML element starts at the root element.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from shipit.versionfiles.base import Place, Span, TextFormat, VersionFileError, spans
from shipit.versionfiles.syntax.json import json_places
from shipit.versionfiles.syntax.toml import toml_places
from shipit.versionfiles.syntax.xml import xml_places
from shipit.versionfiles.syntax.yaml import yaml_places


def _find(places: Callable[[str], Iterable[Place]], text: str, paths: Sequence[str]) -> list[Span]:
    if not paths:
        raise VersionFileError(
            "the place of the version in this file is not configured",
            hint='name the key, as in paths = ["info.version"], or add a comment with `x-shipit-version` to the line '
            'of the version and set format = "marker"',
        )
    return spans(text, places(text), paths)


JSON = TextFormat(partial(_find, json_places))
YAML = TextFormat(partial(_find, yaml_places))
TOML = TextFormat(partial(_find, toml_places))
XML = TextFormat(partial(_find, xml_places))
