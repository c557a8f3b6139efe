"""The wanted images of an environment: a pure function of the configuration, the commit and its next versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from shipit.config.environment import EnvironmentConfig, ImageConfig
from shipit.core.images import Build, Reference, Source, fill, image_labels, image_tag, is_permanent
from shipit.finding import Finding
from shipit.plan.images.image_version import image_version, of_release
from shipit.plan.version import NextRelease
from shipit.steps.images import Origin
from shipit.steps.repository import ReleaseCommit
from shipit.world import CommitInfo, Engine


class WantedImage(Struct, frozen=True):
    """An image as it is to be in the registry.

    `name` is its key in the configuration, empty for the only image. `source` is the version, commit and branch that it
    is built from, and `reason` the reason for its version. `created` is the time of the commit in seconds since the
    epoch (UTC), and `url` the address of the source. `commit` is the release commit when a step of the plan is still
    to make it, else None. `of_release` is True when its version is that of the last release.
    `followed` are the tags that only a deployment moves, because Watchtower follows them.
    """

    name: str
    config: ImageConfig
    source: Source
    reason: str
    created: int
    url: str | None
    commit: ReleaseCommit | None = None
    of_release: bool = False
    followed: tuple[str, ...] = ()

    @property
    def tags(self) -> dict[str, bool]:
        """All tags of the image, as full references; the value is True for a moving tag.

        There is always at least one permanent tag. A tag that comes from two templates is permanent if one of them is.
        A pre-release has no moving tags, because users of `latest` expect stable releases.
        """
        configured = self.config.tags
        templates = configured if any(map(is_permanent, configured)) else (*configured, "{version}")
        used = (each for each in templates if is_permanent(each) or not self._is_prerelease)
        name = Reference.parse(self.config.name).name
        tags = [(str(Reference(name, image_tag(each, self.source))), is_permanent(each)) for each in used]
        moves = {tag: (tag, True) not in tags for tag, _ in tags}
        return {tag: moving for tag, moving in moves.items() if not (moving and tag in self.followed)}

    @property
    def _is_prerelease(self) -> bool:
        """True for a pre-release such as 1.4.0-beta.1; False for a release and for a build of a branch."""
        return self.source.version.prerelease is not None and self.source.version.build is None

    @property
    def permanent_tags(self) -> tuple[str, ...]:
        """The tags that are never moved, as full references. The image is pushed under the first one."""
        return tuple(reference for reference, moves in self.tags.items() if not moves)

    @property
    def moving_tags(self) -> tuple[str, ...]:
        """The tags that are moved to the newest image, as full references."""
        return tuple(reference for reference, moves in self.tags.items() if moves)

    @property
    def origin(self) -> Origin:
        """The commit and version that the image is built from, to compare with the labels of existing images."""
        return Origin(self.source.revision, str(self.source.version), self.commit, self.of_release)

    @property
    def build(self) -> Build:
        """The options of its build, with labels and build arguments."""
        title = self.config.name.rpartition("/")[2]
        created = dt.datetime.fromtimestamp(self.created, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return replace(
            build_options(self.config),
            labels=image_labels(self.source, created=created, title=title, url=self.url),
            args={name: fill(value, self.source) for name, value in self.config.args.items()},
            created=self.created,
        )


def _followed(key: str, name: str, environment: EnvironmentConfig) -> tuple[str, ...]:
    """Return the tags of an image that only a deployment moves, as full references."""
    tags = (
        target.followed_tag for target in environment.targets if target.deploys_image and (target.image or "") == key
    )
    return tuple(str(Reference(name, tag)) for tag in tags if tag)


def build_options(config: ImageConfig) -> Build:
    """Return the build options that do not depend on the version and the commit."""
    return Build(
        context=config.context,
        dockerfile=config.dockerfile or f"{config.context.rstrip('/')}/Dockerfile".removeprefix("./"),
        secrets=config.secrets,
        platforms=config.platforms,
        cache_from=config.cache_from,
        cache_to=config.cache_to,
        provenance=config.provenance,
        sbom=config.sbom,
    )


def wanted_images(
    name: str,
    environment: EnvironmentConfig,
    commit: CommitInfo,
    next_releases: Mapping[str, NextRelease],
    *,
    branch: str | None,
    initial: str,
    dirty: bool = False,
    url: str | None = None,
    squashed: bool = False,
) -> Iterator[WantedImage]:
    """Yield the images of environment `name`, built from `commit`.

    Args:
        name: the name of the environment.
        environment: its settings.
        commit: the commit to build from.
        next_releases: the decision about the next version at that commit, by the name of the package.
        branch: the branch of the commit; None for the branch of the environment.
        initial: the version to assume as the next one when there is no release and no commit that counts.
        dirty: True when the working tree has uncommitted changes.
        url: the address of the source, for the labels.
        squashed: True when the commit has the files of a release that is not in its history.
    """
    released = of_release(name, environment)
    revision = f"{commit.id}-dirty" if dirty else commit.id
    for key, config in environment.built.items():
        version, reason = image_version(next_releases[config.package or ""], commit.id, initial, released=released)
        reason += ", which has the same files as this commit" if squashed else ""
        source = Source(version, revision, branch or environment.branch or name)
        yield WantedImage(
            key,
            config,
            source,
            reason,
            commit.timestamp,
            url,
            of_release=version.build is None,
            followed=_followed(key, config.name, environment),
        )


# The codes of findings about missing files, which the commands before a build can create.
_MISSING_FILES = ("build-context", "dockerfile")


def build_findings(engine: Engine, builds: Sequence[Build], commands: Sequence[str]) -> Iterator[Finding]:
    """Yield the findings of the engine about `builds`.

    Args:
        engine: the engine.
        builds: the build options of the images.
        commands: the commands that run before the builds; with any, a missing file is only a warning.
    """
    for finding in engine.findings(builds) if builds else ():
        yield finding.as_warning() if commands and finding.code in _MISSING_FILES else finding
