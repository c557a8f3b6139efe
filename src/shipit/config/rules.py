"""Rules that no key can break by itself: between keys, and between a key and what shipit has to offer."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.config import advice
from shipit.config.decode import Fault
from shipit.config.keys import Key
from shipit.config.model import Config, EnvironmentConfig, VersionFileConfig, VersionFiles


def broken(config: Config) -> Iterator[Fault]:
    """What is wrong with a configuration whose keys are right one by one."""
    if config.release.branch and config.release.branches:
        yield Fault(("release", "branch"), "`branch` and `branches` say the same thing twice", "keep one of them")
    yield from _unknown_formats(("release",), config.release.version_files or ())
    for name, package in config.packages.items():
        yield from _unknown_formats(("packages", name), package.version_files or ())
    yield from _shared_tags(config)
    for name, environment in config.environments.items():
        yield from _environment(name, environment)


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
    for index, deployment in enumerate(environment.deploy):
        kind = deployment.get("kind")
        if not (isinstance(kind, str) and kind):
            what = f"entry {index + 1} of `deploy` needs a `kind`"
            yield Fault((*at, "deploy", index), what, 'add `kind = "..."`, such as `"watchtower"`')
