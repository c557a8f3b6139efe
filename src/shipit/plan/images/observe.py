"""The facts that the plan of an environment's images is made from: the commit, the engine and the registry."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from shipit.config.environment import EnvironmentConfig
from shipit.config.keys import toml_key
from shipit.config.model import Config
from shipit.core.images import REVISION, VERSION, Reference, is_permanent, source_commit
from shipit.core.versions import is_version
from shipit.errors import ConflictError, PreflightError
from shipit.finding import Finding, any_blocks
from shipit.plan.images.attested import attestation_findings
from shipit.plan.images.image_version import image_version, of_release, unreleased_findings
from shipit.plan.images.squashed import squashed_release
from shipit.plan.images.wanted import WantedImage, build_findings, wanted_images
from shipit.plan.version import (
    DeclaredVersion,
    Dependency,
    History,
    NextRelease,
    Package,
    channel,
    decide_each,
    decide_version,
    main_channel,
    observe_history,
    packages,
    require_depth,
    tag_findings,
)
from shipit.plan.version.files.version_files import declared_versions, main_version_files
from shipit.steps.images import fetch_commit_of, image_of, is_newer
from shipit.world import CommitInfo, Git, RemoteImage, World


class ObservedImage(Struct, frozen=True):
    """A wanted image, and the state of it in the registry and the engine.

    `in_registry` are the images in the registry, by each tag of the wanted image that exists there. `newer` are the
    moving tags that are on a newer image, with the version of that. `built` is True when the image is in the engine and
    not yet in the registry. `to_promote` is an image of another environment to use instead of a build, as
    `name@digest`. `built_from` is the commit that an existing image of this release was built from, if the files of
    that commit differ from the wanted ones. `unattested` is True when the registry has the promoted image, but it lacks
    the attestation that the environment requires.
    """

    wanted: WantedImage
    in_registry: Mapping[str, RemoteImage]
    newer: Mapping[str, str]
    built: bool
    to_promote: str | None
    built_from: str | None = None
    unattested: bool = False

    @property
    def pushed(self) -> bool:
        """True when the registry has the image, under its first permanent tag."""
        return self.wanted.permanent_tags[0] in self.in_registry

    @property
    def is_promoted(self) -> bool:
        """True when the registry has the image to promote, under the first permanent tag."""
        pushed = self.in_registry.get(self.wanted.permanent_tags[0])
        return pushed is not None and (self.to_promote or "").endswith(f"@{pushed.digest}")

    @property
    def finished(self) -> bool:
        """True when it needs no attestation, and all tags are on it, except those that stay on a newer image."""
        tagged = (self.in_registry.get(tag) for tag in self.wanted.tags if tag not in self.newer)
        digests = {image and image.digest for image in tagged}
        return (
            self.pushed and not self.unattested and digests == {self.in_registry[self.wanted.permanent_tags[0]].digest}
        )


class ObservedImages(Struct, frozen=True):
    """The facts that the plan of an environment's images is made from.

    `config` are the settings of the environment. `pushing` is True when the images are to be pushed. `builder` is the
    program that builds them; empty when nothing has to be built, or nothing can be built.
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
    return (image for image in images if not (pushing and (image.pushed or image.to_promote)))


def observe_images(
    world: World, config: Config, environment: str, *, branch: str | None, pushing: bool
) -> ObservedImages:
    """Return all facts that the images of `environment` depend on. Only reads, and fetches the history that is missing.

    Args:
        world: the ports to git, the forge, the registry and the engine.
        config: the configuration.
        environment: the name of an environment with images.
        branch: the branch to use when HEAD is detached, as the CI names it.
        pushing: True when the images are to be pushed; only then the registry is read.

    Raises `PreflightError` when there is no commit yet, or its history cannot be fetched.
    """
    observer = _ImageObserver(world, config)
    commit = observer.commit("HEAD")
    branch = world.git.branch() or branch
    dirty = world.git.dirty()
    decided = observer.decide(environment, commit, branch)
    wanted = observer.wanted(environment, commit, decided, branch, dirty=bool(dirty))
    registry_findings = world.registry.findings([image.config.name for image in wanted]) if pushing else ()
    read_registry = pushing and not any_blocks(registry_findings)
    promotable = observer.promotable(environment, commit, decided) if read_registry else {}
    images = tuple(observer.observe(image, read_registry, promotable.get(image.name)) for image in wanted)
    public_key = config.attestation_key(environment) if pushing else ""
    images = tuple(replace(image, unattested=_lacks_attestation(image, public_key, world)) for image in images)
    builds = [image.wanted.build for image in _missing(images, pushing)]
    settings = config.environments[environment]
    engine_findings = tuple(build_findings(world.engine, builds, settings.build))
    findings = (
        *(_uncommitted_changes(dirty) if pushing else ()),
        *_other_branch(config, environment, branch),
        *(_inherited_tags(config, environment) if pushing else ()),
        *observer.unreleased(environment, decided.next_releases, _packages(settings)),
        *registry_findings,
        # Uncommitted changes have to be committed first, and then the image is built from another commit.
        *(finding for image in images for finding in _taken_tags(image, world) if not dirty),
        *_attestations(world, public_key, images),
        *engine_findings,
    )
    can_build = builds and not any_blocks(engine_findings)
    builder = world.engine.builder() if can_build else ""
    return ObservedImages(environment, settings, commit, branch, pushing, images, builder, findings)


