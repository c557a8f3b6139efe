"""The configuration as typed, frozen values. The description of a field is the documentation of its key.

Python names are the keys with `_` for `-`: `version_files` is `version-files` in the file.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from shipit.config.environment import EnvironmentConfig, ImageConfig
from shipit.config.table import Table
from shipit.config.vocabulary import (
    Author,
    BumpKey,
    BumpName,
    CommitType,
    EnvironmentName,
    FloatingPart,
    LanguageName,
    Path,
    Prerelease,
    Ref,
    TagTemplate,
    Text,
    Version,
    VersionRange,
    WriteBackName,
)
from shipit.core.write_back import WriteBack


class BranchConfig(Table, frozen=True, kw_only=True):
    """A branch that releases, where its name alone does not say how."""

    name: Annotated[Ref, Meta(description="The branch.")]
    prerelease: Annotated[
        Prerelease | None, Meta(description="Release pre-releases from it, counted under this identifier.")
    ] = None
    range: Annotated[
        VersionRange | None,
        Meta(description="Keep its versions in this range; a branch named `1.x` or `1.2.x` needs no range."),
    ] = None


class VersionFileConfig(Table, frozen=True, kw_only=True):
    """A file that holds the version, where its path alone does not say how."""

    path: Annotated[Path, Meta(description="The file.")]
    format: Annotated[
        Text | None, Meta(description="How to read it, where its name does not tell.", examples=["gradle"])
    ] = None
    paths: Annotated[
        tuple[Text, ...],
        Meta(description="The places in it that hold the version.", examples=[["version", "openapi3.version"]]),
    ] = ()


VersionFiles = tuple[Path | VersionFileConfig, ...]


class ReleaseConfig(Table, frozen=True, kw_only=True):
    """From which branch, in which form and with what a release is made."""

    branch: Annotated[
        Ref | None, Meta(description="The branch that releases; the remote's default branch when unset.")
    ] = None
    branches: Annotated[
        tuple[Ref | BranchConfig, ...],
        Meta(
            min_length=1,
            description="The branches that release, instead of `branch`.",
            examples=[["main", "1.x", {"name": "next", "prerelease": "beta"}]],
            extra={"expected": "a list with at least one branch"},
        ),
    ] = ()
    tag: Annotated[TagTemplate, Meta(description="How a version is written as a tag.")] = "v{version}"
    version_files: Annotated[
        VersionFiles | None,
        Meta(
            description="The files that hold the version; detected when unset, none when empty.",
            examples=[["build.gradle", {"path": "build.gradle", "paths": ["openapi3.version"]}]],
        ),
    ] = None
    prepare: Annotated[
        tuple[Text, ...],
        Meta(
            description="Commands to run once the new version is in the files, before the release commit.",
            examples=[["./gradlew build testDocs"]],
        ),
    ] = ()
    prepare_timeout: Annotated[
        int,
        Meta(
            ge=1,
            description="The time limit of each `prepare` command and of each image's build, in seconds.",
            extra={"expected": "a whole number of seconds, at least 1"},
        ),
    ] = 1800
    write_back: Annotated[
        WriteBackName,
        Meta(
            description="How the release reaches the remote: `push` pushes commit and tag, `api` makes them through "
            "the forge, `none` makes a tag and a release without a commit."
        ),
    ] = WriteBack.PUSH
    assets: Annotated[
        tuple[Path, ...],
        Meta(description="Files to attach to the release, as glob patterns.", examples=[["build/libs/*.jar"]]),
    ] = ()
    images: Annotated[
        dict[Ref, ImageConfig],
        Meta(
            description="Images that carry the version that is released, by name: built before anything is public, "
            "pushed before the release is announced. `{sha}` is not known in time."
        ),
    ] = field(default_factory=dict)
    major_on_zero: Annotated[
        bool, Meta(description="Whether a breaking change turns 0.x into 1.0.0; otherwise it raises the minor.")
    ] = False
    initial_version: Annotated[
        Version, Meta(description="The first version, where neither a tag nor a version file names one.")
    ] = "0.1.0"
    snapshot: Annotated[
        bool, Meta(description="Whether the next `-SNAPSHOT` version is committed after the release.")
    ] = False
    skip_ci: Annotated[
        bool,
        Meta(description="Whether the release commit says `[skip ci]`, which leaves required checks pending."),
    ] = False
    author: Annotated[
        Author | None, Meta(description="Who the release commit is by; what git is set up with when unset.")
    ] = None
    floating_tags: Annotated[
        tuple[FloatingPart, ...],
        Meta(
            description="Tags that follow the highest stable release they name, moved once it is published: `major` "
            "keeps `v1` there, `minor` keeps `v1.4`, written as `tag` says.",
            examples=[["major", "minor"]],
        ),
    ] = ()
    remote: Annotated[Ref, Meta(description="The git remote to release to.")] = "origin"

    @property
    def channels(self) -> tuple[BranchConfig, ...]:
        """`branch` or `branches` in one form; empty means the remote's default branch alone."""
        written = self.branches or ((self.branch,) if self.branch else ())
        return tuple(BranchConfig(name=entry) if isinstance(entry, str) else entry for entry in written)


