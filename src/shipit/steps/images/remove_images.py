"""The optional step that removes old images of builds from a registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from msgspec import Struct

from shipit.errors import AuthError, ConflictError, RemoteError
from shipit.steps.base import Done, Outputs, Todo
from shipit.world import World


class RemoveImages(Struct, frozen=True):
    """Remove the images `images` of the repository `name`: the tags of each, by its digest.

    A registry removes an image with all its tags. So an image is not removed if a tag that is not listed here leads to
    it, also as the image of one platform.
    """

    kind: ClassVar[str] = "remove-images"
    public: ClassVar[bool] = True
    name: str
    images: Mapping[str, tuple[str, ...]]

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.name}"

    @property
    def summary(self) -> str:
        tags = [tag for tags in self.images.values() for tag in tags]
        what = "1 old image" if len(self.images) == 1 else f"{len(self.images)} old images"
        more = f" and {len(tags) - 3} more" if tags[3:] else ""
        return f"remove {what} of {self.name}: {', '.join(tags[:3])}{more}"

    def check(self, world: World) -> Done | Todo:
        if not self._left(world):
            return Done()
        self._require_no_other_tag(world)
        return Todo()

    def apply(self, world: World) -> Outputs:
        """Remove the images, also after one failed, unless the others would fail for the same reason."""
        left, first = self._left(world), None
        for digest in tuple(left):
            try:
                world.registry.remove(f"{self.name}@{digest}")
                left.remove(digest)
            except (AuthError, RemoteError) as error:
                first = first or error
                if isinstance(error, AuthError) or error.retryable or error.status == _NOT_ALLOWED:
                    break
        if first:
            raise self._failure(first, left)
        return {}

    def _left(self, world: World) -> list[str]:
        """Return the digests of the images that the registry still has."""
        return [digest for digest in self.images if world.registry.find(f"{self.name}@{digest}")]

    def _require_no_other_tag(self, world: World) -> None:
        own = {tag for tags in self.images.values() for tag in tags}
        for tag in world.registry.tag_names(self.name):
            found = () if tag in own else world.registry.manifests(f"{self.name}:{tag}")
            if not self.images.keys().isdisjoint(found):
                raise ConflictError(
                    f"the tag `{self.name}:{tag}` leads to an image that was to be removed",
                    hint="run the same command again: it keeps the image",
                    state="no image was removed",
                )

    def _failure(self, error: AuthError | RemoteError, left: Sequence[str]) -> AuthError | RemoteError:
        """Return the error for the user, with the tags of the images that are left."""
        tags = [tag for digest in left for tag in self.images[digest]]
        what = f"{error.what}; not removed from `{self.name}`: {', '.join(tags)}"
        if isinstance(error, AuthError):
            return AuthError(what, hint=error.hint)
        hint = "allow it in the settings of the registry, or remove `keep` of the image from shipit.toml"
        return RemoteError(what, hint=hint if error.status == _NOT_ALLOWED else error.hint, status=error.status)


_NOT_ALLOWED = 405  # the answer of registries that do not remove images (OCI distribution specification, "UNSUPPORTED")
