"""The plan of an adoption, made from the files, the tags and the branches of a repository."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import Any

from msgspec.structs import replace

from shipit.config.load import parse_config
from shipit.config.model import Config, VersionFileConfig
from shipit.core import limits
from shipit.core.commits import subject
from shipit.core.history import columns
from shipit.core.notes.links import slug_of
from shipit.core.versions.tag_family import TagFamily, tag_families
from shipit.errors import ConfigError, ShipitError
from shipit.importers import (
    IMPORTERS,
    Converted,
    FoundKeys,
    Imported,
    ImportedKey,
    RepositoryFacts,
    lines_of,
    read_settings,
    read_workflows,
)
from shipit.plan.adoption.accepted import accepted_settings, overlap
from shipit.plan.adoption.model import PIPELINE_FILE, Adoption
from shipit.plan.adoption.pipeline import pipeline_text
from shipit.plan.adoption.toml import deploy_table, proposal_text, toml_text
from shipit.plan.adoption.words import aliases_for
from shipit.versionfiles import detect
from shipit.world import Files, Git

Settings = dict[str, dict[str, Any]]


def plan_adoption(git: Git, files: Files) -> Adoption:
    """Return the settings of shipit for a repository. Nothing is written, and nothing of other tools is executed.

    Raises `ConfigError` for settings of another tool that cannot be read.
    """
    repository = _repository(git, files)
    settings = read_settings(repository) or _detected(repository, git)
    return adoption_of(repository, (*settings, *_words(git)))


def adoption_of(repository: RepositoryFacts, found: Sequence[Imported]) -> Adoption:
    """Return the settings and the workflow that follow from what was `found`, and from the workflows."""
    converted = read_workflows(repository)
    imported = (*found, *converted.imported)
    merged = _merged(imported) | {
        deploy_table(each.environment): dict(each.settings) for each in converted.proposals if not each.undecided
    }
    accepted, refused = accepted_settings(merged)
    settings, config = _needed(accepted)
    marked = tuple(replace(each, keys=tuple(_marked(each, merged, settings, refused))) for each in imported)
    remove = (*(file for each in imported for file in each.files if _is_left_over(file, config)), *converted.replaced)
    lines = tuple(_workflow_lines(repository.workflows, converted.replaced))
    text = toml_text(settings) + "".join(map(proposal_text, converted.proposals))
    return Adoption(marked, text, config, _pipeline(config, converted, repository), lines, remove)


def _pipeline(config: Config, converted: Converted, repository: RepositoryFacts) -> str:
    """Return the text of the workflow that runs shipit; empty if the repository has none that it replaces."""
    branches = tuple(each.name for each in config.release.channels) or (repository.default_branch or "main",)
    return pipeline_text(config, converted.setups, branches, converted.tests) if converted.setups else ""


def _repository(git: Git, files: Files) -> RepositoryFacts:
    tags = {tag.name: tag.commit for tag in git.tags()}
    families = [family for family in tag_families(tags) if not family.dated]
    stable = [tag.version for family in families for tag in family.tags if tag.version.prerelease is None]
    last = max(stable, default=None)
    return RepositoryFacts(
        partial(_read, files), _default_branch(git), tuple(tags), last, _workflows(files), _address(git)
    )


def _read(files: Files, path: str) -> str | None:
    """Return the text of a file that settings name; None if its path leads out of the repository."""
    is_outside = path.startswith("/") or ".." in path.split("/")
    return None if is_outside else files.read(path)


def _address(git: Git) -> str | None:
    """Return the repository on GitHub, such as `acme/shop`; None without a remote there."""
    url = git.remote_url()
    return slug_of(url, "https://github.com") if url else None


def _default_branch(git: Git) -> str | None:
    """Return the default branch of the remote; None if there is no remote, or it does not answer."""
    try:
        return git.remote_refs().default or None
    except ShipitError:
        return None


def _detected(repository: RepositoryFacts, git: Git) -> tuple[Imported, ...]:
    """Return the settings of a repository without another release tool: the tag format, if it is not the default."""
    families = tag_families({tag.name: tag.commit for tag in git.tags()})
    if not families or repository.has_tag("v{version}"):
        return ()
    family: TagFamily = families[0]
    found = FoundKeys()
    if family.name or family.dated:
        found.undecided(
            "tags", f"most tags are like `{family.tags[0].name}`: set `tag` in `[release]`, or `[packages]`"
        )
    else:
        found.taken("tags", "release.tag", family.format.template)
    return (found.imported("tags of this repository"),)


def _words(git: Git) -> tuple[Imported, ...]:
    """Return the aliases for other words that the newest commits have as types."""
    found, aliases = FoundKeys(), aliases_for(_titles(git))
    for word in aliases:
        found.taken(f"titles that begin with `{word}`", "commits.aliases", aliases)
    return (found.imported("commits of this repository"),) if aliases else ()


def _titles(git: Git) -> list[str]:
    """Return the titles of the newest commits."""
    head, titles = git.head(), list[str]()
    if head is None:
        return []
    with closing(git.log([head])) as stream:
        for part in columns(stream):
            titles += map(subject, part.messages)
            if len(titles) >= limits.ALIAS_COMMITS:
                break
    return titles[: limits.ALIAS_COMMITS]


def _merged(imported: Sequence[Imported]) -> Settings:
    """Return the settings of all tools; those of an earlier tool take precedence."""
    merged: Settings = {}
    for each in imported:
        for table, keys in each.settings.items():
            merged[table] = {**keys, **merged.get(table, {})}
    return merged


def _needed(settings: Settings) -> tuple[Settings, Config]:
    """Return the settings without those that equal a default, and the configuration that they give."""
    config = parse_config(toml_text(settings))
    needed = {table: dict(_needed_keys(table, keys, settings)) for table, keys in settings.items()}
    return {table: keys for table, keys in needed.items() if keys}, config


def _needed_keys(table: str, keys: dict[str, Any], settings: Settings) -> Iterator[tuple[str, Any]]:
    """Yield the keys of a table that do not equal a default. Only the tables that these belong to are read again."""
    if table in _BY_NAME:
        yield from keys.items()
        return
    own = {name: each for name, each in settings.get("environments", {}).items() if deploy_table(name) == table}
    tables = {"environments": own} if own else {name: each for name, each in settings.items() if name not in _BY_NAME}
    left, config = dict(keys), _meaning({**tables, table: keys})
    for key, value in keys.items():
        fewer = {name: each for name, each in left.items() if name != key}
        if config is not None and _meaning({**tables, table: fewer}) == config:
            left = fewer
        else:
            yield key, value


_BY_NAME = ("bump", "packages", "environments")
"""The tables whose keys are names of anything: none of them has a default."""


def _meaning(settings: Settings) -> Config | None:
    """Return the configuration that settings give; None if they are not valid."""
    try:
        return parse_config(toml_text(settings))
    except ConfigError:
        return None


def _is_left_over(file: str, config: Config) -> bool:
    """Return whether a file of another tool is needed no longer: it has nothing else in it, and no version."""
    named = (each.path if isinstance(each, VersionFileConfig) else each for each in config.release.version_files or ())
    return not detect([file]) and file not in named and not file.startswith(".github/workflows/")


def _marked(
    imported: Imported, merged: Settings, written: Settings, refused: Mapping[str, str]
) -> Iterator[ImportedKey]:
    """Yield the keys: `default already` if all their settings equal defaults; others can lose to an earlier tool.

    A key whose setting was `refused` needs a decision, for the reason there.
    """
    names = {*written, *(f"{table}.{name}" for table, values in written.items() for name in values)}
    lost = {
        f"{table}.{name}"
        for table, values in imported.settings.items()
        for name, value in values.items()
        if merged[table][name] != value
    }
    for key in imported.keys:
        settings = key.setting.split(", ")
        reasons = [why for path, why in refused.items() if any(overlap(path, each) for each in settings)]
        if reasons:
            key = replace(key, status="needs your decision", why=f"shipit does not accept it: {'; '.join(reasons)}")
        elif key.status == "taken" and not lost.isdisjoint(settings):
            key = replace(key, status="needs your decision", why="another tool has another value, which was taken")
        elif key.status == "taken" and names.isdisjoint(settings):
            key = replace(key, status="default already", setting="")
        yield key


def _workflows(files: Files) -> dict[str, str]:
    """Return the texts of the workflows, by path."""
    paths = (*files.glob(".github/workflows/*.yml"), *files.glob(".github/workflows/*.yaml"))
    return {path: files.read(path) or "" for path in paths if path != PIPELINE_FILE}


def _workflow_lines(workflows: Mapping[str, str], replaced: Sequence[str]) -> Iterator[str]:
    """Yield the place of each line that runs another release tool, in the workflows that are not in `replaced`."""
    for path, text in ((path, text) for path, text in workflows.items() if path not in replaced):
        for number, line in enumerate(lines_of(text), 1):
            if any(importer.runs.search(line) for importer in IMPORTERS.values()):
                yield f"{path}:{number}"
