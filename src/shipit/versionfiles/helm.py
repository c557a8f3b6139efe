"""Chart.yaml: the chart's `version`, and `appVersion` when there is one. Dependencies are left alone.

>>> FORMAT.write("version: 1.2.3\\nappVersion: '1.2.3'", "2.0.0")
"version: 2.0.0\\nappVersion: '2.0.0'"

A chart numbered apart from its application names one of them, as in `paths = ["appVersion"]`.
"""

from __future__ import annotations

from collections.abc import Sequence

from shipit.versionfiles.base import Span, TextFormat, spans
from shipit.versionfiles.syntax import yaml


def _find(text: str, paths: Sequence[str]) -> list[Span]:
    places = list(yaml.places(text))
    application = ["appVersion"] if any(place.path == "appVersion" for place in places) else []
    return spans(text, places, paths or ["version", *application])


FORMAT = TextFormat(("Chart.yaml",), _find)
