"""Chart.yaml: the `version` of the chart, and its `appVersion` if both are the same. Dependencies are not changed.

>>> FORMAT.write("version: 1.2.3\\nappVersion: '1.2.3'", "2.0.0")
"version: 2.0.0\\nappVersion: '2.0.0'"
>>> FORMAT.write("version: 1.2.3\\nappVersion: '9.0'  # of another application", "2.0.0")
"version: 2.0.0\\nappVersion: '9.0'  # of another application"

If the versions of the chart and of its own application differ, name one or both, as in `paths = ["appVersion"]`.
"""

from __future__ import annotations

from collections.abc import Sequence

from shipit.versionfiles.base import Place, Span, TextFormat, spans
from shipit.versionfiles.syntax.yaml import yaml_places


def _find(text: str, paths: Sequence[str]) -> list[Span]:
    places = list(yaml_places(text))
    return spans(text, places, paths or _usual_paths(text, places))


def _usual_paths(text: str, places: Sequence[Place]) -> list[str]:
    """Return `version`, and also `appVersion` if it is the same version; a leading `v` is ignored."""
    values = {place.path: place.span.of(text).removeprefix("v") for place in places}
    same = "appVersion" in values and values["appVersion"] == values.get("version")
    return ["version", "appVersion"] if same else ["version"]


FORMAT = TextFormat(_find)
