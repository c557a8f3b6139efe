"""The images that a job builds and pushes, by docker's commands or by `docker/build-push-action`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct, field

from shipit.importers.workflows.expressions import is_known

Settings = dict[str, Any]

_FLAGS = {"--push", "--load", "--pull", "--no-cache", "-q", "--quiet", "--progress=plain", "--rm", "--provenance=false"}
_OF_REPOSITORY = re.compile(r"\$\{\{ ?(secrets|vars)\.(\w+) ?\}\}")
_OPTIONS = {
    "-t": "tag", "--tag": "tag", "-f": "dockerfile", "--file": "dockerfile", "--build-arg": "arg",
    "--platform": "platforms", "--cache-from": "cache-from", "--cache-to": "cache-to",
}  # fmt: skip


class DockerBuild(Struct):
    """A build of an image.

    Attributes:
        key: the name of its step in the report.
        settings: its settings in shipit.
        references: the names and tags that it gets.
        pushed: those of them that are pushed.
        lost: the options without a counterpart.
    """

    key: str = ""
    settings: Settings = field(default_factory=dict)
    references: list[str] = field(default_factory=list)
    pushed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def images(self) -> dict[str, Settings]:
        """Return the images that are pushed, by their names."""
        found: dict[str, Settings] = {}
        for reference in filter(is_known, self.pushed):
            name, tag = split_reference(reference)
            image = found.setdefault(name, {"name": name, "tags": [], **self.settings})
            image["tags"] += [] if tag in image["tags"] else [tag]
        return found


class Docker:
    """The builds of a job so far."""

    def __init__(self) -> None:
        self.builds: list[DockerBuild] = []
        self.variables: dict[str, str] = {}  # the expression of each variable in the name of an image

    def reference(self, text: str) -> str:
        """Return a reference as shipit writes it: a secret or a variable of the repository is `{env:NAME}`."""

        def replaced(found: re.Match[str]) -> str:
            self.variables[found[2]] = f"${{{{ {found[1]}.{found[2]} }}}}"
            return f"{{env:{found[2]}}}"

        return _OF_REPOSITORY.sub(replaced, text)

    def build(self, key: str, words: Sequence[str], directory: str = "") -> DockerBuild:
        """Read the words after `docker build`, which runs in `directory`."""
        build, rest = DockerBuild(key), iter(words)
        args: dict[str, str] = {}
        for word in rest:
            option, equals, value = word.partition("=")
            if word in _FLAGS or option in ("--progress", "--provenance", "--sbom", "--label"):
                if option == "--label" and not equals:
                    next(rest, "")
                build.pushed += ["*"] if word == "--push" else []
            elif option in _OPTIONS:
                _set(build, args, _OPTIONS[option], self.reference(value if equals else next(rest, "")))
            elif word.startswith("-"):
                build.lost.append(option)
                next(rest, "") if not equals and option in ("--target", "--secret", "--ssh", "--network") else None
            elif word != ".":
                build.settings["context"] = word.removeprefix("./").rstrip("/")
        if directory:
            build.settings["context"] = f"{directory}/{build.settings.get('context', '')}".rstrip("/")
            if "dockerfile" in build.settings:
                build.settings["dockerfile"] = f"{directory}/{build.settings['dockerfile']}"
        return self._add(build, args, pushed=build.pushed == ["*"])

    def build_push(self, key: str, inputs: dict[str, str]) -> DockerBuild:
        """Read the inputs of `docker/build-push-action`."""
        build, args = DockerBuild(key), dict[str, str]()
        for name, value in inputs.items():
            if name == "tags":
                build.references += map(self.reference, lines(value))
            elif name in ("file", "platforms", "cache-from", "cache-to"):
                for each in [value] if name == "file" else lines(value):
                    _set(build, args, "dockerfile" if name == "file" else name, each)
            elif name == "build-args":
                for each in lines(value):
                    _set(build, args, "arg", each)
            elif name == "context":
                build.settings |= {} if value in (".", "./") else {"context": value.removeprefix("./").rstrip("/")}
            elif name not in (
                "push",
                "load",
                "pull",
                "no-cache",
                "labels",
                "provenance",
                "sbom",
                "builder",
                "annotations",
            ):
                build.lost.append(name)
        return self._add(build, args, pushed=inputs.get("push") not in (None, "false"))

    def tag(self, source: str, target: str) -> None:
        """Give a reference to the build that has the reference `source`."""
        for build in self.builds:
            if self.reference(source) in build.references:
                build.references.append(self.reference(target))

    def push(self, reference: str, *, all_tags: bool = False) -> bool:
        """Note that a reference is pushed; return whether a build of this job has it."""
        reference = self.reference(reference)
        fitting = [
            (build, each) for build in self.builds for each in build.references if _is(each, reference, all_tags)
        ]
        for build, each in fitting:
            build.pushed += [] if each in build.pushed else [each]
        return bool(fitting)

    def _add(self, build: DockerBuild, args: dict[str, str], *, pushed: bool) -> DockerBuild:
        if args:
            build.settings["args"] = args
        directory = build.settings.get("context", ".")
        if build.settings.get("dockerfile") == ("Dockerfile" if directory == "." else f"{directory}/Dockerfile"):
            del build.settings["dockerfile"]
        build.pushed = list(build.references) if pushed else []
        self.builds.append(build)
        return build


def _is(known: str, reference: str, all_tags: bool) -> bool:
    return split_reference(known)[0] == reference if all_tags else known in (reference, f"{reference}:latest")


def _set(build: DockerBuild, args: dict[str, str], name: str, value: str) -> None:
    if name == "tag":
        build.references.append(value)
    elif name == "arg":
        key, _, text = value.partition("=")
        args[key] = text
    elif name == "dockerfile":
        build.settings[name] = value.removeprefix("./")
    else:
        build.settings[name] = [*build.settings.get(name, ()), *(value.split(",") if name == "platforms" else [value])]


def split_reference(reference: str) -> tuple[str, str]:
    """Return the name and the tag of a reference, whose tag is `latest` if it has none."""
    place, slash, last = reference.rpartition("/")
    name, colon, tag = last.replace("{env:", "{env").partition(":")
    return f"{place}{slash}{name.replace('{env', '{env:')}", tag if colon else "latest"


def lines(value: str) -> list[str]:
    """Return the entries of an input that is a list: one in a line, or with commas between them."""
    texts = value.split("\n") if "\n" in value.strip() or "type=" in value else value.split(",")
    return [text.strip() for text in texts if text.strip() and not text.strip().startswith("#")]


def metadata_references(images: Iterable[str], rules: Iterable[str], flavor: str) -> tuple[list[str], list[str]]:
    """Return the references that `docker/metadata-action` makes, and the rules that have no placeholder."""
    tags, lost = list[str](), list[str]()
    for rule in rules:
        tag = _tag_of_rule(rule)
        (tags if tag else lost).append(tag or rule)
    if "latest=true" in flavor and "latest" not in tags:
        tags.append("latest")
    return [f"{image}:{tag}" for image in images for tag in tags or ["{branch}"]], lost


def _tag_of_rule(rule: str) -> str | None:
    """Return the tag of a rule such as `type=sha`, with placeholders; None if there is none."""
    settings = dict(part.partition("=")[::2] for part in rule.split(","))
    kind = settings.get("type", "raw" if "=" not in rule else "")
    value = settings.get("value", rule if "=" not in rule else "")
    tag = {
        "raw": value,
        "sha": "{sha}",
        "ref": {"branch": "{branch}", "tag": "{version}"}.get(settings.get("event", ""), ""),
        "semver": re.sub(
            r"\{\{\s*(version|major|minor)\s*\}\}", r"{\1}", settings.get("pattern", "").removeprefix("v")
        ),
    }.get(kind, "")
    if not tag or not is_known(tag) or "{{" in tag:
        return None
    prefix = settings.get("prefix", "sha-" if kind == "sha" else "")
    return f"{prefix}{tag}{settings.get('suffix', '')}"
