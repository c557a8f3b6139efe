"""The configuration as typed, frozen values.

The description of a field is the documentation of its key, in docs/configuration.md and in the JSON Schema. The name of
a field is its key with `_` for `-`: `version_files` is `version-files` in shipit.toml.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, field

from shipit.config.environment import EnvironmentConfig, ImageConfig
from shipit.config.notify import NotifyConfig
from shipit.config.table import ConfigTable
from shipit.config.vocabulary import (
    Author,
    Branch,
    BreakingWords,
    BumpKey,
    BumpName,
    CommitSubject,
    CommitType,
    EnvironmentName,
    FeatureBump,
    FloatingPart,
    Heading,
    LanguageName,
    Name,
    Path,
    Prerelease,
    TagTemplate,
    Text,
    TimeLimit,
    Version,
    VersionPattern,
    VersionRange,
)
from shipit.core import limits
from shipit.core.duration import seconds
from shipit.core.versions import Bump, effective_bump
from shipit.core.write_back import MergeMethod, WriteBack

CONFIG_FILES = ("shipit.toml", "pyproject.toml")


class BranchConfig(ConfigTable, frozen=True, kw_only=True):
    """A release branch with its own settings."""

    name: Annotated[Branch, Meta(description="The name of the branch.")]
    prerelease: Annotated[
        Prerelease | None,
        Meta(
            description="The identifier of the pre-releases of this branch: `beta` gives `1.4.0-beta.1`. The branch "
            "makes stable releases when unset."
        ),
    ] = None
    range: Annotated[
        VersionRange | None,
        Meta(
            description="The range of the versions of this maintenance branch. A branch named `1.x` or `1.2.x` has its "
            "name as its range."
        ),
    ] = None


class VersionFileConfig(ConfigTable, frozen=True, kw_only=True):
    """A version file with its own settings."""

    path: Annotated[Path, Meta(description="The path of the file, from the root of the repository.")]
    format: Annotated[
        Text | None,
        Meta(description="The format of the file. It is detected by the name when unset.", examples=["gradle"]),
    ] = None
    paths: Annotated[
        tuple[Text, ...],
        Meta(
            description="The keys in the file that contain the version, with dots between their parts. When unset, "
            "the usual key of the format is used.",
            examples=[["version", "openapi3.version"]],
        ),
    ] = ()
    pattern: Annotated[
        VersionPattern | None,
        Meta(
            description="The text around the version, which stands for `{version}`. It must match exactly one place in "
            "the file. Use it instead of `format` and `paths`, for a file of any kind.",
        ),
    ] = None

    @property
    def place(self) -> tuple[str, tuple[str, ...], str | None]:
        """The file and the place in it, which no two entries have in common."""
        return self.path, self.paths, self.pattern


VersionFiles = tuple[Path | VersionFileConfig, ...]


class ReleaseConfig(ConfigTable, frozen=True, kw_only=True):
    """The settings of a release: its branches, tags, files, commands, assets and images."""

    branch: Annotated[
        Branch | None, Meta(description="The release branch. It is the default branch of the remote when unset.")
    ] = None
    branches: Annotated[
        tuple[Branch | BranchConfig, ...],
        Meta(
            min_length=1,
            description="The release branches, if there are several. Use it instead of `branch`.",
            examples=[["main", "1.x", {"name": "next", "prerelease": "beta"}]],
            extra={"expected": "a list with at least one branch"},
        ),
    ] = ()
    tag: Annotated[
        TagTemplate | None,
        Meta(
            description="The tag format: the form of a version as a tag. It is `v{version}` when unset. Set it if the "
            "repository also has tags of another form that look like versions."
        ),
    ] = None
    version_files: Annotated[
        VersionFiles | None,
        Meta(
            description="The version files. They are detected when unset; `[]` means that there are none.",
            examples=[["build.gradle", {"path": "build.gradle", "paths": ["openapi3.version"]}]],
        ),
    ] = None
    prepare: Annotated[
        tuple[Text, ...],
        Meta(
            description="Commands that run after the new version is written to the version files, and before the "
            "release commit is made.",
            examples=[["./gradlew build testDocs"]],
        ),
    ] = ()
    prepare_timeout: Annotated[
        TimeLimit,
        Meta(description="The time limit of each `prepare` command and of the build of each image."),
    ] = limits.PREPARE.written
    write_back: Annotated[
        WriteBack,
        Meta(
            description="The way to the remote for the release commit. `push` pushes the commit and the tag. `api` "
            "makes both through the API of GitHub, for protected branches. `pull-request` proposes the commit in a "
            "pull request, and makes the release after somebody has merged it. `none` makes only a tag and a release, "
            "and no commit."
        ),
    ] = WriteBack.PUSH
    auto_merge: Annotated[
        MergeMethod | None,
        Meta(
            description="The method by which GitHub merges the release pull request by itself, as soon as the branch "
            "accepts it. When unset, a person merges it."
        ),
    ] = None
    draft_pull_request: Annotated[
        bool,
        Meta(
            description="`true`: the release pull request is opened as a draft pull request, which nobody can "
            "merge before a person marks it as ready for review."
        ),
    ] = False
    separate_pull_requests: Annotated[
        bool,
        Meta(
            description="`true`: each package has a release pull request of its own. `false`: all packages are in one."
        ),
    ] = False
    assets: Annotated[
        tuple[Path, ...],
        Meta(
            description="The files to attach to the release, as glob patterns from the root of the repository.",
            examples=[["build/libs/*.jar"]],
        ),
    ] = ()
    attest_assets: Annotated[
        bool,
        Meta(
            description="`true`: each of the `assets` gets an attestation by the key of `[attestation]`: a file with "
            "`.sigstore.json` after its name, which is attached beside it."
        ),
    ] = False
    images: Annotated[
        dict[Name, ImageConfig],
        Meta(
            description="The images of the release, by name. They have the version of the release. They are built "
            "before anything is public, and pushed before the release is published. The placeholder `{sha}` cannot be "
            "used in them."
        ),
    ] = field(default_factory=dict)
    major_on_zero: Annotated[
        bool,
        Meta(
            description="`true`: a breaking change raises a version 0.x to 1.0.0. `false`: it raises the minor version."
        ),
    ] = False
    feature_on_zero: Annotated[
        FeatureBump,
        Meta(
            description="The bump of a feature while the version is 0.x. With `patch`, it is the same as that of a bug "
            "fix, and only a breaking change raises the minor version."
        ),
    ] = "minor"
    initial_version: Annotated[
        Version, Meta(description="The first version, if there is no release tag and no version in a version file.")
    ] = "0.1.0"
    back_merge: Annotated[
        tuple[Branch, ...],
        Meta(
            description="The branches that get each release of the first release branch back, such as `dev`, so that "
            "the versions there follow it. shipit fast-forwards the branch, else makes a merge commit, or opens a pull "
            "request if the merge conflicts or the branch is protected.",
            examples=[["dev"]],
        ),
    ] = ()
    snapshot: Annotated[
        bool,
        Meta(description="`true`: a second commit after the release writes the next `-SNAPSHOT` version."),
    ] = False
    skip_ci: Annotated[
        bool,
        Meta(
            description="`true`: the message of the release commit contains `[skip ci]`, so that no CI runs for it. "
            "Required checks then stay pending."
        ),
    ] = False
    commit_message: Annotated[
        CommitSubject | None,
        Meta(
            description="The first line of the release commit. It is `chore(release): {version}` when unset. In a "
            "repository with packages, `{version}` stands for all of them, as in `backend 1.4.0, web 2.0.1`."
        ),
    ] = None
    author: Annotated[
        Author | None,
        Meta(description="The author of the release commit. It is the one that git is configured with when unset."),
    ] = None
    floating_tags: Annotated[
        tuple[FloatingPart, ...],
        Meta(
            description="The floating tags. They are moved to the highest stable release of their version after it is "
            "published: `major` moves `v1`, and `minor` moves `v1.4`, in the format of `tag`.",
            examples=[["major", "minor"]],
        ),
    ] = ()
    remote: Annotated[Name, Meta(description="The name of the git remote that the release is pushed to.")] = "origin"
    remote_timeout: Annotated[
        TimeLimit,
        Meta(
            description="The time limit of each git command that talks to the remote: `ls-remote`, `fetch` and `push`. "
            "A credential helper, an askpass program, ssh and the hook `pre-push` are part of it."
        ),
    ] = limits.GIT_REMOTE.written

    @property
    def prepare_limit(self) -> float:
        """The time limit of each `prepare` command and of the build of each image, in seconds."""
        return seconds(self.prepare_timeout)

    def effective_bump(self, bump: Bump, major: int) -> Bump:
        """Return the bump that is applied to a version with the major part `major`, which can be 0.

        >>> ReleaseConfig().effective_bump(Bump.MAJOR, 0).name
        'MINOR'
        """
        feature = Bump[self.feature_on_zero.upper()]
        return effective_bump(bump, major=major, major_on_zero=self.major_on_zero, feature_on_zero=feature)

    @property
    def tag_format(self) -> str:
        """The tag format of a repository without packages."""
        return self.tag or "v{version}"

    @property
    def channels(self) -> tuple[BranchConfig, ...]:
        """The release branches, from `branch` or `branches`. Empty means only the default branch of the remote."""
        written = self.branches or ((self.branch,) if self.branch else ())
        return tuple(BranchConfig(name=entry) if isinstance(entry, str) else entry for entry in written)


class CommitsConfig(ConfigTable, frozen=True, kw_only=True):
    """The settings for reading commit messages."""

    aliases: Annotated[
        dict[CommitType, CommitType],
        Meta(
            description="Other names of commit types. They are added to `feature` = `feat`, `bugfix` = `fix` and "
            "`hotfix` = `fix`.",
            examples=[{"features": "feat", "기능": "feat"}],
        ),
    ] = field(default_factory=dict)
    lenient: Annotated[
        bool,
        Meta(
            description="`true`: a message of a known type is read also in a non-standard spelling, such as "
            "`feat : search` or `[Feat] search`. `false`: only `feat: search` is read."
        ),
    ] = True
    breaking: Annotated[
        tuple[BreakingWords, ...],
        Meta(
            description="More words that announce a breaking change at the start of a line, like `BREAKING CHANGE:`.",
            examples=[["BREAKING CHANGES"]],
        ),
    ] = ()


class ChangelogConfig(ConfigTable, frozen=True, kw_only=True):
    """The settings of the changelog and the release notes."""

    file: Annotated[Path, Meta(description="The path of the changelog.")] = "CHANGELOG.md"
    template: Annotated[
        Text, Meta(description="The name of a template that is part of shipit, or the path of your own template.")
    ] = "default"
    language: Annotated[LanguageName, Meta(description="The language of the headings and dates.")] = "en"
    sections: Annotated[
        dict[CommitType, Heading],
        Meta(
            description="The heading of the section of each commit type, in the order of the sections: a text, `true` "
            "for the usual heading, or `false` for no section. The usual sections of other types follow. A type "
            "without a bump has no section. `breaking` is the heading of breaking changes, which always come first.",
            examples=[{"feat": "New", "refactor": True, "perf": False}],
        ),
    ] = field(default_factory=dict)

    @property
    def headings(self) -> dict[str, str]:
        """The configured headings, by commit type; `breaking` is for breaking changes."""
        return {type.lower(): heading for type, heading in self.sections.items() if isinstance(heading, str)}

    def shown(self, usual: Iterable[str]) -> tuple[str, ...]:
        """Return the types that have a section, in the order of the sections.

        Args:
            usual: the types, also as `type(scope)`, that have a section when `sections` does not name their type.

        >>> ChangelogConfig(sections={"docs": True, "fix": False}).shown(["feat", "fix", "docs(README)"])
        ('docs', 'feat')
        """
        named = {type.lower(): heading is not False for type, heading in self.sections.items() if type != "breaking"}
        others = (name for name in usual if name.partition("(")[0].lower() not in named)
        return tuple(dict.fromkeys((*(type for type, has_section in named.items() if has_section), *others)))


class AnnounceConfig(ConfigTable, frozen=True, kw_only=True):
    """The announce steps: comments and labels on the merged pull requests and closed issues of a release."""

    comment: Annotated[
        bool,
        Meta(
            description="`true`: each pull request and issue of a release gets a comment with a link to the release. "
            "The token needs `issues: write` and `pull-requests: write`. A failure is only a warning."
        ),
    ] = False
    label: Annotated[
        Text | None,
        Meta(
            description="The label that each pull request and issue of a release gets. There is no label when unset. "
            "The token needs the same permissions, and a failure is only a warning.",
            examples=["released"],
        ),
    ] = None


class PackageConfig(ConfigTable, frozen=True, kw_only=True):
    """A package with its own version and its own releases, in a repository with several packages."""

    path: Annotated[
        Path | None,
        Meta(
            description="The directory of the package. Only commits that change files in it count for the package. "
            "Either `path` or `paths` is required.",
            examples=["backend"],
        ),
    ] = None
    paths: Annotated[
        tuple[Path, ...],
        Meta(
            min_length=1,
            description="The directory of the package, and then other directories and files that it depends on. Only "
            "commits that change one of them count for the package. A path can be in several packages: a commit that "
            "changes it counts for each of them. Use it instead of `path`.",
            examples=[["backend", "gradle/libs.versions.toml", "shared"]],
            extra={"expected": "a list with at least one path"},
        ),
    ] = ()
    exclude: Annotated[
        tuple[Path, ...],
        Meta(
            description="Directories and files of the package that do not count: a commit that changes only these does "
            "not count for the package.",
            examples=[["backend/docs"]],
        ),
    ] = ()
    tag: Annotated[
        TagTemplate | None,
        Meta(description="The tag format of the package. It is `<name>-v{version}` when unset."),
    ] = None
    depends_on: Annotated[
        tuple[Name, ...],
        Meta(
            description="The packages that this one depends on. When one of them is released, this package gets at "
            "least a patch, in the same run.",
            examples=[["shared"]],
        ),
    ] = ()
    version_files: Annotated[
        VersionFiles | None,
        Meta(description="The version files of the package. They are detected in its directory when unset."),
    ] = None
    changelog: Annotated[
        Path | None,
        Meta(description="The path of the changelog of the package. It is `CHANGELOG.md` in its directory when unset."),
    ] = None


class AttestationConfig(ConfigTable, frozen=True, kw_only=True):
    """The settings of attestations, for environments with `require-attestation`, and for `release.attest-assets`."""

    public_key: Annotated[
        Path,
        Meta(
            description="The path of the public key that attestations are checked with. `cosign generate-key-pair` "
            "writes it."
        ),
    ] = "cosign.pub"


class Config(ConfigTable, frozen=True, kw_only=True):
    """The configuration of shipit. All keys are optional."""

    release: Annotated[ReleaseConfig, Meta(description="The settings of a release.")] = ReleaseConfig()
    bump: Annotated[
        dict[BumpKey, BumpName],
        Meta(
            description="The bump of a commit type, or of a type in one scope. These rules are added to the usual "
            "ones: `feat` minor; `fix`, `perf` and `revert` patch; a breaking change major. `*` is the bump of every "
            "other commit, also of one with an unknown type or without a type.",
            examples=[{"refactor": "patch", "docs(README)": "patch"}],
        ),
    ] = field(default_factory=dict)
    commits: Annotated[CommitsConfig, Meta(description="The settings for reading commit messages.")] = CommitsConfig()
    changelog: Annotated[ChangelogConfig, Meta(description="The settings of the changelog and the release notes.")] = (
        ChangelogConfig()
    )
    announce: Annotated[
        AnnounceConfig, Meta(description="The comments and labels on the pull requests and issues of a release.")
    ] = AnnounceConfig()
    environments: Annotated[
        dict[EnvironmentName, EnvironmentConfig],
        Meta(description="The environments, such as `dev` and `prod`, by name."),
    ] = field(default_factory=dict)
    packages: Annotated[
        dict[Name, PackageConfig],
        Meta(description="The packages of this repository that have their own versions, by name."),
    ] = field(default_factory=dict)
    attestation: Annotated[
        AttestationConfig,
        Meta(description="The key of attestations, which `require-attestation` and `attest-assets` need."),
    ] = AttestationConfig()
    notify: Annotated[
        tuple[NotifyConfig, ...],
        Meta(description="The channels that are notified of releases and deployments, such as a channel of Slack."),
    ] = ()

    def attestation_key(self, environment: str) -> str:
        """Return the path of the public key that images of an environment need an attestation by; empty for none.

        >>> Config(environments={"dev": EnvironmentConfig()}).attestation_key("dev")
        ''
        """
        return self.attestation.public_key if self.environments[environment].require_attestation else ""

    @property
    def release_attestation_key(self) -> str:
        """The path of the public key for the images of a release; empty if no environment needs attestations."""
        return next(filter(None, map(self.attestation_key, self.environments)), "")

    def package_tag(self, name: str) -> str:
        """Return the tag format of the package `name`.

        >>> Config(packages={"backend": PackageConfig(path="backend")}).package_tag("backend")
        'backend-v{version}'
        """
        return self.packages[name].tag or f"{name}-v{{version}}"
