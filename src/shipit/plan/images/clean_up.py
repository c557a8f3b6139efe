"""The old builds of an image that are to be removed from its registry.

Only images that shipit built for a branch are removed: each tag of such an image must be one that shipit would give to
a build with its labels. So the image of a release, or one with a moving tag, is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec import Struct

from shipit.core import limits
from shipit.core.images import (
    DOCKER_HUB,
    SOURCE,
    VERSION,
    Reference,
    Source,
    build_tags,
    created_at,
    is_build_tag,
    is_permanent,
    source_commit,
)
from shipit.core.versions import Version, is_version
from shipit.finding import Finding
from shipit.plan.images.observe import ObservedImage
from shipit.plan.images.wanted import WantedImage
from shipit.steps.images import RemoveImages
from shipit.world import Registry


class OldBuilds(Struct, frozen=True):
    """Builds of the image `name` in the registry that are not among the newest ones.

    `tags` has the tags of each, by its digest, and `digests` all digests by which a runtime can name it.
    """

    name: str
    tags: Mapping[str, tuple[str, ...]]
    digests: Mapping[str, frozenset[str]]

    def unused(self, used: Collection[str]) -> RemoveImages | None:
        """Return the step that removes the builds without a digest in `used`; None if there is none."""
        unused = [digest for digest in self.tags if self.digests[digest].isdisjoint(used)]
        images = {digest: self.tags[digest] for digest in unused}
        return RemoveImages(self.name, images) if images else None


def clean_up_findings(image: WantedImage) -> Iterator[Finding]:
    """Yield a warning if shipit cannot remove images from the registry of `image`."""
    reference = Reference.parse(image.config.name)
    for host, fix in _OTHER_WAYS.items():
        if f".{reference.registry}".endswith(f".{host}"):
            what = (
                f"`keep` of `{reference.name}` has no effect: `{reference.registry}` has its own way to remove images"
            )
            yield Finding("old-images", what, f"{fix}; then remove `keep` from shipit.toml", "warning")


_LIFECYCLE = "give the repository a lifecycle policy in ECR, with a rule for the tags of builds"
# Registries that do not accept the request of the OCI distribution specification to remove an image, and for which
# shipit has no other one. The API of Docker Hub describes no request that removes a tag, and its users report that
# the undocumented one refuses access tokens: https://docs.docker.com/reference/api/hub/latest/
_OTHER_WAYS = {
    DOCKER_HUB: "remove old tags on the page `Tags` of the repository on hub.docker.com",
    "amazonaws.com": _LIFECYCLE,
    "amazonaws.com.cn": _LIFECYCLE,
    "public.ecr.aws": _LIFECYCLE,
}


def old_builds(registry: Registry, image: ObservedImage, keep: int) -> tuple[OldBuilds | None, tuple[Finding, ...]]:
    """Return the builds that are older than the newest `keep` ones; None if there are none.

    If the repository has too many tags, only the finding that says so is returned. The image of the plan counts as one
    of the newest, also if its commit is old. Raises `AuthError` and `RemoteError`.
    """
    wanted = image.wanted
    name = Reference.parse(wanted.config.name).name
    tags = registry.tag_names(name)
    templates = [each for each in wanted.config.tags if is_permanent(each)] or ["{version}"]
    patterns = [build_tags(each, wanted.source.branch) for each in templates]
    possible = [tag for tag in tags if any(pattern.fullmatch(tag) for pattern in patterns)]
    to_come = 0 if image.pushed else 1
    if len(possible) + to_come <= keep:
        return None, ()
    if len(tags) > limits.CLEAN_UP_TAGS:
        most = f"shipit removes old builds only if there are at most {limits.CLEAN_UP_TAGS}"
        what = f"no old build is removed, because `{name}` has {len(tags)} tags; {most}"
        return None, (Finding("old-images", what, "remove old tags in the registry", "warning"),)
    manifests = {tag: registry.manifests(f"{name}:{tag}") for tag in tags}
    builds = _builds(registry, wanted, dict.fromkeys(manifests[tag][0] for tag in possible if manifests[tag]))
    newest_first = sorted(builds, key=lambda digest: _age(builds[digest]), reverse=True)
    old: dict[str, tuple[str, ...]] = {}
    for digest in newest_first[max(keep - to_come, 0) :]:
        own = tuple(tag for tag in tags if digest in manifests[tag])
        build = _source(builds[digest], wanted)
        whole = all(manifests[tag][0] == digest for tag in own)  # and not one platform of another image
        if whole and digest not in _needed(image) and all(is_build_tag(tag, templates, build) for tag in own):
            old[digest] = own
    old = dict([*old.items()][-limits.CLEAN_UP_IMAGES :])
    named = {digest: frozenset((digest, *registry.digests(f"{name}@{digest}"))) for digest in old}
    return (OldBuilds(name, old, named) if old else None), ()


def _needed(image: ObservedImage) -> frozenset[str]:
    """Return the digests of the images that the plan itself pushes again, tags or promotes."""
    promoted = (image.to_promote or "").partition("@")[2]
    return frozenset((promoted, *(found.digest for found in image.in_registry.values())))


def _builds(registry: Registry, wanted: WantedImage, digests: Iterable[str]) -> dict[str, Mapping[str, str]]:
    """Return the labels of those images that shipit built from a commit of this repository, by digest."""
    found: dict[str, Mapping[str, str]] = {}
    for digest in digests:
        image = registry.find(f"{Reference.parse(wanted.config.name).name}@{digest}")
        labels = image.labels if image else {}
        version = labels.get(VERSION, "")
        ours = created_at(labels) and source_commit(labels) and labels.get(SOURCE) == wanted.url
        if ours and is_version(version) and Version.parse(version).build:
            found[digest] = labels
    return found


def _age(labels: Mapping[str, str]) -> tuple[str, Version]:
    """Return a value by which builds sort, the newest last: the time of the commit, then the version."""
    return created_at(labels), Version.parse(labels[VERSION])


def _source(labels: Mapping[str, str], wanted: WantedImage) -> Source:
    """Return the source of a build with these labels, as of the branch of `wanted`."""
    return Source(Version.parse(labels[VERSION]), source_commit(labels), wanted.source.branch)
