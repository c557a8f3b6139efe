"""What an image is called, which tags and labels it gets, and which of its tags may move.

References follow the grammar of the OCI distribution project: `registry:port/path/name:tag@digest`.

>>> found = Reference.parse("ghcr.io/acme/app:1.4.0")
>>> found.registry, found.repository, found.tag
('ghcr.io', 'acme/app', '1.4.0')

A name without a registry is one of Docker Hub's, and one without an owner is its official image:

>>> Reference.parse("acme/app").registry, Reference.parse("nginx").repository
('docker.io', 'library/nginx')
>>> Reference.parse("localhost:5000/app").registry
'localhost:5000'
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from shipit.core.version import Version
from shipit.errors import ConfigError

DOCKER_HUB = "docker.io"
_HOST_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_REGISTRY = rf"(?:{_HOST_LABEL}(?:\.{_HOST_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_TAG = r"\w[\w.-]{0,127}"
_REFERENCE = re.compile(
    rf"(?P<name>(?:{_REGISTRY}/)?{_PART}(?:/{_PART})*)(?::(?P<tag>{_TAG}))?(?:@(?P<digest>sha256:[a-f0-9]{{64}}))?",
    re.ASCII,
)
_LONGEST_TAG = 128


class Reference(Struct, frozen=True):
    """An image's `name` as it is written, with the tag or the digest that picks one.

    >>> str(Reference("acme/app", tag="latest"))
    'acme/app:latest'
    """

    name: str
    tag: str | None = None
    digest: str | None = None

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Read `text`; raises `ConfigError` when it is no image reference."""
        found = _REFERENCE.fullmatch(text)
        if found is None:
            raise ConfigError(
                f"`{text}` is not the name of an image", hint="write it as `acme/app` or `ghcr.io/acme/app`, lower case"
            )
        return cls(found["name"], found["tag"], found["digest"])

    @property
    def registry(self) -> str:
        """The registry's host and port."""
        return _split(self.name)[0]

    @property
    def repository(self) -> str:
        """The path in the registry."""
        return _split(self.name)[1]

    def __str__(self) -> str:
        return self.name + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


def _split(name: str) -> tuple[str, str]:
    """Registry and path: the first part is a host where it looks like one, as docker decides it."""
    first, slash, rest = name.partition("/")
    if slash and (first == "localhost" or first != first.lower() or re.search(r"[.:]", first)):
        return (DOCKER_HUB, rest) if first in (DOCKER_HUB, "index.docker.io") else (first, rest)
    return DOCKER_HUB, name if slash else f"library/{name}"


class Build(Struct, frozen=True):
    """How an image is built.

    `args` are build arguments; `secrets` names of environment variables by the id that the Dockerfile mounts;
    `created` is what timestamps in the image are set to, in seconds since the epoch (SOURCE_DATE_EPOCH).
    """

    context: str = "."
    dockerfile: str = "Dockerfile"
    labels: dict[str, str] = field(default_factory=dict)
    args: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    platforms: tuple[str, ...] = ()
    cache_from: tuple[str, ...] = ()
    cache_to: tuple[str, ...] = ()
    provenance: bool = False
    sbom: bool = False
    created: int = 0


class Source(Struct, frozen=True):
    """What an image is made of: the commit and its branch, and the version it carries.

    `revision` is empty where the commit is still to be made.
    """

    version: Version
    revision: str
    branch: str


def fill(template: str, source: Source) -> str:
    """A template of a tag or of a build argument with its placeholders filled in.

    >>> source = Source(Version.parse("1.4.0-dev.7+0a1b2c3"), "0a1b2c3d4e5f", "feat/로그인")
    >>> fill("{version} of {branch} at {sha}, {major}.{minor}", source)
    '1.4.0-dev.7+0a1b2c3 of feat/로그인 at 0a1b2c3, 1.4'
    """
    version = source.version
    values = {
        "version": str(version),
        "major": str(version.major),
        "minor": str(version.minor),
        "branch": source.branch,
        "sha": source.revision[:7],
    }
    return re.sub(r"\{(version|major|minor|branch|sha)\}", lambda found: values[found[1]], template)


def image_tag(template: str, source: Source) -> str:
    """The tag that `template` gives; what a tag cannot hold becomes `-`.

    The grammar of tags is in the OCI distribution specification, "Pulling manifests". The name of a long branch is cut
    short rather than what tells its commits apart.

    >>> source = Source(Version.parse("1.4.0-dev.7+0a1b2c3"), "0a1b2c3d4e5f", "feat/로그인")
    >>> image_tag("{version}", source), image_tag("{branch}-{sha}", source)
    ('1.4.0-dev.7-0a1b2c3', 'feat-----0a1b2c3')
    >>> image_tag("{branch}-{sha}", replace(source, branch="long" * 40))[-20:]
    'longlonglong-0a1b2c3'
    """
    tag = _written(template, source)
    if (excess := len(tag) - _LONGEST_TAG) > 0:
        tag = _written(template, replace(source, branch=source.branch[: max(0, len(source.branch) - excess)]))
    return tag[:_LONGEST_TAG]


def _written(template: str, source: Source) -> str:
    tag = re.sub(r"[^A-Za-z0-9_.-]", "-", fill(template, source))
    return re.sub(r"^[.-]", "_", tag)


def is_immutable(template: str) -> bool:
    """Whether a tag of this template belongs to one commit or version for good.

    >>> [is_immutable(template) for template in ("{version}", "{branch}-{sha}", "{major}.{minor}", "latest")]
    [True, True, False, False]
    """
    return "{version}" in template or "{sha}" in template


VERSION = "org.opencontainers.image.version"
REVISION = "org.opencontainers.image.revision"


def image_labels(source: Source, *, created: str, title: str, url: str | None) -> dict[str, str]:
    """The labels an image gets (OCI image specification, annotations).

    Args:
        created: the commit's time (RFC 3339).
        title: the image's name, for people.
        url: where the source is.
    """
    labels = {
        "org.opencontainers.image.created": created,
        "org.opencontainers.image.title": title,
        VERSION: str(source.version),
        REVISION: source.revision,
        "org.opencontainers.image.source": url or "",
    }
    return {name: value for name, value in labels.items() if value}


def made_from(labels: Mapping[str, str]) -> str:
    """The commit that an image with `labels` says it is built from; empty where it names none by its whole id.

    What stands there is up to whoever built it: the name of a branch would be read as what that is here and now.

    >>> made_from({REVISION: "0a" * 20}) == "0a" * 20, made_from({REVISION: "main"})
    (True, '')
    """
    told = labels.get(REVISION, "")
    return told if re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", told) else ""


def moves_back(labels: Mapping[str, str], version: str) -> bool:
    """Whether a tag on an image with `labels` holds a newer release than `version`.

    Builds of a branch are told apart by their commits, not by their versions: a branch may be set back.

    >>> moves_back({VERSION: "1.5.0"}, "1.4.1"), moves_back({VERSION: "1.4.0"}, "1.4.1")
    (True, False)
    >>> moves_back({VERSION: "1.5.0-dev.9+0a1b2c3"}, "1.5.0-dev.8+1b2c3d4"), moves_back({}, "1.0.0")
    (False, False)
    """
    held = labels.get(VERSION, "")
    if not Version.is_valid(held) or _is_build(held) or _is_build(version):
        return False
    return Version.parse(held) > Version.parse(version)


def _is_build(version: str) -> bool:
    return Version.parse(version).build is not None