class CommitsConfig(Table, frozen=True, kw_only=True):
    """How commit messages are read."""

    aliases: Annotated[
        dict[CommitType, CommitType],
        Meta(
            description="Other names of commit types, added to `feature` = `feat`, `bugfix` = `fix` and "
            "`hotfix` = `fix`.",
            examples=[{"features": "feat"}],
        ),
    ] = field(default_factory=dict)


class ChangelogConfig(Table, frozen=True, kw_only=True):
    """Where and how changes are written down."""

    file: Annotated[Path, Meta(description="The changelog.")] = "CHANGELOG.md"
    template: Annotated[
        Text, Meta(description="The name of a template that comes with shipit, or a path to one of your own.")
    ] = "default"
    language: Annotated[LanguageName, Meta(description="The language of headings and dates.")] = "en"


class AnnounceConfig(Table, frozen=True, kw_only=True):
    """What pull requests and issues are told that the commits of a release name: those they came by or close.

    A failure here is a warning. The token needs `issues: write` and `pull-requests: write`.
    """

    comment: Annotated[bool, Meta(description="Whether each gets a comment with a link to the release it is in.")] = (
        False
    )
    label: Annotated[
        Text | None, Meta(description="The label that each gets; none when unset.", examples=["released"])
    ] = None


class PackageConfig(Table, frozen=True, kw_only=True):
    """One of several packages in the repository, released on its own."""

    path: Annotated[Path, Meta(description="The directory whose commits count.", examples=["backend"])]
    tag: Annotated[
        TagTemplate | None, Meta(description="How its versions are written as tags; `<name>-v{version}` when unset.")
    ] = None
    version_files: Annotated[
        VersionFiles | None, Meta(description="The files that hold its version; detected below `path` when unset.")
    ] = None
    changelog: Annotated[Path | None, Meta(description="Its changelog; `CHANGELOG.md` below `path` when unset.")] = None


class Config(Table, frozen=True, kw_only=True):
    """Everything shipit is told. All of it may be left out."""

    release: Annotated[ReleaseConfig, Meta(description="How releases are made.")] = ReleaseConfig()
    bump: Annotated[
        dict[BumpKey, BumpName],
        Meta(
            description="By how much a commit type, or a type in one scope, raises the version, beside the usual "
            "rules: `feat` minor; `fix`, `perf` and `revert` patch; a breaking change major.",
            examples=[{"refactor": "patch", "docs(README)": "patch"}],
        ),
    ] = field(default_factory=dict)
    commits: Annotated[CommitsConfig, Meta(description="How commit messages are read.")] = CommitsConfig()
    changelog: Annotated[ChangelogConfig, Meta(description="How changes are written down.")] = ChangelogConfig()
    announce: Annotated[
        AnnounceConfig, Meta(description="What pull requests and issues are told of their release.")
    ] = AnnounceConfig()
    environments: Annotated[
        dict[EnvironmentName, EnvironmentConfig], Meta(description="What is built and deployed, by environment.")
    ] = field(default_factory=dict)
    packages: Annotated[
        dict[Ref, PackageConfig], Meta(description="Packages of this repository with versions of their own, by name.")
    ] = field(default_factory=dict)

    def package_tag(self, name: str) -> str:
        """The tag format of package `name`.

        >>> Config(packages={"backend": PackageConfig(path="backend")}).package_tag("backend")
        'backend-v{version}'
        """
        return self.packages[name].tag or f"{name}-v{{version}}"
