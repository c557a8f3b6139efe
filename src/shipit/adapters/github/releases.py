"""The releases of a repository. GitHub finds a published one by its tag, but a draft only in the list of all.

The list is read once, and only as far as it is needed: a repository with 3,000 releases has 30 pages. It is read again
after a write without a usable answer, because the write can have had an effect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from shipit.adapters.github.answers import ReleaseAnswer
from shipit.adapters.github.client import GitHubClient, segment
from shipit.adapters.github.failure import GitHubFailure
from shipit.errors import ConflictError

_PATH = "/releases"


class Listed(Struct, frozen=True, order=True):
    """An entry of the list. A published release comes before a draft, and an older draft before a newer one."""

    draft: bool
    id: int
    tag: str


class Releases:
    """The published releases and the drafts on GitHub; each method raises `GitHubFailure`."""

    def __init__(self, client: GitHubClient) -> None:
        self._client = client
        self.start_over()

    def start_over(self) -> None:
        """Read everything again when it is needed, as a run that makes a new plan."""
        self._seen: dict[str, set[int]] = {}  # the ids of the assets at the first look, and of the own ones, by tag
        self._newest: int | None = None  # the newest release at the first look
        self.forget()

    def seen(self, tag: str) -> set[int]:
        """Return the ids of the assets that the release had at the first look of this run, and of those it attached."""
        return self._seen.setdefault(tag, set())

    def forget(self) -> None:
        """Read everything again when it is needed."""
        self._held: dict[str, ReleaseAnswer] = {}  # by tag
        self._listed: list[Listed] = []
        self._pages = 0  # of the list, that were read
        self._is_complete = False  # every page was read
        self._whole_page: dict[int, ReleaseAnswer] = {}

    def find(self, tag: str) -> ReleaseAnswer | None:
        """Return the published release, or else the oldest draft, so that two runs choose the same draft."""
        if tag not in self._held:
            found = self._find(tag)
            if found is None:
                return None
            is_new = self._newest is not None and found.id > self._newest
            self._seen.setdefault(tag, set() if is_new else {each.id for each in found.assets})
            self._held[tag] = found
        return self._held[tag]

    def drafts(self) -> tuple[str, ...]:
        """Return the tags of the drafts in the part of the list that was read, which is at least its first page."""
        if self._pages == 0:
            self._read_page()
        listed = {each.tag: True for each in self._listed if each.draft}
        known = listed | {tag: release.draft for tag, release in self._held.items()}
        return tuple(tag for tag, is_draft in known.items() if is_draft)

    def require(self, tag: str) -> ReleaseAnswer:
        """Return the same as `find`; raises `ConflictError` if there is none."""
        found = self.find(tag)
        if found is None:
            raise ConflictError(
                f"there is no release `{tag}` on GitHub", hint="run the same command again: it creates the draft"
            )
        return found

    def renew(self, release: ReleaseAnswer) -> ReleaseAnswer:
        """Return `release` as it is now, because another run can have changed it; if it is gone, the one of its tag."""
        try:
            found = self._client.get(f"{_PATH}/{release.id}", ReleaseAnswer)
        except GitHubFailure as failure:
            if failure.status != 404:
                raise
            self.forget()
            return self.require(release.tag_name)
        self._held[release.tag_name] = found
        return found

    def create(self, fields: Mapping[str, object]) -> ReleaseAnswer:
        """Make a draft; if another run has made the release before, delete this draft and return the other one."""
        return self._written(lambda: self._first(self._client.post(_PATH, ReleaseAnswer, fields)))

    def update(self, release: ReleaseAnswer, fields: Mapping[str, object]) -> ReleaseAnswer:
        """Change fields of a release."""
        return self._written(lambda: self._client.patch(f"{_PATH}/{release.id}", ReleaseAnswer, fields))

    def _written(self, write: Callable[[], ReleaseAnswer]) -> ReleaseAnswer:
        try:
            release = write()
        except GitHubFailure as failure:
            if not failure.limited:
                self.forget()
            raise
        self._held[release.tag_name] = release
        return release

    def _find(self, tag: str) -> ReleaseAnswer | None:
        if self._pages == 0:
            self._read_page()
        found = self._first_listed(tag)
        if self._is_complete or (found and not found.draft):
            return self._whole(found)
        published = self.published(tag)
        if published:
            return published
        self._read_all()
        return self._whole(self._first_listed(tag))

    def _read_page(self) -> None:
        """Read the next page of the list. Only the releases of the last page that was read are kept whole."""
        page = self._client.page(_PATH, ReleaseAnswer, self._pages + 1)
        self._pages, self._is_complete = self._pages + 1, page.is_last
        self._listed += (Listed(each.draft, each.id, each.tag_name) for each in page.entries)
        self._whole_page = {each.id: each for each in page.entries}
        if self._newest is None:
            self._newest = max(self._whole_page, default=0)
            self._seen |= {each.tag_name: {asset.id for asset in each.assets} for each in page.entries if each.draft}

    def _read_all(self) -> None:
        while not self._is_complete:
            self._read_page()

    def _whole(self, found: Listed | None) -> ReleaseAnswer | None:
        if found is None:
            return None
        return self._whole_page.get(found.id) or self._client.get(f"{_PATH}/{found.id}", ReleaseAnswer)

    def _first_listed(self, tag: str) -> Listed | None:
        return min((each for each in self._listed if each.tag == tag), default=None)

    def published(self, tag: str) -> ReleaseAnswer | None:
        """Return the published release of `tag`, which GitHub is asked for each time; None without one."""
        try:
            return self._client.get(f"{_PATH}/tags/{segment(tag)}", ReleaseAnswer)
        except GitHubFailure as failure:
            if failure.status == 404:
                return None
            raise

    def _first(self, made: ReleaseAnswer) -> ReleaseAnswer:
        """Return the new draft `made`, or the release that another run made before; then delete `made`.

        Only the newest releases are read, up to `made`: others of the same moment are beside it.
        """
        rivals = [made]
        number, seen = 0, False
        while not seen:
            number += 1
            page = self._client.page(_PATH, ReleaseAnswer, number)
            rivals += (each for each in page.entries if each.tag_name == made.tag_name)
            seen = page.is_last or any(each.id == made.id for each in page.entries)
        first = min(rivals, key=lambda each: (each.draft, each.id))
        if first.id != made.id:
            self._client.delete(f"{_PATH}/{made.id}")
        return first
