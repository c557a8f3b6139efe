"""A replay of past releases, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from shipit.core import limits
from shipit.core.printable import printable
from shipit.plan.replay import Replay, ReplayedRelease
from shipit.plan.version import CommitReason
from shipit.plan.views.text import Paint

_HEADER = ("from", "to", "released", "shipit")


def render_replay(replay: Replay, paint: Paint = lambda text, style: text) -> str:
    """Return a table with a row for each release, the reasons of the differences, and the share that agrees.

    `paint` adds colours.
    """
    rows = [_row(each) for each in replay.releases]
    widths = [max(map(len, column)) for column in zip(_HEADER, *rows, strict=True)]
    lines = [paint(_aligned(_HEADER, widths), "title")]
    for release, row in zip(replay.releases, rows, strict=True):
        lines.append(paint(_aligned(row, widths), "good" if release.agrees else "bad"))
        lines += [] if release.agrees else _difference(release, paint)
    return "".join(f"{line}\n" for line in (*lines, "", *_summary(replay, paint)))


def replay_to_json(replay: Replay) -> dict[str, Any]:
    """Return a replay as JSON values, which are part of the public interface."""
    windows = [_window(each) for each in replay.releases]
    return {"windows": windows, "agree": replay.agreeing, "total": len(replay.releases)}


def _window(release: ReplayedRelease) -> dict[str, Any]:
    return {
        "from": release.before,
        "to": release.tag,
        "released": release.released,
        "shipit": release.shipit,
        "agrees": release.agrees,
        "why": "; ".join(_why(release)),
    }


def _why(release: ReplayedRelease) -> Iterator[str]:
    """Yield the reason of a difference, its commits, and the setting that changes it; nothing for an equal version."""
    if release.reason:
        yield release.reason
    yield from _listed(f"{each.commit[:7]} {each.subject} ({each.reason})" for each in release.commits)
    if release.setting:
        yield f"to agree, set {release.setting.text}"


def _row(release: ReplayedRelease) -> Sequence[str]:
    return printable(release.before), printable(release.tag), release.released, release.shipit or "none"


def _aligned(row: Sequence[str], widths: Iterable[int]) -> str:
    return "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def _difference(release: ReplayedRelease, paint: Paint) -> Iterator[str]:
    yield f"    {printable(release.reason)}"
    yield from (f"      {line}" for line in _listed(_commit(each, paint) for each in release.commits))
    if release.setting:
        yield f"      to agree, set {paint(release.setting.text, 'title')}"


def _commit(commit: CommitReason, paint: Paint) -> str:
    return f"{paint(commit.commit[:7], 'faint')} {printable(commit.subject)}  {printable(commit.reason)}"


def _listed(lines: Iterable[str]) -> list[str]:
    """Return the first of `lines`, and the number of the others."""
    listed = list(lines)
    rest = len(listed) - limits.REPLAYED_COMMITS
    return listed if rest <= 0 else [*listed[: limits.REPLAYED_COMMITS], f"and {rest} more"]


def _summary(replay: Replay, paint: Paint) -> Iterator[str]:
    total = len(replay.releases)
    share = f"{replay.agreeing} of {total} past versions agree ({replay.agreeing / total:.0%})"
    yield paint(share, "good" if replay.agreeing == total else "title")
    for effect in replay.effects:
        yield f"with {paint(effect.setting.text, 'title')}: {effect.agreeing} of {total}"
