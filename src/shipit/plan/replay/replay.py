"""The decision about each past release, made by the code that decides the next version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from shipit.config.model import Config
from shipit.core import limits
from shipit.errors import ShipitError
from shipit.plan.replay.difference import agrees, decided_version, difference
from shipit.plan.replay.model import Effect, ReplayedRelease
from shipit.plan.replay.observe import PastWindow


def replay_releases(windows: Sequence[PastWindow], config: Config) -> tuple[ReplayedRelease, ...]:
    """Return each past release with the version that shipit decides, in the order of `windows`."""
    return tuple(_replayed(window, config) for window in windows)


def _replayed(window: PastWindow, config: Config) -> ReplayedRelease:
    names = (window.before.name, window.made.name, window.released)
    try:
        decided = decided_version(window, config)
    except ShipitError as error:
        return ReplayedRelease(*names, None, error.what)
    return ReplayedRelease(*names, decided) if decided == window.released else difference(window, config, decided)


def effects(windows: Sequence[PastWindow], releases: Sequence[ReplayedRelease], config: Config) -> tuple[Effect, ...]:
    """Return the settings that make more of `releases` agree, the best one first.

    Only the settings that change most of the releases are tried.

    Args:
        windows: the past releases.
        releases: the result of `replay_releases` for them.
        config: the configuration.
    """
    agreeing = sum(each.agrees for each in releases)
    better = (effect for effect in _effects(windows, releases, config) if effect.agreeing > agreeing)
    return tuple(sorted(better, key=lambda effect: effect.agreeing, reverse=True))


def _effects(windows: Sequence[PastWindow], releases: Sequence[ReplayedRelease], config: Config) -> Iterator[Effect]:
    by_text = {each.setting.text: each.setting for each in releases if each.setting}
    counts = Counter(each.setting.text for each in releases if each.setting)
    for text, _ in counts.most_common(limits.REPLAYED_SETTINGS):
        changed = by_text[text].applied(config)
        yield Effect(by_text[text], sum(agrees(window, changed) for window in windows))
