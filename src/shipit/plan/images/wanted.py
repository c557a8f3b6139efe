"""What the images of an environment are to be: purely from the configuration, the commit and what it decides."""

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
from shipit.steps.origin import Origin
from shipit.steps.release_commit import ReleaseCommit
from shipit.world import CommitInfo, Engine


class WantedImage(Struct, frozen=True):
    """One image. `name` is empty where it is the only one, `reason` says where its version is from.

    `created` is the commit's time, in seconds since the epoch; `url` is where the source is; `commit` the release
    commit that it is built from, where that is still to be made. `of_release` says that its version is that of a
    release behind the commit.
    """

    name: str
    config: ImageConfig
    source: Source
    reason: str
    created: int
    url: str | None
    commit: ReleaseCommit | None = None
    of_release: bool = False

    @property
    def tags(self) -> dict[str, bool]:
        """Each of its tags as a reference, and whether that moves; one that two templates give does not.

        A pre-release moves none: `latest` is for those who want releases. One tag at least never moves.
        """
        asked = self.config.tags
        templates = asked if any(map(is_permanent, asked)) else (*asked, "{version}")
        kept = (each for each in templates if is_permanent(each) or not self._is_prerelease)
        tags = [(str(Reference(self.config.name, image_tag(each, self.source))), is_permanent(each)) for each in kept]
        return {tag: (tag, True) not in tags for tag, _ in tags}

    @property
    def _is_prerelease(self) -> bool:
        """Whether it is a release on the way to another, and no build of a branch."""
        return self.source.version.prerelease is not None and self.source.version.build is None

    @property
    def fixed(self) -> tuple[str, ...]:
        """The tags that never move. The first is the one that its content is pushed under."""
        return tuple(reference for reference, moves in self.tags.items() if not moves)

    @property
    def moving(self) -> tuple[str, ...]:
        """The tags that follow the newest."""
        return tuple(reference for reference, moves in self.tags.items() if moves)

    @property
    def origin(self) -> Origin:
        return Origin(self.source.revision, str(self.source.version), self.commit, self.of_release)

    @property
    def build(self) -> Build:
        """How it is built."""
        title = self.config.name.rpartition("/")[2]
        created = dt.datetime.fromtimestamp(self.created, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return replace(
            recipe(self.config),
            labels=image_labels(self.source, created=created, title=title, url=self.url),
            args={name: fill(value, self.source) for name, value in self.config.args.items()},
            created=self.created,
        )


def recipe(config: ImageConfig) -> Build:
    """How an image is built, whatever it is built from."""
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
) -> Iterator[WantedImage]:
    """The images of environment `name`, built from `commit`.

    Args:
        next_releases: what the commit decides, by package.
        branch: the branch it is built from; that of the environment where nobody says.
        initial: the first version, where nothing calls for one yet.
        dirty: whether the working tree is not that of the commit.
        url: where the source is.
    """
    released = of_release(name, environment)
    revision = f"{commit.id}-dirty" if dirty else commit.id
    for key, config in environment.built.items():
        version, reason = image_version(next_releases[config.package or ""], commit.id, initial, released=released)
        source = Source(version, revision, branch or environment.branch or name)
        yield WantedImage(key, config, source, reason, commit.timestamp, url, of_release=version.build is None)


# What commands that run before a build may make for it.
_MAKEABLE = ("build-context", "dockerfile")


def obstacles(engine: Engine, builds: Sequence[Build], commands: Sequence[str]) -> Iterator[Finding]:
    """What stands in the way of these builds.

    Args:
        commands: what is run before; a directory that is missing now is only worth a warning then.
    """
    for finding in engine.findings(builds) if builds else ():
        yield finding.as_warning() if commands and finding.code in _MAKEABLE else finding
