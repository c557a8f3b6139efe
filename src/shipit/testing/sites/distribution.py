"""A cache like CloudFront in front of a bucket in memory, for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from shipit.core.deploy import INDEX, HealthAnswer
from shipit.testing.clock import FakeClock


class _Invalidation(Struct):
    """The paths that are removed from the cache at the time `ends`."""

    reference: str
    paths: tuple[str, ...]
    ends: float
    done: bool = False


class FakeDistribution:
    """A cache that keeps each answer until its path is invalidated, whatever its headers say.

    Args:
        content: returns the content of an object; None if there is none.
        clock: the clock.
        delay: the seconds that an invalidation takes.
    """

    def __init__(self, content: Callable[[str], bytes | None], clock: FakeClock, delay: float = 8) -> None:
        self._content = content
        self._clock = clock
        self._cache: dict[str, bytes] = {}
        self.delay = delay
        self.invalidations: list[_Invalidation] = []
        self.broken = False

    def answer(self, method: str, url: str, headers: Mapping[str, str]) -> HealthAnswer:
        """Return the answer to a request of a user; it has status 503 while `broken` is True."""
        self._advance()
        path = urlsplit(url).path or "/"
        if self.broken:
            return HealthAnswer(503, "the origin does not answer")
        if path not in self._cache:
            key = unquote(path).removeprefix("/")
            data = self._content(f"{key}{INDEX}" if path.endswith("/") else key)
            if data is None or key.startswith(".shipit/"):
                return HealthAnswer(403, "AccessDenied")
            self._cache[path] = data
        return HealthAnswer(200, self._cache[path].decode(errors="replace"))

    def invalidate(self, reference: str, paths: Sequence[str]) -> None:
        if all(found.reference != reference for found in self.invalidations):
            ends = self._clock.elapsed() + self.delay
            self.invalidations.append(_Invalidation(reference, tuple(paths), ends))

    def state(self, reference: str) -> str | None:
        self._advance()
        found = next((each for each in self.invalidations if each.reference == reference), None)
        return None if found is None else "completed" if found.done else "running"

    def _advance(self) -> None:
        """End the invalidations whose time is over."""
        for each in self.invalidations:
            if not each.done and self._clock.elapsed() >= each.ends:
                each.done = True
                removed = [path for path in self._cache if any(fnmatchcase(path, one) for one in each.paths)]
                for path in removed:
                    del self._cache[path]