def observe_wanted_images(
    world: World, config: Config, environment: str, *, branch: str | None
) -> tuple[tuple[WantedImage, ...], tuple[Finding, ...]]:
    """Return the images of `environment` as they are to be built from the commit that is checked out.

    Also returns the findings about commits that are not released, when the images have the version of a release.
    The arguments and errors are those of `observe_images`. The engine and the registry are not read.
    """
    observer = _ImageObserver(world, config)
    commit = observer.commit("HEAD")
    branch = world.git.branch() or branch
    decided = observer.decide(environment, commit, branch)
    wanted = observer.wanted(environment, commit, decided, branch)
    packages = _packages(config.environments[environment])
    return wanted, tuple(observer.unreleased(environment, decided.next_releases, packages))


def _packages(environment: EnvironmentConfig) -> set[str]:
    """Return the names of the packages whose versions the images of an environment have."""
    return {image.package or "" for image in environment.built.values()}


def observe_version(
    world: World, config: Config, environment: str, package: str, *, branch: str | None
) -> tuple[str, str, tuple[Finding, ...]]:
    """Return the version of what is built from the commit that is checked out, the id of the commit, and findings.

    Args:
        world: the ports.
        config: the configuration.
        environment: the name of the environment that gets it.
        package: the name of the package whose version it has; empty if the repository is one package.
        branch: the branch to use when HEAD is detached, as the CI names it.

    Raises `PreflightError` when there is no commit yet, or its history cannot be fetched.
    """
    observer = _ImageObserver(world, config)
    commit = observer.commit("HEAD")
    next_releases = observer.decide(environment, commit, world.git.branch() or branch).next_releases
    released = of_release(environment, config.environments[environment])
    version, _ = image_version(next_releases[package], commit.id, config.release.initial_version, released=released)
    unreleased = observer.unreleased(environment, next_releases, {package})
    return str(version), commit.id, (*_uncommitted_changes(world.git.dirty()), *unreleased)


class _Decided(Struct, frozen=True):
    """The decisions about the next version of each package at a commit, by the name of the package.

    `squashed` is the commit of the release whose files the commit has without having it in its history: the decisions
    are those at the release then. None for any other commit.
    """

    next_releases: Mapping[str, NextRelease]
    squashed: str | None = None


