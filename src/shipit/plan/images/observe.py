"""Look at the world for the images of an environment: the commit, and what engine and registries hold of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from shipit.config.environment import EnvironmentConfig
from shipit.config.model import Config
from shipit.core.images import REVISION, VERSION, Reference, source_commit
from shipit.core.versions import is_version
from shipit.errors import ConflictError, PreflightError
from shipit.finding import Finding, any_blocks
from shipit.plan.images.image_version import of_release, unreleased
from shipit.plan.images.wanted import WantedImage, obstacles, wanted_images
from shipit.plan.version import (
    NextRelease,
    Package,
    channel,
    decide_version,
    main_channel,
    observe_history,
    packages,
    require_depth,
    tag_findings,
)
from shipit.plan.version.version_files import declared_version, version_files
from shipit.steps.tag_image import fetch_commit_of, is_newer
from shipit.world import CommitInfo, Git, RemoteImage, World


class ObservedImage(Struct, frozen=True):
    """An image, and what there is of it already.

    `held` is what the registry has, by reference; `kept` are the moving tags on something newer, with its version;
    `built` says that the engine has what the registry lacks; `offered` is an image to take over, as `name@digest`;
    `made_before` is the commit with other files that a release's image was built from.
    """

    wanted: WantedImage
    held: Mapping[str, RemoteImage]
    kept: Mapping[str, str]
    built: bool
    offered: str | None
    made_before: str | None = None

    @property
    def pushed(self) -> bool:
        """Whether its content is in the registry."""
        return self.wanted.fixed[0] in self.held

    @property
    def finished(self) -> bool:
        """Whether all its tags lead to that content, apart from those that stay on something newer."""
        due = (self.held.get(tag) for tag in self.wanted.tags if tag not in self.kept)
        return self.pushed and {found and found.digest for found in due} == {self.held[self.wanted.fixed[0]].digest}


class ObservedImages(Struct, frozen=True):
    """The facts of an environment's images; `pushing` says whether they are meant for the registry.

    `builder` is what builds them; empty where nothing has to be built or nothing can.
    """

    environment: str
    config: EnvironmentConfig
    commit: CommitInfo
    branch: str | None
    pushing: bool
    images: tuple[ObservedImage, ...]
    builder: str
    findings: tuple[Finding, ...]

    @property
    def missing(self) -> tuple[ObservedImage, ...]:
        """The images that have to be built."""
        return tuple(_missing(self.images, self.pushing))


def _missing(images: tuple[ObservedImage, ...], pushing: bool) -> Iterator[ObservedImage]:
    return (image for image in images if not (pushing and (image.pushed or image.offered)))


def observe_images(
    world: World, config: Config, environment: str, *, branch: str | None, pushing: bool
) -> ObservedImages:
    """Look at everything the images of `environment` depend on. Only reads, apart from fetching missing history.

    Args:
        branch: the branch where HEAD is detached, as the CI names it.
        pushing: whether the registry is to get them, and so is asked what it has.

    Raises `PreflightError` where there is no commit, or where its history is out of reach.
    """
    looking = _Looking(world, config)
    commit = looking.commit("HEAD")
    branch = world.git.branch() or branch
    dirty = world.git.dirty()
    next_releases = looking.next_releases(commit.id, branch)
    wanted = looking.wanted(environment, commit, next_releases, branch, dirty=bool(dirty))
    refusals = world.registry.findings([image.config.name for image in wanted]) if pushing else ()
    asking = pushing and not any_blocks(refusals)
    offers = looking.offers(environment, commit) if asking else {}
    images = tuple(looking.held(image, asking, offers.get(image.name)) for image in wanted)
    builds = [image.wanted.build for image in _missing(images, pushing)]
    wants = config.environments[environment]
    unable = tuple(obstacles(world.engine, builds, wants.build))
    findings = (
        *(_uncommitted(dirty) if pushing else ()),
        *looking.unreleased(environment, next_releases),
        *refusals,
        *(finding for image in images for finding in _taken(image, world) if not dirty),  # that is told first
        *unable,
    )
    able = builds and not any_blocks(unable)
    builder = world.engine.builder() if able else ""
    return ObservedImages(environment, wants, commit, branch, pushing, images, builder, findings)


class _Looking(Struct, frozen=True):
    """Questions about the images of a configuration."""

    world: World
    config: Config

    def commit(self, rev: str) -> CommitInfo:
        require_depth(self.world.git)
        found = self.world.git.commit(rev)
        if found is None:
            finding = Finding("no-commit", "the repository has no commit yet", "make a first commit: git commit")
            raise PreflightError([finding], state="nothing was changed", to="build images")
        return found

    def wanted(
        self,
        environment: str,
        commit: CommitInfo,
        next_releases: Mapping[str, NextRelease],
        branch: str | None,
        *,
        dirty: bool = False,
    ) -> tuple[WantedImage, ...]:
        links = self.world.forge.links()
        return tuple(
            wanted_images(
                environment,
                self.config.environments[environment],
                commit,
                next_releases,
                branch=branch,
                initial=self.config.release.initial_version,
                dirty=dirty,
                url=links.base if links else None,
            )
        )

    def next_releases(self, rev: str, branch: str | None) -> Mapping[str, NextRelease]:
        """What the commit decides, by package, whatever other branches have released meanwhile."""
        git, config = self.world.git, self.config
        releases_as = (channel(config, branch, None) if branch else None) or main_channel(config, None)
        tags = {tag.name: tag.commit for tag in git.tags()}
        histories = [observe_history(git, package, rev, tags, releases_as.prerelease) for package in packages(config)]
        found = (
            decide_version(
                each, config, releases_as, declared=None if each.stable else _declared(git, rev, each.package)
            )
            for each in histories
        )
        return {next_release.decision.package: next_release for next_release in found}

    def unreleased(self, environment: str, next_releases: Mapping[str, NextRelease]) -> Iterator[Finding]:
        """Why the images that are to be those of a release are none; a build only counts from another version then."""
        config = self.config.environments[environment]
        names = [tag.name for tag in self.world.git.tags()]
        for finding in tag_findings(names, [next_release.history for next_release in next_releases.values()]):
            yield finding if of_release(environment, config) else _counted_anew(finding)
        if of_release(environment, config):
            main = main_channel(self.config, None).name
            releasing = f"`{main}`" if main else "the branch that releases"
            for package in {image.package or "" for image in config.built.values()}:
                yield from unreleased(next_releases[package], environment, releasing)

    def held(self, wanted: WantedImage, asking: bool, offered: str | None) -> ObservedImage:
        """What engine and registry have of an image; the registry only where it is `asking`."""
        found = {tag: self.world.registry.find(tag) for tag in wanted.tags} if asking else {}
        held = {tag: image for tag, image in found.items() if image is not None}
        for tag in wanted.moving:
            fetch_commit_of(held.get(tag), self.world)
        newer = (tag for tag in wanted.moving if tag in held and is_newer(held[tag], wanted.origin, self.world))
        kept = {tag: _version(held[tag]) for tag in newer}
        built = asking and wanted.fixed[0] not in held and self._is_built(wanted)
        return ObservedImage(wanted, held, kept, built, offered, self._made_before(wanted, held.get(wanted.fixed[0])))

    def _made_before(self, wanted: WantedImage, held: RemoteImage | None) -> str | None:
        """The commit that the release's image was built from, where its files are others."""
        before = source_commit(held.labels) if held else ""
        if held is None or not before or not wanted.origin.made(held.labels, self.world):
            return None
        return None if self.world.git.same_files(before, wanted.source.revision) else before

    def _is_built(self, wanted: WantedImage) -> bool:
        if self.world.engine.findings(()):
            return False
        local = self.world.engine.find(wanted.fixed[0])
        return local is not None and local.labels.get(REVISION) == wanted.source.revision

    def offers(self, environment: str, commit: CommitInfo) -> Mapping[str, str]:
        """The images that another environment built from this commit, or a parent with the same files, by name."""
        promoted = self.config.environments[environment].promote
        if promoted is None:
            return {}
        same = (parent for parent in commit.parents if self.world.git.same_files(parent, commit.id))
        branch = self.config.environments[promoted].branch
        offers: dict[str, str] = {}
        for rev in (commit.id, *same):
            for image in self.wanted(promoted, self.commit(rev), self.next_releases(rev, branch), branch):
                found = self.world.registry.find(image.fixed[0])
                if found is not None and image.origin.made(found.labels, self.world):
                    offers.setdefault(image.name, str(Reference(image.config.name, digest=found.digest)))
        return offers


def _version(image: RemoteImage) -> str:
    """The version that an image is labelled with; its digest where that is none."""
    told = image.labels.get(VERSION, "")
    return told if is_version(told) else image.digest


def _declared(git: Git, rev: str, package: Package) -> str | None:
    return declared_version(git, rev, version_files(git, rev, package))


def _counted_anew(finding: Finding) -> Finding:
    """What stops a release is, for a build, a version that tells little."""
    return finding.as_warning(f"{finding.what}: builds count as if nothing had been released")


def _uncommitted(dirty: tuple[str, ...]) -> Iterator[Finding]:
    if dirty:
        named = ", ".join(f"`{path}`" for path in dirty[:5]) + (f" and {len(dirty) - 5} more" if dirty[5:] else "")
        yield Finding("dirty", f"uncommitted changes in {named}", "git commit them, or git stash")


def _taken(image: ObservedImage, world: World) -> Iterator[Finding]:
    """Tags that never move and are on an image of another commit."""
    for reference in image.wanted.fixed:
        try:
            if reference in image.held:
                image.wanted.origin.require(reference, image.held[reference], world)
        except ConflictError as error:
            yield Finding("image-taken", error.what, error.hint or "")
