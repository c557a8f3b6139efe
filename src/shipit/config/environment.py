"""The tables of environments and images in the configuration; see `shipit.config.model`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, cast

from msgspec import Meta, field

from shipit.config import targets as target_configs  # their modules are loaded when an environment is decoded
from shipit.config.table import ConfigTable
from shipit.config.vocabulary import (
    Branch,
    ImageName,
    ImageTag,
    KeptImages,
    Name,
    Path,
    Platform,
    Text,
    TimeLimit,
    VariableName,
    VariableValue,
    VersionSource,
    WebUrl,
)
from shipit.core import limits
from shipit.core.duration import seconds


class ImageConfig(ConfigTable, frozen=True, kw_only=True):
    """A container image."""

    name: Annotated[
        ImageName,
        Meta(
            description="The name of the image without a tag: the registry and the repository that it is pushed to. "
            "`{env:NAME}` in place of a part is the value of the environment variable NAME, in lower case."
        ),
    ]
    tags: Annotated[
        tuple[ImageTag, ...],
        Meta(
            min_length=1,
            description="The tags. The placeholders `{version}`, `{major}`, `{minor}`, `{branch}` and `{sha}` are "
            "replaced by their values. A tag with `{version}` or `{sha}` is permanent: it is never moved to another "
            "image. If no tag is permanent, `{version}` is added.",
            examples=[["latest", "{version}", "{major}.{minor}"]],
            extra={"expected": "a list with at least one tag"},
        ),
    ] = ("latest", "{version}")
    context: Annotated[Path, Meta(description="The build context: the directory that the image is built from.")] = "."
    dockerfile: Annotated[
        Path | None,
        Meta(
            description="The path of the Dockerfile, from the root of the repository. It is `Dockerfile` in `context` "
            "when unset."
        ),
    ] = None
    args: Annotated[
        dict[VariableName, VariableValue],
        Meta(
            description="The build arguments. The placeholders of `tags` are replaced by their values.",
            examples=[{"VERSION": "{version}"}],
        ),
    ] = field(default_factory=dict)
    secrets: Annotated[
        dict[Text, VariableName],
        Meta(
            description="The build secrets: the id that the Dockerfile mounts, and the name of the environment "
            "variable that contains the secret.",
            examples=[{"npmrc": "NPM_CONFIG"}],
        ),
    ] = field(default_factory=dict)
    platforms: Annotated[
        tuple[Platform, ...],
        Meta(
            description="The platforms to build for. When unset, it is the platform of the container engine.",
            examples=[["linux/amd64"]],
        ),
    ] = ()
    cache_from: Annotated[
        tuple[Text, ...],
        Meta(
            description="The caches that BuildKit reads layers of earlier builds from.",
            examples=[["type=registry,ref=acme/app:latest"]],
        ),
    ] = ()
    cache_to: Annotated[
        tuple[Text, ...],
        Meta(
            description="The caches that BuildKit writes its layers to, for later builds.", examples=[["type=inline"]]
        ),
    ] = ()
    provenance: Annotated[
        bool, Meta(description="`true`: BuildKit adds a provenance attestation, which says how the image was built.")
    ] = False
    sbom: Annotated[
        bool, Meta(description="`true`: BuildKit adds an SBOM attestation, which lists the contents of the image.")
    ] = False
    keep: Annotated[
        KeptImages | None,
        Meta(
            description="The number of builds to keep in the registry: after a push, shipit removes older images that "
            "it built for a branch, with their permanent tags. An image of a release, one with any other tag, and one "
            "that a deployment may need are never removed. When unset, none is removed.",
            examples=[20],
        ),
    ] = None
    package: Annotated[
        Name | None,
        Meta(description="The package whose version the image has. It is required if there are `packages`."),
    ] = None


# The environments whose images have the version of a release, unless `version` is set.
RELEASE_ENVIRONMENTS = ("prod", "production")


class EnvironmentConfig(ConfigTable, frozen=True, kw_only=True):
    """An environment, such as `dev` or `prod`, with its branch and its images."""

    extends: Annotated[
        Text | None,
        Meta(
            description="Another environment whose values this one inherits. Tables are merged key by key; any other "
            "value that is written here, also a list, replaces the inherited one. A target of another `kind` replaces "
            "the inherited target. `branch`, `from`, `promote`, `promote-verified` and `url` are never inherited.",
            examples=["prod"],
        ),
    ] = None
    branch: Annotated[
        Branch | None, Meta(description="The branch of the environment: a push to it builds the images.")
    ] = None
    from_: Annotated[
        Branch | None,
        Meta(
            description="The release branch whose releases this environment gets: after each release of it, shipit "
            "moves `branch` to the release, as `shipit promote-branch` does, or opens a pull request if the branch "
            "accepts no push.",
            examples=["main"],
        ),
    ] = None
    version: Annotated[
        VersionSource | None,
        Meta(
            description="The version of the images. `release`: the version of the last release that is in the history "
            "of the commit, or of the release whose files the commit has exactly. `build`: the next version with the "
            "number of commits, such as `1.4.0-dev.7+0a1b2c3`. When unset, it is `release` for the environments `prod` "
            "and `production`, and `build` for all others."
        ),
    ] = None
    build: Annotated[
        tuple[Text, ...],
        Meta(description="The commands that run before the images are built.", examples=[["./gradlew build"]]),
    ] = ()
    timeout: Annotated[
        TimeLimit,
        Meta(description="The time limit of each `build` command and of the build of each image."),
    ] = limits.BUILD.written
    image: Annotated[ImageConfig | None, Meta(description="The image to build, if there is only one.")] = None
    images: Annotated[
        dict[Name, ImageConfig],
        Meta(description="The images to build, by name, if there are several. Use it instead of `image`."),
    ] = field(default_factory=dict)
    promote: Annotated[
        Text | None,
        Meta(
            description="Another environment whose images are promoted: if they were built from the same commit, they "
            "get the tags of this environment, and no image is built again.",
            examples=["staging"],
        ),
    ] = None
    promote_verified: Annotated[
        bool,
        Meta(
            description="`true`: this environment gets only images that `promote` has verified in a deployment. Any "
            "other image is refused, and none is built."
        ),
    ] = False
    require_attestation: Annotated[
        bool,
        Meta(
            description="`true`: shipit attests each image that it pushes for this environment, and deploys only "
            "images that have a valid attestation by `attestation.public-key`."
        ),
    ] = False
    url: Annotated[
        WebUrl | None,
        Meta(
            description="The public address of the environment. shipit shows it, and requests it before and after each "
            "switch: if it fails only after the switch, the earlier version gets the traffic again.",
            examples=["https://shop.example"],
        ),
    ] = None
    deploy: Annotated[
        target_configs.TargetConfig | tuple[target_configs.TargetConfig, ...],
        Meta(
            description="The target to deploy to, with its `kind`. Several targets are a list, deployed in order.",
            extra={"expected": "a table with a `kind`, or a list of such tables"},
        ),
    ] = ()

    @property
    def build_limit(self) -> float:
        """The time limit of each `build` command and of the build of each image, in seconds."""
        return seconds(self.timeout)

    @property
    def targets(self) -> tuple[target_configs.TargetConfig, ...]:
        """The targets of `deploy`, in order; a table of the kind `compose` has one for each service."""
        return tuple(target for _, target in self.numbered_targets)

    @property
    def numbered_targets(self) -> Iterator[tuple[int, target_configs.TargetConfig]]:
        """The targets in order, each with the number of its table."""
        for number, table in enumerate(self.tables):
            yield from ((number, cast(target_configs.TargetConfig, target)) for target in table.parts(self.built))

    @property
    def tables(self) -> tuple[target_configs.TargetConfig, ...]:
        """The tables of `deploy`, in order."""
        return self.deploy if isinstance(self.deploy, tuple) else (self.deploy,)

    def app_name(self, name: str, target: target_configs.TargetConfig) -> str:
        """Return the name of the app of a target on its hosts: that of `target`, or else of its image and environment.

        Args:
            name: the name of this environment.
            target: one of its targets.
        """
        image = self.image_of(target)
        return target.app(image.name if image else "", name)

    def image_of(self, target: target_configs.TargetConfig) -> ImageConfig | None:
        """Return the image that one of the targets deploys; None if it deploys none."""
        return self.built[target.image or ""] if target.deploys_image else None

    @property
    def built(self) -> dict[str, ImageConfig]:
        """The images by name, from `image` or `images`. The name is empty for `image`."""
        return dict(self.images) or ({"": self.image} if self.image else {})