class _ImageObserver(Struct, frozen=True):
    """The reads of the world that the images of a configuration depend on."""

    world: World
    config: Config

    def commit(self, rev: str) -> CommitInfo:
        """Return the commit `rev`, with its complete history fetched."""
        require_depth(self.world.git, self.config.release.remote)
        found = self.world.git.commit(rev)
        if found is None:
            finding = Finding("no-commit", "the repository has no commit yet", "make a first commit: git commit")
            raise PreflightError([finding], state="nothing was changed", to="build images")
        return found

    def wanted(
        self,
        environment: str,
        commit: CommitInfo,
        decided: _Decided,
        branch: str | None,
        *,
        dirty: bool = False,
    ) -> tuple[WantedImage, ...]:
        """Return the images of `environment` as they are to be built from `commit`."""
        links = self.world.forge.links()
        return tuple(
            wanted_images(
                environment,
                self.config.environments[environment],
                commit,
                decided.next_releases,
                branch=branch,
                initial=self.config.release.initial_version,
                dirty=dirty,
                squashed=decided.squashed is not None,
                url=links.base if links else None,
            )
        )

    def decide(self, environment: str, commit: CommitInfo, branch: str | None) -> _Decided:
        """Return the decisions about the next version of each package at `commit`, for the images of `environment`.

        For images with the version of a release, a squash merge of a release counts as this release.
        """
        decided = _Decided(self.next_releases(commit.id, branch))
        if not of_release(environment, self.config.environments[environment]):
            return decided
        histories = [next_release.history for next_release in decided.next_releases.values()]
        squashed = squashed_release(self.world.git, commit.id, histories)
        return _Decided(self.next_releases(squashed, branch), squashed) if squashed else decided

    def next_releases(self, rev: str, branch: str | None) -> Mapping[str, NextRelease]:
        """Return the decision about each package's next version at the commit `rev`, by the name of the package.

        Tags of other branches are not considered, so the version of an image depends on its commit only.
        """
        git, config = self.world.git, self.config
        release_channel = (channel(config, branch, None) if branch else None) or main_channel(config, None)
        prerelease = release_channel.prerelease
        tags = {tag.name: tag.commit for tag in git.tags()}
        histories = [observe_history(git, package, rev, tags, prerelease) for package in packages(config)]

        def decided(history: History, dependencies: tuple[Dependency, ...]) -> NextRelease:
            declared = tuple if history.stable else partial(_declared, git, rev, history.package)
            return decide_version(history, config, release_channel, declared=declared, dependencies=dependencies)

        return {each.decision.package: each for each in decide_each(histories, decided)}

    def unreleased(
        self, environment: str, next_releases: Mapping[str, NextRelease], packages: Collection[str]
    ) -> Iterator[Finding]:
        """Yield the findings about tags, and about commits of `packages` that are not released, if they must be.

        Findings about tags do not block builds: their version is then computed as if there were no release.
        """
        config = self.config.environments[environment]
        git, remote = self.world.git, self.config.release.remote
        tags = {tag.name: tag.commit for tag in git.tags()}
        histories = [next_release.history for next_release in next_releases.values()]
        for finding in tag_findings(git, "HEAD", tags, histories, remote):
            yield finding if of_release(environment, config) else _warning_for_builds(finding)
        if of_release(environment, config):
            main = main_channel(self.config, None).name
            release_branch = f"`{main}`" if main else "the release branch"
            branch = config.branch or environment
            for package in packages:
                yield from unreleased_findings(next_releases[package], environment, branch, release_branch)

    def observe(self, wanted: WantedImage, read_registry: bool, to_promote: str | None) -> ObservedImage:
        """Return the state of `wanted` in the engine and the registry.

        Args:
            wanted: the image.
            read_registry: False to take the image as missing in the registry without reading it.
            to_promote: the image to use instead of a build, as `name@digest`.
        """
        by_tag = {tag: self.world.registry.find(tag) for tag in wanted.tags} if read_registry else {}
        in_registry = {tag: image for tag, image in by_tag.items() if image is not None}
        pushed = in_registry.get(wanted.permanent_tags[0])
        for tag in wanted.moving_tags:
            if in_registry.get(tag) != pushed:
                fetch_commit_of(in_registry.get(tag), self.world)
        newer = {
            tag: _version(in_registry[tag])
            for tag in wanted.moving_tags
            if tag in in_registry and is_newer(in_registry[tag], wanted.origin, self.world)
        }
        built = read_registry and pushed is None and self._is_built(wanted)
        return ObservedImage(wanted, in_registry, newer, built, to_promote, self._built_from(wanted, pushed))

    def _built_from(self, wanted: WantedImage, pushed: RemoteImage | None) -> str | None:
        """Return the commit that the pushed image of the release was built from, if its files differ; else None."""
        revision = source_commit(pushed.labels) if pushed else ""
        if pushed is None or revision in ("", wanted.source.revision):
            return None
        if not wanted.origin.made(pushed.labels, self.world):
            return None
        return None if self.world.git.same_files(revision, wanted.source.revision) else revision

    def _is_built(self, wanted: WantedImage) -> bool:
        if self.world.engine.findings(()):
            return False
        local = self.world.engine.find(wanted.permanent_tags[0])
        return local is not None and local.labels.get(REVISION) == wanted.source.revision

    def promotable(self, environment: str, commit: CommitInfo, decided: _Decided) -> Mapping[str, str]:
        """Return the images to promote, as `name@digest` by the name of the image.

        They are images of the environment in `promote`, built from `commit`, or from a parent or a release with the
        same files.
        """
        source = self.config.environments[environment].promote
        if source is None:
            return {}
        same_files = [parent for parent in commit.parents if self.world.git.same_files(parent, commit.id)]
        same_files += [decided.squashed] if decided.squashed else []
        branch = self.config.environments[source].branch
        promotable: dict[str, str] = {}
        for rev in (commit.id, *same_files):
            built = self.commit(rev)
            for image in self.wanted(source, built, self.decide(source, built, branch), branch):
                found = self.world.registry.find(image.permanent_tags[0])
                if found is not None and image.origin.made(found.labels, self.world):
                    promotable.setdefault(image.name, str(Reference(image.config.name, digest=found.digest)))
        return promotable


