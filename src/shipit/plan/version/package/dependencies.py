"""The packages that other packages depend on: when one is released, each that depends on it gets at least a patch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

from shipit.core.versions import Tag
from shipit.plan.version.decide import NextRelease
from shipit.plan.version.decision import Dependency, NextVersion
from shipit.plan.version.history import History

_Result = TypeVar("_Result", NextRelease, NextVersion)


def decide_each(
    histories: Sequence[History],
    decide: Callable[[History, tuple[Dependency, ...]], _Result],
    only: Collection[str] = (),
) -> tuple[_Result, ...]:
    """Return the result of `decide` for each package, in the order of `histories`.

    A package is decided after those that it depends on. If one of them gets a version now, or has one that the last
    release of the package does not contain, `decide` gets it as a dependency.

    Args:
        histories: the history of each package.
        decide: decides the next version of a package, from its history and its released dependencies.
        only: the names of the packages to decide about; empty for all.
    """
    by_name = {history.package.name: history for history in histories}
    results: dict[str, _Result] = {}
    for name in _order(by_name):
        if not only or name in only:
            results[name] = decide(by_name[name], _released(by_name[name], by_name, results))
    return tuple(results[name] for name in by_name if name in results)


def _order(histories: Mapping[str, History]) -> Sequence[str]:
    """Return the names of the packages, each after those that it depends on."""
    if not any(history.package.depends_on for history in histories.values()):
        return tuple(histories)
    from graphlib import TopologicalSorter  # few repositories need it

    return tuple(TopologicalSorter({name: each.package.depends_on for name, each in histories.items()}).static_order())


def _released(
    history: History, histories: Mapping[str, History], results: Mapping[str, _Result]
) -> tuple[Dependency, ...]:
    """Return the dependencies of a package with a version that its last release does not contain.

    A package without a release has none: only its own commits lead to its first release.
    """
    if history.last is None:
        return ()
    found = (_dependency(history, histories[name], results.get(name)) for name in history.package.depends_on)
    return tuple(filter(None, found))


def _dependency(history: History, other: History, result: NextRelease | NextVersion | None) -> Dependency | None:
    name = other.package.name
    if result and result.version:
        commit = result.decision.reasons[0].commit if isinstance(result, NextRelease) else ""
        return Dependency(name, result.version, other.package.format.render(result.version), commit)
    if other.last and other.last.commit in history.new:
        return Dependency(name, str(other.last.version), other.last.name, other.last.commit)
    return None


def included_tags(tags: Collection[Sequence[Tag]], commits: Collection[str]) -> tuple[str, ...]:
    """Return the highest of the `tags` of each dependency that is on one of `commits`, the commits of a release."""
    own = (next((tag for tag in each if tag.commit in commits), None) for each in tags)
    return tuple(tag.name for tag in own if tag)
