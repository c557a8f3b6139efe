"""Container registries in memory, for tests; one store for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shipit.core.images import Reference
from shipit.errors import AuthError, ConfigError, RemoteError
from shipit.finding import Finding
from shipit.world import RemoteImage


class FakeRegistry:
    """A store of images by digest and by tag.

    `refusals` are the image names (`registry/path`) to which every push is refused. `platforms` has the digests of the
    platforms of an image, by its own digest; an image without them has one platform.
    """

    def __init__(self, refusals: Sequence[str] = ()) -> None:
        self.refusals = set(refusals)
        self.platforms: dict[str, tuple[str, ...]] = {}
        self._images: dict[tuple[str, str], RemoteImage] = {}
        self._tags: dict[str, str] = {}

    @property
    def tags(self) -> Mapping[str, str]:
        """The digest of each tag, by `name:tag`."""
        return dict(self._tags)

    def find(self, reference: str) -> RemoteImage | None:
        wanted = Reference.parse(reference)
        digest = wanted.digest or self._tags.get(str(wanted))
        return self._images.get((wanted.name, digest or ""))

    def digests(self, reference: str) -> frozenset[str]:
        found = self.find(reference)
        return frozenset((found.digest, *self.platforms.get(found.digest, ()))) if found else frozenset()

    def manifests(self, reference: str) -> tuple[str, ...]:
        found = self.find(reference)
        return (found.digest, *self.platforms.get(found.digest, ())) if found else ()

    def tag_names(self, name: str) -> tuple[str, ...]:
        return tuple(tag.removeprefix(f"{name}:") for tag in self._tags if tag.startswith(f"{name}:"))

    def findings(self, names: Sequence[str]) -> tuple[Finding, ...]:
        refused = sorted(set(names) & self.refusals)
        return tuple(Finding("registry-login", f"no login for `{name}`", "docker login") for name in refused)

    def accept(self, reference: str, image: RemoteImage) -> None:
        """Store `image` under the tag `reference`, as the push of an engine does; raises `AuthError` if refused."""
        wanted = Reference.parse(reference)
        if wanted.name in self.refusals:
            raise AuthError(f"`{wanted.name}` refused the push", hint="docker login")
        self._images[wanted.name, image.digest] = image
        self._tags[reference] = image.digest

    def remove(self, reference: str) -> None:
        gone = Reference.parse(reference)
        if gone.name in self.refusals:
            raise AuthError(f"`{gone.name}` refused to remove an image", hint="docker login")
        self._images.pop((gone.name, gone.digest or ""), None)
        kept = (tag for tag in self._tags if (Reference.parse(tag).name, self._tags[tag]) != (gone.name, gone.digest))
        self._tags = {tag: self._tags[tag] for tag in kept}

    def tag(self, reference: str, digest: str) -> None:
        found = self._images.get((Reference.parse(reference).name, digest))
        if found is None:
            raise RemoteError(f"there is no manifest `{digest}` for `{reference}`", status=404)
        self.accept(reference, found)

    def copy(self, source: str, reference: str) -> str:
        if Reference.parse(source).registry != Reference.parse(reference).registry:
            what = f"`{source}` and `{reference}` are on different registries"
            raise ConfigError(what, hint="build the image instead")
        found = self.find(source)
        if found is None:
            raise RemoteError(f"there is no image `{source}`", status=404)
        self.accept(reference, found)
        return found.digest
