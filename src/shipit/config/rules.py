"""The rules that concern several keys, and the rules about names that shipit must know, such as formats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from shipit.config import targets as target_configs  # their modules are loaded when a target is checked
from shipit.config.environment import EnvironmentConfig, ImageConfig
from shipit.config.keys import Key, key_name
from shipit.config.model import Config, PackageConfig, ReleaseConfig, VersionFileConfig, VersionFiles
from shipit.config.reading import advice
from shipit.config.reading.decode import Fault
from shipit.config.secrets import names_secret

_WILDCARDS = frozenset("*?[")


def rule_faults(config: Config) -> Iterator[Fault]:
    """Yield the faults of a configuration in which each key alone is valid."""
    yield from _release(config.release)
    yield from _separate_pull_requests(config)
    if config.changelog.sections.get("breaking") is False:
        what = "breaking changes always have a section"
        yield Fault(("changelog", "sections", "breaking"), what, "write a heading, or remove the key")
    for name, package in config.packages.items():
        yield from _version_files(("packages", name), package.version_files or ())
        yield from _package_paths(("packages", name), package)
    for index, channel in enumerate(config.notify):
        if channel.token and channel.kind != "webhook":
            what = f"`token` cannot be used with the kind `{channel.kind}`: its address is enough"
            yield Fault(("notify", index, "token"), what, "remove it")
    yield from _shared_tags(config)
    yield from _dependencies(config)
    yield from _release_images(config)
    for name, environment in config.environments.items():
        yield from _environment(name, environment)
        yield from _promotion(name, environment, config)
        yield from _source(name, environment, config)
        yield from _image_packages(name, environment, config)


def _release(release: ReleaseConfig) -> Iterator[Fault]:
    if release.branch and release.branches:
        yield Fault(("release", "branch"), "`branch` and `branches` cannot be used together", "keep one of them")
    for index, branch in enumerate(release.back_merge):
        if release.channels and branch == release.channels[0].name:
            what = f"`{branch}` is the release branch itself, so its releases need not be brought back"
            yield Fault(("release", "back-merge", index), what, 'name another branch, such as "dev"')
    if release.attest_assets and not release.assets:
        what = "`attest-assets` needs `assets`: there is no file to attest"
        yield Fault(("release", "attest-assets"), what, "add `assets`, or remove it")
    yield from _with_pull_request(release) if release.write_back.proposes else _without_pull_request(release)
    yield from _version_files(("release",), release.version_files or ())


def _separate_pull_requests(config: Config) -> Iterator[Fault]:
    """Yield the fault of `separate-pull-requests`: it needs packages that are released by themselves."""
    at = ("release", "separate-pull-requests")
    if not (config.release.separate_pull_requests and config.release.write_back.proposes):
        return
    if not config.packages:
        what = "`separate-pull-requests` needs several packages, and the configuration has no `[packages]`"
        yield Fault(at, what, "remove it, or add `[packages.<name>]` for each package")
    elif any(each.depends_on for each in config.packages.values()):
        what = "`separate-pull-requests` cannot be used with `depends-on`: these packages are released together"
        yield Fault(at, what, "remove one of the two keys")
    fix, by_branch = "rename the package, or remove `separate-pull-requests`", dict[str, str]()
    for name in config.packages:
        other = by_branch.setdefault(name.replace("/", "--"), name)
        if other != name:
            what = f"the pull requests of `{other}` and `{name}` would have the same branch"
            yield Fault(("packages", name), what, fix)
        if name.endswith(".lock"):
            yield Fault(("packages", name), f"the pull request of `{name}` would have a branch that git refuses", fix)


def _with_pull_request(release: ReleaseConfig) -> Iterator[Fault]:
    """Yield the faults of keys that cannot be used with a release pull request."""
    fix = "remove it, or set another `write-back`"
    if release.snapshot:
        what = (
            '`snapshot` cannot be used with `write-back = "pull-request"`: it needs a commit of its own on the branch'
        )
        yield Fault(("release", "snapshot"), what, fix)
    if release.skip_ci:
        what = '`skip-ci` cannot be used with `write-back = "pull-request"`: no run would release what was merged'
        yield Fault(("release", "skip-ci"), what, fix)
    if release.draft_pull_request and release.auto_merge:
        what = "`auto-merge` cannot be used with `draft-pull-request`: GitHub merges no draft pull request"
        yield Fault(("release", "auto-merge"), what, "keep one of them")


def _without_pull_request(release: ReleaseConfig) -> Iterator[Fault]:
    """Yield the faults of keys that only a release pull request needs."""
    fix = 'set `write-back = "pull-request"`, or remove it'
    if release.auto_merge:
        what = '`auto-merge` needs `write-back = "pull-request"`: only then there is a pull request to merge'
        yield Fault(("release", "auto-merge"), what, fix)
    if release.draft_pull_request:
        what = '`draft-pull-request` needs `write-back = "pull-request"`: only then there is a pull request'
        yield Fault(("release", "draft-pull-request"), what, fix)
    if release.separate_pull_requests:
        what = '`separate-pull-requests` needs `write-back = "pull-request"`: only then there are pull requests'
        yield Fault(("release", "separate-pull-requests"), what, fix)


def _version_files(table: Key, files: VersionFiles) -> Iterator[Fault]:
    """Yield a fault for each path with a wildcard, and for each format that does not exist."""
    for index, file in enumerate(files):
        path = file if isinstance(file, str) else file.path
        if not _WILDCARDS.isdisjoint(path):
            what = f"`{path}` is a pattern, but a version file must be named by its path"
            yield Fault((*table, "version-files", index), what, "write the path of each file")
        if isinstance(file, VersionFileConfig) and file.pattern and (file.format or file.paths):
            what = "`pattern` cannot be used together with `format` or `paths`"
            yield Fault((*table, "version-files", index, "pattern"), what, "keep `pattern`, or the other keys")
        if isinstance(file, VersionFileConfig) and file.format:
            from shipit.versionfiles import FORMATS  # here because few commands need all formats

            if file.format not in FORMATS:
                at = (*table, "version-files", index, "format")
                yield Fault(at, f"there is no format `{file.format}`", advice.for_choice(file.format, list(FORMATS)))


def _package_paths(at: Key, package: PackageConfig) -> Iterator[Fault]:
    if package.path and package.paths:
        yield Fault((*at, "path"), "`path` and `paths` cannot be used together", "keep one of them")
    elif not package.path and not package.paths:
        yield Fault(at, f"{key_name(at)} needs `path`", "add `path = ...`, or `paths = [...]` for several paths")
    for index, excluded in enumerate(package.exclude):
        if not any(_contains(path, excluded) for path in (*package.paths, package.path) if path):
            what = f"`{excluded}` is in no path of the package, so it is excluded already"
            yield Fault((*at, "exclude", index), what, "remove it, or write the path from the root of the repository")


def _contains(directory: str, path: str) -> bool:
    """Return whether `path` is below `directory`.

    >>> _contains("backend/", "backend/docs"), _contains(".", "docs"), _contains("backend", "backend")
    (True, True, False)
    """
    above, below = ([part for part in each.split("/") if part not in ("", ".")] for each in (directory, path))
    return len(above) < len(below) and below[: len(above)] == above


def _shared_tags(config: Config) -> Iterator[Fault]:
    owners: dict[str, str] = {}
    for name in config.packages:
        tag = config.package_tag(name)
        owner = owners.setdefault(tag, name)
        if owner != name:
            what = f"packages `{owner}` and `{name}` have the same tag format `{tag}`"
            yield Fault(("packages", name, "tag"), what, f'write `tag = "{name}-v{{version}}"`')


def _dependencies(config: Config) -> Iterator[Fault]:
    """Yield a fault for each dependency that is no package, or else for the first circle of dependencies."""
    wanted = {name: package.depends_on for name, package in config.packages.items() if package.depends_on}
    faults = [
        Fault(
            ("packages", name, "depends-on", index),
            f"there is no package `{other}`",
            advice.for_choice(other, list(config.packages)),
        )
        for name, others in wanted.items()
        for index, other in enumerate(others)
        if other not in config.packages
    ]
    yield from faults
    if wanted and not faults and (circle := _circle(wanted)):
        names = " → ".join(f"`{name}`" for name in circle)
        what = f"these packages depend on each other: {names}"
        yield Fault(("packages", circle[0], "depends-on"), what, "remove one of these dependencies")


def _circle(wanted: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the names of packages of which each depends on the next, and the last is the first; empty without any."""
    from graphlib import CycleError, TopologicalSorter  # few configurations need it

    try:
        TopologicalSorter(wanted).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1][::-1]
        return circle
    return []


