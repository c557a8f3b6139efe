"""The plugins of semantic-release that write: changelog, git, github and npm."""

from __future__ import annotations

from typing import Any

from shipit.importers.keys import as_list
from shipit.importers.model import FoundKeys, RepositoryFacts
from shipit.importers.versions import read_subject
from shipit.versionfiles import detect, format_of

Options = dict[str, Any]
_SERVER = ("githubUrl", "githubApiPathPrefix", "githubApiUrl", "proxy")


def read_changelog(name: str, options: Options, found: FoundKeys, repository: RepositoryFacts) -> None:
    """Read the options of the plugin that writes the changelog."""
    file = options.get("changelogFile", "CHANGELOG.md")
    found.taken(f"{name}.changelogFile", "changelog.file", str(file).removeprefix("./"))
    if "changelogTitle" in options:
        found.default(f"{name}.changelogTitle", "the title stays in the file")


def read_git(name: str, options: Options, found: FoundKeys, repository: RepositoryFacts) -> None:
    """Read the options of the plugin that makes the release commit."""
    message = str(options.get("message", "chore(release): ${nextRelease.version} [skip ci]"))
    if "[skip ci]" in message or "[ci skip]" in message:
        why = (
            "set `skip-ci = true` in `[release]` for the same; required checks of the release commit then stay pending"
        )
        found.undecided(f"{name}.message ([skip ci])", why)
    if "message" in options:
        subject = message.replace("${nextRelease.gitTag}", "{tag}").replace("${nextRelease.version}", "{version}")
        read_subject(f"{name}.message", subject, found)
    assets = options.get("assets", ["CHANGELOG.md", "package.json", "package-lock.json", "npm-shrinkwrap.json"])
    files = [str(each.get("path") if isinstance(each, dict) else each) for each in as_list(assets)]
    if "assets" in options and isinstance(assets, list):
        _read_committed(f"{name}.assets", [file.removeprefix("./") for file in files], found, repository)


def _read_committed(key: str, files: list[str], found: FoundKeys, repository: RepositoryFacts) -> None:
    """Read the files that the release commit contains: changelog, version files and others."""
    versions = [file for file in files if format_of(file) and repository.read(file) is not None and "*" not in file]
    changelog = str(found.settings.get("changelog", {}).get("file", "CHANGELOG.md"))
    for file in files:
        if file in versions or file == changelog:
            found.default(f"{key} ({file})", "shipit commits it")
        else:
            found.undecided(f"{key} ({file})", "shipit commits only version files and the changelog")
    if any(file not in detect(versions) for file in versions):
        found.taken(key, "release.version-files", versions)


def read_github(name: str, options: Options, found: FoundKeys, repository: RepositoryFacts) -> None:
    """Read the options of the plugin that makes the release on GitHub."""
    for number, asset in enumerate(as_list(options.get("assets", ()))):
        _read_asset(f"{name}.assets[{number}]", asset, found)
    _read_comment(name, options, found)
    _read_label(name, options, found)
    for key in options.keys() - {"assets", "successComment", "releasedLabels"}:
        if key in _SERVER:
            found.default(f"{name}.{key}", "shipit takes it from the environment of GitHub Actions")
        elif key.startswith("fail") or options[key] is False:
            found.default(f"{name}.{key}", "shipit opens no issue") if options[key] is False else found.no_counterpart(
                f"{name}.{key}", "shipit opens no issue when a release fails: the run fails with the reason"
            )
        else:
            found.no_counterpart(f"{name}.{key}", "shipit has no such option")


def _read_asset(key: str, asset: Any, found: FoundKeys) -> None:
    pattern = asset.get("path") if isinstance(asset, dict) else asset
    if not isinstance(pattern, str) or "!" in pattern or "$" in pattern:
        found.undecided(key, "a pattern that `assets` cannot have")
        return
    found.added(key, "release.assets", pattern.removeprefix("./"))
    for option in ("name", "label"):
        if isinstance(asset, dict) and option in asset:
            found.no_counterpart(f"{key}.{option}", "an asset has the name of its file")


def _read_comment(name: str, options: Options, found: FoundKeys) -> None:
    comment = options.get("successComment")
    if comment is False or options.get("successCommentCondition") is False:
        found.default(f"{name}.successComment")
    elif comment is None:
        why = "semantic-release writes the comment unless `successComment` is false"
        found.taken(f"{name}.successComment", "announce.comment", True, why)
    else:
        found.taken(f"{name}.successComment", "announce.comment", True, "the comment has the text of shipit")


def _read_label(name: str, options: Options, found: FoundKeys) -> None:
    labels = options.get("releasedLabels")
    if labels is False:
        found.default(f"{name}.releasedLabels")
        return
    names = [str(label) for label in as_list(labels)] if labels is not None else ["released"]
    label = names[0] if names and "$" not in names[0] and "<" not in names[0] else None
    if label is None or len(names) > 1:
        found.undecided(f"{name}.releasedLabels", "shipit sets one label with a fixed name: `label` in `[announce]`")
    else:
        found.taken(f"{name}.releasedLabels", "announce.label", label)


def read_npm(name: str, options: Options, found: FoundKeys, repository: RepositoryFacts) -> None:
    """Read the options of the plugin that publishes to npm."""
    if options.get("npmPublish") is False:
        found.default(f"{name}.npmPublish", "shipit writes the version into package.json and publishes nothing to npm")
    else:
        found.undecided(name, "shipit does not publish to npm: run `npm publish` in a job after the release")
    if "tarballDir" in options:
        found.undecided(f"{name}.tarballDir", 'add "npm pack" to `prepare`, and the file to `assets`')
    if "pkgRoot" in options:
        found.undecided(f"{name}.pkgRoot", "name the package.json in `version-files`")
