"""The preview of a pull request: the release that merging it makes."""

from __future__ import annotations

from shipit.plan.preview.preview import Preview as Preview
from shipit.plan.preview.preview import PreviewMaker as PreviewMaker
