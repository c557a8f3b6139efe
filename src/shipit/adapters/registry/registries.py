"""All container registries, over the HTTP API of the OCI distribution specification.

This is a client of our own, because a tag must be written with the unchanged bytes of its manifest. The library `oras`
encodes the manifest again, which changes its digest; `dxf` rejects a manifest without a media type, and fails if the
registry cannot mount a blob.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.adapters.registry.address import pull_scope, push_scope, removal_scope
from shipit.adapters.registry.calls import RegistryApi
from shipit.adapters.registry.findings import registry_findings
from shipit.adapters.registry.login import Logins
from shipit.adapters.registry.manifest import ImageDefaults, Manifest, container_config
from shipit.adapters.registry.repository import RegistryRepository
from shipit.core import limits
from shipit.core.images import Reference
from shipit.errors import ConfigError, RemoteError
from shipit.finding import Finding
from shipit.world import RemoteImage

_LATEST = "latest"  # the tag of a reference without a tag
Remove = Callable[[str, str], None]
"""A function that removes an image: the repository, such as `acme/app`, and the digest.

It raises `AuthError` and `RemoteError`, with the status 404 if there is no such image.
"""


class Registries:
    """All registries; `shipit.world.Registry` describes the methods.

    Args:
        logins: the logins of the registries.
        retry_policy: the limits of waiting and retrying.
        removers: the function that removes an image, for each registry that does not accept the request of the
            specification.

    Each method raises `AuthError` if the login is missing or was refused, and `RemoteError` for other failures.
    """

    def __init__(
        self, logins: Logins, retry_policy: RetryPolicy | None = None, removers: Mapping[str, Remove] = {}
    ) -> None:
        self._logins = logins
        self._removers = removers
        self._policy = retry_policy or RetryPolicy()
        self._calls: dict[str, RegistryApi] = {}
        self._configs: dict[str, ImageDefaults] = {}  # by the digest of the manifest: they never change

    def find(self, reference: str) -> RemoteImage | None:
        repository, found = self._find(reference)
        if found is None:
            return None
        if found.digest not in self._configs:
            self._configs[found.digest] = _config(repository, found)
        config = self._configs[found.digest]
        return RemoteImage(found.digest, config.labels or {}, config.has_health_check)

    def digests(self, reference: str) -> frozenset[str]:
        repository, found = self._find(reference)
        if found is None:
            return frozenset()
        children = [repository.require(digest) for digest in found.children]
        configs = (manifest.config for manifest in (found, *children))
        return frozenset((found.digest, *found.children, *filter(None, configs)))

    def manifests(self, reference: str) -> tuple[str, ...]:
        _, found = self._find(reference)
        return (found.digest, *found.children) if found else ()

    def _find(self, reference: str) -> tuple[RegistryRepository, Manifest | None]:
        """Return the repository of a reference, and the manifest there."""
        wanted = Reference.parse(reference)
        repository = RegistryRepository(self._of(wanted), wanted.repository, [pull_scope(wanted.repository)])
        return repository, repository.manifest(_which(wanted))

    def tag_names(self, name: str) -> tuple[str, ...]:
        wanted = Reference.parse(name)
        return RegistryRepository(self._of(wanted), wanted.repository, [pull_scope(wanted.repository)]).tags()

    def findings(self, names: Sequence[str]) -> tuple[Finding, ...]:
        wanted = sorted({Reference.parse(name) for name in names}, key=lambda each: (each.registry, each.repository))
        groups = (list(group) for _, group in groupby(wanted, key=lambda each: each.registry))
        return tuple(
            finding
            for group in groups
            for finding in registry_findings(self._of(group[0]), self._logins, [each.repository for each in group])
        )

    def tag(self, reference: str, digest: str) -> None:
        wanted = Reference.parse(reference)
        repository = RegistryRepository(self._of(wanted), wanted.repository, [push_scope(wanted.repository)])
        repository.put(_which(wanted), repository.require(digest))

    def copy(self, source: str, reference: str) -> str:
        """Copy the image; see `shipit.world.Registry`. Raises `ConfigError` if the two are on different registries."""
        origin, wanted = Reference.parse(source), Reference.parse(reference)
        if origin.registry != wanted.registry:
            raise ConfigError(
                f"`{source}` and `{reference}` are on different registries",
                hint="use two images of one registry, or build the image instead of copying it",
            )
        calls, scopes = self._of(wanted), [push_scope(wanted.repository), pull_scope(origin.repository)]
        held = RegistryRepository(calls, origin.repository, scopes)
        found = held.require(_which(origin))
        _copy(found, held, RegistryRepository(calls, wanted.repository, scopes), _which(wanted))
        return found.digest

    def remove(self, reference: str) -> None:
        wanted = Reference.parse(reference)
        if remove := self._removers.get(wanted.registry):
            self._remove_by(remove, reference)
        else:
            RegistryRepository(self._of(wanted), wanted.repository, [removal_scope(wanted.repository)]).remove(
                _which(wanted)
            )

    def _remove_by(self, remove: Remove, reference: str) -> None:
        """Remove an image by `remove`, which may not find one that is gone, or one that it may not see."""
        repository, found = self._find(reference)
        if found is None:
            return
        try:
            remove(repository.path, found.digest)
        except RemoteError as error:
            if error.status != 404 or repository.manifest(found.digest):
                raise

    def _of(self, reference: Reference) -> RegistryApi:
        registry = reference.registry
        return self._calls.setdefault(registry, RegistryApi(registry, self._logins, self._policy))


def _which(reference: Reference) -> str:
    return reference.digest or reference.tag or _LATEST


def _config(repository: RegistryRepository, manifest: Manifest) -> ImageDefaults:
    """Return the settings of an image for its containers; for an index, those of its first image."""
    for _ in range(limits.IMAGE_PARTS):
        if manifest.first is None:
            break
        manifest = repository.require(manifest.first)
    else:
        raise _too_many(repository, manifest.digest)
    config = manifest.config
    return container_config(repository.blob(config), config) if config else ImageDefaults()


def _copy(manifest: Manifest, source: RegistryRepository, target: RegistryRepository, which: str) -> None:
    """Copy the content of `manifest` from `source` to `target`, then write it there under the tag or digest `which`."""
    parts = [(which, manifest)]
    for _, part in parts:  # an index can contain others, which are added here
        if len(parts) + len(part.children) > limits.IMAGE_PARTS:
            raise _too_many(source, manifest.digest)
        parts += [(child, source.require(child)) for child in part.children]
    for name, part in reversed(parts):
        target.copy(name, part, source)


def _too_many(repository: RegistryRepository, digest: str) -> RemoteError:
    what = f"`{repository.name(digest)}` contains more than {limits.IMAGE_PARTS:,} images"
    return RemoteError(what, hint="check which program pushed it; `docker buildx imagetools inspect` shows its content")