def _environment(name: str, environment: EnvironmentConfig) -> Iterator[Fault]:
    at = ("environments", name)
    if environment.image and environment.images:
        yield Fault((*at, "image"), "`image` and `images` cannot be used together", "move `image` into `images`")
    yield from _same_names((*at, "images"), environment.images)
    yield from _targets((*at, "deploy"), environment)


def _targets(at: Key, environment: EnvironmentConfig) -> Iterator[Fault]:
    """Yield the faults of the targets of an environment."""
    several = isinstance(environment.deploy, tuple)
    for index, table in enumerate(environment.tables):
        here = (*at, index) if several else at
        yield from (Fault((*here, key), what, hint) for key, what, hint in table.conflicts())
        if not table.verifies and index + 1 < len(environment.tables):
            what = (
                'the targets after this one wait until its version is verified, and `proof = "none"` never verifies it'
            )
            yield Fault((*here, "proof"), what, "write this target last, or set another `proof`")
        for target in cast(Sequence[target_configs.TargetConfig], table.parts(environment.built)):
            if target.deploys_image:
                yield from _image_of_target((*here, *target.place), target.image, environment)


def _image_of_target(at: Key, image: str | None, environment: EnvironmentConfig) -> Iterator[Fault]:
    if not environment.built:
        yield Fault(at, "there is no image to deploy", "add `image` to the environment")
    elif image is None and "" not in environment.built:
        names = " or ".join(f'"{name}"' for name in environment.built)
        yield Fault(at, "the target does not say which image it deploys", f"add `image = {names}`")
    elif image is not None and image not in environment.built:
        hint = advice.for_choice(image, [name for name in environment.built if name])
        yield Fault((*at, "image"), f"there is no image `{image}`", hint)