def _version(image: RemoteImage) -> str:
    """Return the version in the label of `image`, or its digest when the label is missing or not a version."""
    label = image.labels.get(VERSION, "")
    return label if is_version(label) else image.digest


def _declared(git: Git, rev: str, package: Package) -> tuple[DeclaredVersion, ...]:
    """Return the version in the first version file; a build may have a lower version than another file."""
    return declared_versions(git, rev, main_version_files(git, rev, package))[:1]


def _warning_for_builds(finding: Finding) -> Finding:
    return finding.as_warning(f"{finding.what}: the version of a build is computed as if nothing had been released")


def _lacks_attestation(image: ObservedImage, public_key: str, world: World) -> bool:
    """Return whether `image` was promoted and not attested, as by a run that was killed."""
    if not (public_key and image.is_promoted) or any_blocks(world.attestations.findings(public_key, attesting=False)):
        return False
    digest = image.in_registry[image.wanted.permanent_tags[0]].digest
    return bool(world.attestations.refusal(image_of(image.wanted.config.name, digest), public_key))


def _attestations(world: World, public_key: str, images: Sequence[ObservedImage]) -> tuple[Finding, ...]:
    """Return the findings about attestations of the images: those to promote, and those that are pushed already."""
    held = []
    for image in images:
        pushed = image.in_registry.get(image.wanted.permanent_tags[0])
        if image.to_promote and (pushed is None or image.is_promoted):
            held.append(image.to_promote)
        elif pushed:
            held.append(image_of(image.wanted.config.name, pushed.digest))
    attesting = any(image.unattested or not image.pushed for image in images)
    return attestation_findings(world, public_key, held, attesting=attesting)


def _uncommitted_changes(paths: tuple[str, ...]) -> Iterator[Finding]:
    if paths:
        listed = ", ".join(f"`{path}`" for path in paths[:5]) + (f" and {len(paths) - 5} more" if paths[5:] else "")
        yield Finding("dirty", f"uncommitted changes in {listed}", "git commit -a, or git stash")


def _other_branch(config: Config, environment: str, branch: str | None) -> Iterator[Finding]:
    """Yield a warning if `branch` is the branch of another environment, and not that of `environment`."""
    own = config.environments[environment].branch
    others = [name for name, each in config.environments.items() if branch and each.branch == branch and each.built]
    if own and others and environment not in others:
        what = f"`{branch}` is the branch of environment `{others[0]}`, and this is an image of `{environment}`"
        fix = f"shipit image {others[0]}, or check out `{own}` first: git checkout {own}"
        yield Finding("other-branch", what, fix, "warning")


def _inherited_tags(config: Config, environment: str) -> Iterator[Finding]:
    """Yield a warning for each moving tag that the environment inherits, and that both environments would move."""
    own = config.environments[environment]
    base = config.environments.get(own.extends or "")
    for key, image in own.built.items():
        other = base.built.get(key) if base else None
        if other and other.name == image.name:
            moving = (tag for tag in image.tags if not is_permanent(tag) and "{branch}" not in tag)
            listed = ", ".join(f"`{tag}`" for tag in moving if tag in other.tags)
            what = f"`{environment}` and `{own.extends}` both move {listed} of `{image.name}`"
            where = f"images.{toml_key(key)}" if key else "image"
            fix = (
                f'write into `[environments.{toml_key(environment)}]`: {where}.tags = ["{environment}", "{{version}}"]'
            )
            if listed:
                yield Finding("inherited-tag", what, fix, "warning")


def _taken_tags(image: ObservedImage, world: World) -> Iterator[Finding]:
    """Yield a finding for each permanent tag that is on an image of another commit."""
    for reference in image.wanted.permanent_tags:
        try:
            if reference in image.in_registry:
                image.wanted.origin.require(reference, image.in_registry[reference], world)
        except ConflictError as error:
            yield Finding("image-taken", error.what, error.hint or "")
