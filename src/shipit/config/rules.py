"""Rules that no key can break by itself: between keys, and between a key and what shipit has to offer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shipit.config import advice
from shipit.config.decode import Fault
from shipit.config.environment import EnvironmentConfig, ImageConfig
from shipit.config.keys import Key
from shipit.config.model import Config, VersionFileConfig, VersionFiles


def broken(config: Config) -> Iterator[Fault]:
    """What is wrong with a configuration whose keys are right one by one."""
    if config.release.branch and config.release.branches:
        yield Fault(("release", "branch"), "`branch` and `branches` say the same thing twice", "keep one of them")
    yield from _unknown_formats(("release",), config.release.version_files or ())
    for name, package in config.packages.items():
        yield from _unknown_formats(("packages", name), package.version_files or ())
    yield from _shared_tags(config)
    yield from _of_the_release(config)
    for name, environment in config.environments.items():
        yield from _environment(name, environment)
        yield from _promotion(name, environment, config)
        yield from _packages_of_images(name, environment, config)


def _unknown_formats(table: Key, files: VersionFiles) -> Iterator[Fault]:
    for index, file in enumerate(files):
        if isinstance(file, VersionFileConfig) and file.format:
            from shipit.versionfiles import FORMATS  # every editor there is, which few commands need

            if file.format not in FORMATS:
                at = (*table, "version-files", index, "format")
                yield Fault(at, f"there is no format `{file.format}`", advice.for_choice(file.format, list(FORMATS)))


def _shared_tags(config: Config) -> Iterator[Fault]:
    owners: dict[str, str] = {}
    for name in config.packages:
        tag = config.package_tag(name)
        owner = owners.setdefault(tag, name)
        if owner != name:
            what = f"packages `{owner}` and `{name}` have the same tag format `{tag}`"
            yield Fault(("packages", name, "tag"), what, f'write `tag = "{name}-v{{version}}"`')


def _environment(name: str, environment: EnvironmentConfig) -> Iterator[Fault]:
    at = ("environments", name)
    if environment.image and environment.images:
        yield Fault((*at, "image"), "`image` and `images` contradict each other", "move `image` below `images`")
    yield from _same_names((*at, "images"), environment.images)
    for index, deployment in enumerate(environment.deploy):
        kind = deployment.get("kind")
        if not (isinstance(kind, str) and kind):
            what = f"entry {index + 1} of `deploy` needs a `kind`"
            yield Fault((*at, "deploy", index), what, 'add `kind = "..."`, such as `"watchtower"`')


def _same_names(at: Key, images: Mapping[str, ImageConfig]) -> Iterator[Fault]:
    owners: dict[str, str] = {}
    for key, image in images.items():
        owner = owners.setdefault(image.name, key)
        if owner != key:
            what = f"images `{owner}` and `{key}` are both pushed to `{image.name}`"
            yield Fault((*at, key, "name"), what, f'write `name = "{image.name}-{key}"`')


def _of_the_release(config: Config) -> Iterator[Fault]:
    """The images of a release: the commit they are built from is made before them, and named nowhere before."""
    at = ("release", "images")
    yield from _same_names(at, config.release.images)
    for key, image in config.release.images.items():
        yield from _package_of((*at, key), key, image, config)
        tags: list[tuple[Key, str]] = [(("tags", index), tag) for index, tag in enumerate(image.tags)]
        for place, text in [*tags, *((("args", name), value) for name, value in image.args.items())]:
            if "{sha}" in text:
                what = "`{sha}` is not known before the release commit is made"
                yield Fault((*at, key, *place), what, "write `{version}`")


def _promotion(name: str, environment: EnvironmentConfig, config: Config) -> Iterator[Fault]:
    """An environment that takes over images needs one that has them, under the same names."""
    if environment.promote is None:
        return
    at = ("environments", name, "promote")
    source = config.environments.get(environment.promote)
    if source is None or environment.promote == name:
        others = [each for each in config.environments if each != name]
        what = f"there is no other environment `{environment.promote}`"
        yield Fault(at, what, advice.for_choice(environment.promote, others))
    elif missing := environment.built.keys() - source.built.keys():
        named = ", ".join(f"`{each or 'image'}`" for each in sorted(missing))
        yield Fault(at, f"`{environment.promote}` has no {named} to take over", "name its images as these are named")


def _packages_of_images(name: str, environment: EnvironmentConfig, config: Config) -> Iterator[Fault]:
    for key, image in environment.built.items():
        at = ("environments", name, "images", key) if key else ("environments", name, "image")
        yield from _package_of(at, key, image, config)


def _package_of(at: Key, key: str, image: ImageConfig, config: Config) -> Iterator[Fault]:
    if config.packages and image.package is None:
        names = " or ".join(f'"{each}"' for each in config.packages)
        yield Fault(at, f"{_named(key)} does not say whose version it carries", f"add `package = {names}`")
    elif image.package is not None and image.package not in config.packages:
        hint = advice.for_choice(image.package, list(config.packages)) if config.packages else "leave it out"
        yield Fault((*at, "package"), f"there is no package `{image.package}`", hint)


def _named(key: str) -> str:
    return f"image `{key}`" if key else "the image"