def _secret_in_name(at: Key, image: ImageConfig) -> Iterator[Fault]:
    """Yield a fault if the name of an image contains the variable of a secret, because everybody can see the name."""
    for variable in re.findall(r"\{env:(\w+)\}", image.name):
        if names_secret(variable) or variable in image.secrets.values():
            what = f"the name of an image is public, and `{variable}` is the name of a secret"
            yield Fault((*at, "name"), what, "use a variable with a name such as `DOCKER_USERNAME`")


def _same_names(at: Key, images: Mapping[str, ImageConfig]) -> Iterator[Fault]:
    owners: dict[str, str] = {}
    for key, image in images.items():
        owner = owners.setdefault(image.name, key)
        if owner != key:
            what = f"images `{owner}` and `{key}` are both pushed to `{image.name}`"
            yield Fault((*at, key, "name"), what, f'write `name = "{image.name}-{key}"`')


def _release_images(config: Config) -> Iterator[Fault]:
    """Yield the faults of `release.images`. Their tags are planned before the release commit exists, without its id."""
    at = ("release", "images")
    yield from _same_names(at, config.release.images)
    for key, image in config.release.images.items():
        yield from _image_package((*at, key), key, image, config)
        if image.keep:
            what = "`keep` cannot be used here: images of releases are never removed"
            yield Fault((*at, key, "keep"), what, "remove it, or write it into an image of an environment")
        tags: list[tuple[Key, str]] = [(("tags", index), tag) for index, tag in enumerate(image.tags)]
        for place, text in [*tags, *((("args", name), value) for name, value in image.args.items())]:
            if "{sha}" in text:
                what = "`{sha}` cannot be used here: the release is planned before its commit exists"
                yield Fault((*at, key, *place), what, "use `{version}`")


