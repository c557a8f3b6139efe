"""What a branch builds and where it runs, as typed values; see `shipit.config.model` for how they are read."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, field

from shipit.config.table import Table
from shipit.config.vocabulary import (
    ImageName,
    ImageTag,
    Path,
    Platform,
    Ref,
    Text,
    VariableName,
    VersionSource,
)


class ImageConfig(Table, frozen=True, kw_only=True):
    """A container image."""

    name: Annotated[ImageName, Meta(description="The repository to push to, without a tag.")]
    tags: Annotated[
        tuple[ImageTag, ...],
        Meta(
            min_length=1,
            description="The tags; `{version}`, `{major}`, `{minor}`, `{branch}` and `{sha}` are filled in. One with "
            "`{version}` or `{sha}` never moves; where there is none, `{version}` is added.",
            examples=[["latest", "{version}", "{major}.{minor}"]],
            extra={"expected": "a list with at least one tag"},
        ),
    ] = ("latest", "{version}")
    context: Annotated[Path, Meta(description="The directory to build in.")] = "."
    dockerfile: Annotated[
        Path | None,
        Meta(description="The Dockerfile, from the root of the repository; `Dockerfile` in `context` when unset."),
    ] = None
    args: Annotated[
        dict[VariableName, str],
        Meta(
            description="Build arguments; the placeholders of `tags` are filled in.",
            examples=[{"VERSION": "{version}"}],
        ),
    ] = field(default_factory=dict)
    secrets: Annotated[
        dict[Text, VariableName],
        Meta(
            description="Build secrets: the id that the Dockerfile mounts, and the environment variable that holds it.",
            examples=[{"npmrc": "NPM_CONFIG"}],
        ),
    ] = field(default_factory=dict)
    platforms: Annotated[
        tuple[Platform, ...],
        Meta(description="The platforms to build for; the engine's own when empty.", examples=[["linux/amd64"]]),
    ] = ()
    cache_from: Annotated[
        tuple[Text, ...],
        Meta(
            description="Where BuildKit finds layers of earlier builds.",
            examples=[["type=registry,ref=acme/app:latest"]],
        ),
    ] = ()
    cache_to: Annotated[
        tuple[Text, ...],
        Meta(description="Where BuildKit leaves its layers for later builds.", examples=[["type=inline"]]),
    ] = ()
    provenance: Annotated[bool, Meta(description="Whether BuildKit attests how the image was built.")] = False
    sbom: Annotated[bool, Meta(description="Whether BuildKit attests what is in the image.")] = False
    package: Annotated[
        Ref | None, Meta(description="The package whose version it carries, in a repository of several.")
    ] = None


# Which keys a target takes is the target's to say; here only its kind is known.
Deployment = Annotated[
    dict[str, Any],
    Meta(extra_json_schema={"required": ["kind"], "properties": {"kind": {"type": "string", "minLength": 1}}}),
]

# The environments whose images are those of a release, unless they say otherwise.
OF_RELEASES = ("prod", "production")


class EnvironmentConfig(Table, frozen=True, kw_only=True):
    """What a branch builds and where it runs."""

    branch: Annotated[Ref | None, Meta(description="The branch whose pushes go to this environment.")] = None
    version: Annotated[
        VersionSource | None,
        Meta(
            description="Where images get their version from: `release`, the release tag that the commit has behind "
            "it, or `build`, the coming version with the number of commits, as `1.4.0-dev.7+0a1b2c3`. When unset, "
            "`release` for `prod` and `production`, else `build`."
        ),
    ] = None
    build: Annotated[
        tuple[Text, ...], Meta(description="Commands to run before images are built.", examples=[["./gradlew build"]])
    ] = ()
    timeout: Annotated[
        int,
        Meta(
            ge=1,
            description="The time limit of each command and of each image's build, in seconds.",
            extra={"expected": "a whole number of seconds, at least 1"},
        ),
    ] = 1800
    image: Annotated[ImageConfig | None, Meta(description="The image to build.")] = None
    images: Annotated[
        dict[Ref, ImageConfig], Meta(description="The images to build, by name, where there are several.")
    ] = field(default_factory=dict)
    promote: Annotated[
        Text | None,
        Meta(
            description="An environment whose images are taken over, where they were built from the same commit, "
            "instead of building again.",
            examples=["staging"],
        ),
    ] = None
    deploy: Annotated[
        tuple[Deployment, ...],
        Meta(
            description="Where to deploy to; each entry names its `kind`. This version deploys nothing.",
            examples=[[{"kind": "watchtower"}]],
        ),
    ] = ()

    @property
    def built(self) -> dict[str, ImageConfig]:
        """`image` or `images` in one form: by name, which is empty for the only one."""
        return dict(self.images) or ({"": self.image} if self.image else {})
