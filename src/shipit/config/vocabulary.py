"""The types of strings in a configuration, each with its pattern and its description for messages.

`extra["expected"]` is the description that messages show instead of the pattern. `extra["later"]` lists the values that
only a later version supports. The patterns are also part of the JSON Schema, so they use only the syntax that the
regular expressions of Python and of JavaScript have in common. `shipit.config.reading.validity` checks them: msgspec
would compile all of them at the start of each command, which took 5 % of the CPU time of `shipit next`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from shipit.core import limits


def _text(pattern: str, expected: str, *examples: str) -> Meta:
    # In Python, `$` alone also matches before a newline at the end.
    whole = rf"^(?:{pattern})$(?!\n)"
    extra = {"expected": expected, "pattern": whole}
    return Meta(extra=extra, extra_json_schema={"pattern": whole}, examples=list(examples) or None)


# SemVer 2.0.0, items 2 and 9.
_NUMBER = "(?:0|[1-9][0-9]{0,17})"
_IDENTIFIER = rf"(?:{_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
# The characters that `git check-ref-format` refuses, and braces, which mark placeholders.
_NOT_IN_REFS = r"\s~^:?*\[\\{}\x00-\x1f\x7f"
# The rules of `git check-ref-format` for the name as a whole.
_REF = r"(?!-)(?!@$)(?!/)(?!.*(?:\.\.|//))(?!.*(?:^|/)\.)(?!.*\.lock(?:/|$))(?!.*[./]$)"
_TYPE = r"[^\W\d_][\w-]*"
_NOT_IN_NAMES = r"<>\s\x00-\x1f"  # of people and their addresses

Text = Annotated[str, _text(r"\s*[^\x00\s][^\x00]*", "a string that is not empty")]
CommandWords = Annotated[tuple[Text, ...], Meta(extra={"words": True})]
"""The program of a command and its arguments, which no shell reads."""
VariableValue = Annotated[str, _text(r"[^\x00]*", "a string without NUL")]
Branch = Annotated[str, _text(rf"(?!HEAD$){_REF}[^{_NOT_IN_REFS}]+", "a name that git accepts")]
Name = Annotated[str, _text(rf"(?!-)[^{_NOT_IN_REFS}]+", "a name without spaces and without `~^:?*[`")]
EnvironmentName = Annotated[
    str,
    _text(rf"(?!-)[^{_NOT_IN_REFS}]+(?: [^{_NOT_IN_REFS}]+)*", "a name such as `dev`", "dev"),
]
TagTemplate = Annotated[
    str,
    _text(
        rf"{_REF}[^{_NOT_IN_REFS}]*\{{version\}}[^{_NOT_IN_REFS}]*",
        "a tag format that contains `{version}` once",
        "v{version}",
    ),
]
Version = Annotated[
    str,
    _text(
        rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-{_IDENTIFIER}(?:\.{_IDENTIFIER})*)?",
        "a version such as `0.1.0` (SemVer)",
        "0.1.0",
    ),
]
CommitSubject = Annotated[
    str,
    _text(
        r"(?=.*\{(?:version|tag)\})(?:[^{}\x00-\x1f]|\{(?:version|tag)\})+",
        "a line that contains `{version}` or `{tag}`",
        "release: {version}",
    ),
]
_OTHER = r"(?:(?!\{version\})[^\x00])*"
VersionPattern = Annotated[
    str, _text(rf"{_OTHER}\{{version\}}{_OTHER}", "a text that contains `{version}` once", "ktx:{version}")
]
Prerelease = Annotated[str, _text(_IDENTIFIER, "a pre-release identifier such as `beta` (SemVer)", "beta", "rc")]
VersionRange = Annotated[str, _text(rf"{_NUMBER}\.(?:{_NUMBER}\.)?x", "a range such as `1.x` or `1.2.x`", "1.x")]
Path = Annotated[
    str,
    _text(
        r"(?!/|[A-Za-z]:)(?!(?:[^\\]*/)?\.\.(?:/|$))[^\\\x00-\x1f]+",
        "a path inside the repository (`dir/file`)",
    ),
]
Author = Annotated[
    str,
    _text(
        rf"[^{_NOT_IN_NAMES}](?:[^<>\x00-\x1f]*[^{_NOT_IN_NAMES}])? <[^@{_NOT_IN_NAMES}]+@[^@{_NOT_IN_NAMES}]+>",
        "an author in the form `Name <mail@example.org>`",
        "Release Bot <bot@example.org>",
    ),
]
CommitType = Annotated[str, _text(_TYPE, "a commit type", "feat")]
BreakingWords = Annotated[
    str,
    _text(r"BREAKING(?:[ -][A-Z]+)*", "words in capitals that begin with `BREAKING`", "BREAKING CHANGES"),
]
BumpKey = Annotated[
    str,
    _text(
        rf"{_TYPE}(?:\([^()]+\))?|\*",
        "a commit type such as `docs` or `docs(README)`, or `*` for every other commit",
        "docs(README)",
    ),
]
# The grammar of image names from the OCI distribution project: an optional registry, and parts in lower case.
_HOST = r"(?:[A-Za-z0-9.-]+\.[A-Za-z0-9-]+(?::[0-9]+)?|[A-Za-z0-9.-]+:[0-9]+|localhost)"
_PART = "[a-z0-9]+(?:(?:[.]|_|__|-+)[a-z0-9]+)*"
_NAME_PART = rf"(?:{_PART}|\{{env:[A-Za-z_][A-Za-z0-9_]*\}})"
ImageName = Annotated[
    str,
    _text(
        rf"(?:{_HOST}/)?{_NAME_PART}(?:/{_NAME_PART})*",
        "the name of an image in lower case, without a tag",
        "acme/app",
        "ghcr.io/acme/app",
        "{env:DOCKER_USERNAME}/app",
    ),
]
ImageTag = Annotated[
    str,
    _text(
        rf"(?![.-])(?!.{{{limits.IMAGE_TAG_TEMPLATE + 1}}})"
        r"(?:[A-Za-z0-9_.-]|\{(?:version|major|minor|branch|sha)\})+",
        "a tag of letters, digits, `.`, `_`, `-`, `{version}`, `{major}`, `{minor}`, `{branch}` and `{sha}`, "
        f"at most {limits.IMAGE_TAG_TEMPLATE} characters, and no `.` or `-` at the beginning",
        "{branch}-{sha}",
    ),
]
DockerTag = Annotated[
    str, _text("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", "a tag of letters, digits, `.`, `_` and `-`", "latest")
]
Platform = Annotated[
    str, _text("[a-z0-9]+/[a-z0-9_]+(?:/[a-z0-9.]+)?", "a platform such as `linux/amd64`", "linux/arm64")
]
Duration = Annotated[
    str, _text("[1-9][0-9]{0,5}(?:ms|s|m|h)|0s", "a duration with a unit, such as `90s`, `2m` or `500ms`", "90s")
]
_LIMIT = "a duration with a unit, such as `90s` or `30m`, or a whole number of seconds, at least 1"
TimeLimit = Annotated[
    Annotated[str, _text("[1-9][0-9]{0,5}(?:ms|s|m|h)", _LIMIT, "90s")] | Annotated[int, Meta(ge=1, le=999_999)],
    Meta(extra={"expected": _LIMIT}, examples=["90s", 90]),
]
_HEADING = "a heading, or `true` for the usual one, or `false` for no section"
Heading = Annotated[
    Annotated[str, _text(r"(?![^\x00-\x1f]*[\x00-\x1f])\s*\S[^\x00-\x1f]*", _HEADING)] | bool,
    Meta(extra={"expected": _HEADING}, examples=["New features", False]),
]
HostAddress = Annotated[
    str,
    _text(
        r"local|ssh://(?:[A-Za-z0-9_][A-Za-z0-9_.-]*@)?(?:[A-Za-z0-9_][A-Za-z0-9_.-]*|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?",
        "`local`, or an address such as `ssh://deploy@shop.example`",
        "ssh://deploy@shop.example:22",
    ),
]
AppName = Annotated[
    str, _text("[a-z0-9][a-z0-9_.-]{0,60}", "a name of lower case letters, digits, `_`, `.` and `-`", "shop")
]
DockerName = Annotated[str, _text("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}", "a name of letters, digits, `_`, `.` and `-`")]
KubernetesName = Annotated[
    str, _text("[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?", "a name of lower case letters, digits, `-` and `.`", "shop")
]
BucketName = Annotated[
    str,
    _text(
        r"(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        "the name of a bucket, in lower case",
        "shop-web",
    ),
]
EcsName = Annotated[str, _text("[A-Za-z0-9_-]{1,255}", "a name of letters, digits, `_` and `-`", "shop")]
DistributionId = Annotated[
    str, _text("[A-Z0-9]{8,32}", "the id of a distribution of CloudFront, in capitals and digits", "E2QWRUHEXAMPLE")
]
AwsRegion = Annotated[str, _text("[a-z]{2}(?:-[a-z]+)+-[0-9]", "a region of AWS", "ap-northeast-2")]
AwsAccount = Annotated[str, _text("[0-9]{12}", "a string of 12 digits", "123456789012")]
HostPath = Annotated[
    str, _text(r"/[^\x00-\x1f\s'\"$`\\]*[^/\x00-\x1f\s'\"$`\\]", "an absolute path without spaces", "/srv/shop/active")
]
UrlPath = Annotated[str, _text(r"/[^\s\x00-\x1f]*", "a path that begins with `/`", "/actuator/health")]
WebUrl = Annotated[
    str, _text(r"https?://[^\s/@?#\x00-\x1f]+(?:/[^\s\x00-\x1f]*)?", "a web address", "https://shop.example")
]
Port = Annotated[int, Meta(ge=1, le=65535, extra={"expected": "a port from 1 to 65535"})]
KeptImages = Annotated[int, Meta(ge=1, le=1000, extra={"expected": "a whole number from 1 to 1000"})]
HttpStatus = Annotated[int, Meta(ge=100, le=599, extra={"expected": "a status from 100 to 599"})]
Processors = Annotated[float, Meta(ge=0.01, le=10_000, extra={"expected": "a number from 0.01 to 10000"})]
HostEntry = Annotated[
    str, _text(r"[A-Za-z0-9_.-]+:[0-9A-Za-z_.:\[\]-]+", "a name and an address such as `db:10.0.0.5`", "db:10.0.0.5")
]
Volume = Annotated[
    str,
    _text(
        r"[^:\s\x00-\x1f]+:/[^:\x00-\x1f]*(?::[a-zA-Z,]+)?",
        "`source:/target` or `source:/target:ro`",
        "/srv/shop/data:/data",
    ),
]
Memory = Annotated[str, _text("[1-9][0-9]*[kmg]", "an amount of memory such as `512m` or `1g`", "1g")]
SecretReference = Annotated[
    str,
    _text(
        r"ssm:/[A-Za-z0-9_./-]*|secretsmanager:[A-Za-z0-9/_+=.@:-]+|env:[A-Za-z_][A-Za-z0-9_]*",
        "`ssm:/path/`, `secretsmanager:name` or `env:NAME`",
        "ssm:/shop/prod/",
    ),
]
SecretVariable = Annotated[
    Annotated[
        str, _text(r"env:[A-Za-z_][A-Za-z0-9_]*", "`env:` and the name of an environment variable", "env:SLACK_WEBHOOK")
    ],
    Meta(extra={"secret": True}),
]
NginxName = Annotated[str, _text("[A-Za-z_][A-Za-z0-9_]*", "a name of letters, digits and `_`", "service_url")]
VariableName = Annotated[str, _text("[A-Za-z_][A-Za-z0-9_]*", "the name of a variable", "VERSION")]
VersionSource = Literal["release", "build"]
BumpName = Literal["major", "minor", "patch", "none"]
FeatureBump = Literal["minor", "patch"]
FloatingPart = Literal["major", "minor"]
EventName = Literal["released", "deployed", "failed", "rolled-back", "waiting"]
LanguageName = Literal["en", "ko"]