def _promotion(name: str, environment: EnvironmentConfig, config: Config) -> Iterator[Fault]:
    """Yield the faults of `promote`: the other environment must exist, and have images with the same names."""
    at = ("environments", name, "promote")
    if environment.promote is None:
        if environment.promote_verified:
            what = "`promote-verified` needs the environment that verifies the images"
            yield Fault((*at[:2], "promote-verified"), what, 'add `promote = "staging"`')
        return
    source = config.environments.get(environment.promote)
    if source is None or environment.promote == name:
        others = [each for each in config.environments if each != name]
        what = f"there is no other environment `{environment.promote}`"
        yield Fault(at, what, advice.for_choice(environment.promote, others))
    elif missing := environment.built.keys() - source.built.keys():
        names = ", ".join(f"`images.{each}`" if each else "`image`" for each in sorted(missing))
        what = f"environment `{environment.promote}` has no {names} to promote"
        yield Fault(at, what, "give the images of both environments the same names")
    elif environment.require_attestation and not source.require_attestation:
        what = f"environment `{environment.promote}` attests no images, and `{name}` promotes only attested ones"
        where = f"[environments.{environment.promote}]"
        yield Fault((*at[:2], "require-attestation"), what, f"write `require-attestation = true` into `{where}`, too")
    elif environment.promote_verified and not source.targets:
        what = f"environment `{environment.promote}` has no target, so it verifies no image"
        yield Fault((*at[:2], "promote-verified"), what, f"add `[environments.{environment.promote}.deploy]`")


def _source(name: str, environment: EnvironmentConfig, config: Config) -> Iterator[Fault]:
    """Yield the fault of `from`: it must be a release branch, and the environment must have another branch to move."""
    at, source = ("environments", name, "from"), environment.from_
    channels = [each.name for each in config.release.channels]
    if source is None:
        return
    if environment.branch is None:
        yield Fault(at, "`from` needs the branch that is moved to a release", f'add `branch = "{name}"`')
    elif environment.branch in (source, *channels):
        what = f"`{environment.branch}` is a release branch, so it gets its releases itself"
        yield Fault(at, what, "remove `from`, or give the environment a branch of its own")
    elif channels and source not in channels:
        yield Fault(at, f"`{source}` is not a release branch", advice.for_choice(source, channels))


def _image_packages(name: str, environment: EnvironmentConfig, config: Config) -> Iterator[Fault]:
    for key, image in environment.built.items():
        at = ("environments", name, "images", key) if key else ("environments", name, "image")
        yield from _image_package(at, key, image, config)

    several = isinstance(environment.deploy, tuple)
    for index, target in environment.numbered_targets:
        if isinstance(target, target_configs.StaticSiteConfig):
            at = ("environments", name, "deploy", *((index,) if several else ()))
            yield from _package(at, "the site", target.package, config)


def _image_package(at: Key, key: str, image: ImageConfig, config: Config) -> Iterator[Fault]:
    yield from _secret_in_name(at, image)
    yield from _package(at, _image_name(key), image.package, config)


def _package(at: Key, thing: str, package: str | None, config: Config) -> Iterator[Fault]:
    """Yield a fault if it is not clear which package the version of an image or of a site comes from."""
    if config.packages and package is None:
        names = " or ".join(f'"{each}"' for each in config.packages)
        yield Fault(at, f"{thing} does not say which package its version comes from", f"add `package = {names}`")
    elif package is not None and package not in config.packages:
        hint = advice.for_choice(package, list(config.packages)) if config.packages else "leave it out"
        yield Fault((*at, "package"), f"there is no package `{package}`", hint)


def _image_name(key: str) -> str:
    return f"image `{key}`" if key else "the image"
