"""Chart.yaml: the chart's `version`, and its `appVersion` where the two are the same. Dependencies are left alone.

>>> FORMAT.write("version: 1.2.3\\nappVersion: '1.2.3'", "2.0.0")
"version: 2.0.0\\nappVersion: '2.0.0'"
>>> FORMAT.write("version: 1.2.3\\nappVersion: '9.0'  # of another application", "2.0.0")
"version: 2.0.0\\nappVersion: '9.0'  # of another application"

A chart numbered apart from its own application names one or both of them, as in `paths = ["appVersion"]`.
"""

from __future__ import annotations

from collections.abc import Sequence

from shipit.versionfiles.base import Place, Span, TextFormat, spans
from shipit.versionfiles.syntax import yaml


def _find(text: str, paths: Sequence[str]) -> list[Span]:
    places = list(yaml.places(text))
    return spans(text, places, paths or _equal(text, places))


def _equal(text: str, places: Sequence[Place]) -> list[str]:
    """`version`, and `appVersion` if that says the same; a `v` before one of them does not count."""
    values = {place.path: place.span.of(text).removeprefix("v") for place in places}
    same = "appVersion" in values and values["appVersion"] == values.get("version")
    return ["version", "appVersion"] if same else ["version"]


FORMAT = TextFormat(("Chart.yaml",), _find)
