"""The plan of an adoption, as text and as JSON."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import to_builtins

from shipit.core.printable import printable
from shipit.importers import ImportedKey
from shipit.plan.adoption import Adoption
from shipit.plan.replay import Replay
from shipit.plan.views.text import Paint

_STYLES = {"taken": "good", "default already": "faint", "no counterpart": "warn", "needs your decision": "bad"}


def render_adoption(adoption: Adoption, paint: Paint = lambda text, style: text) -> str:
    """Return what becomes of each key of the other tools, and what is left to do by hand; `paint` adds colours."""
    return "".join(f"{line}\n" for line in _lines(adoption, paint))


def adoption_diff(adoption: Adoption, present: Mapping[str, str]) -> str:
    """Return the unified diff from the texts of the files that are `present`, by path, to the new texts."""
    return "".join(_diff(path, present.get(path), text) for path, text in adoption.files.items())


def _diff(path: str, before: str | None, after: str) -> str:
    old = "/dev/null" if before is None else f"a/{path}"
    lines = difflib.unified_diff((before or "").splitlines(True), after.splitlines(True), old, f"b/{path}")
    return "".join(lines)


def adoption_to_json(adoption: Adoption, replay: Replay, *, written: bool) -> dict[str, Any]:
    """Return an adoption as JSON values; `written` is True when the files were written."""
    return {
        "tools": [
            {"tool": each.tool, "files": list(each.files), "keys": to_builtins(each.keys)} for each in adoption.imported
        ],
        "files": [{"path": path, "text": text} for path, text in adoption.files.items()],
        "written": written,
        "replay": {
            "agree": replay.agreeing,
            "total": len(replay.releases),
            "findings": to_builtins(replay.findings),
        },
        "workflows": list(adoption.workflows),
        "remove": list(adoption.remove),
    }


def _lines(adoption: Adoption, paint: Paint) -> Iterator[str]:
    for each in adoption.imported:
        files = f" ({', '.join(map(printable, each.files))})" if each.files else ""
        yield paint(f"{each.tool}{files}", "title")
        for key in each.keys:
            yield from _key(key, paint)
    if not adoption.imported:
        yield "no settings of another release tool were found"
    for place in adoption.workflows:
        yield f"{printable(place)} runs the other tool: replace it, or delete the workflow"
    if adoption.remove:
        yield f"no longer needed: git rm {' '.join(map(printable, adoption.remove))}"


def _key(key: ImportedKey, paint: Paint) -> Iterator[str]:
    setting = f" → {key.setting}" if key.setting else ""
    yield f"  {paint(key.status, _STYLES[key.status])}  {printable(key.key)}{printable(setting)}"
    if key.why:
        yield f"      {printable(key.why)}"
