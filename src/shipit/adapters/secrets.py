"""The stores of secrets: Parameter Store and Secrets Manager of AWS, and the environment variables of this run."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from shipit.adapters.aws import INSTALL_AWS, aws_session
from shipit.core.redact import Redactor
from shipit.errors import ConfigError

if TYPE_CHECKING:
    Page = Mapping[str, Any]

_INSTALL = f"{INSTALL_AWS}; for the GitHub Action, set its input `aws-region`"
_SHORTEST = 6  # characters; a shorter value, such as `true`, is not removed from texts


class SecretStores:
    """All stores; `shipit.world.hosts.Secrets` describes the methods.

    Args:
        redact: receives each secret that is read, and removes it from texts.
    """

    def __init__(self, redact: Redactor) -> None:
        self._redact = redact
        self._values: dict[str, Mapping[str, str]] = {}

    def values(self, reference: str) -> Mapping[str, str]:
        """Return the secrets of a reference; each reference is read once in a run."""
        if reference not in self._values:
            kind, _, name = reference.partition(":")
            values = _READ[kind](name)
            self._redact.add(line for value in values.values() for line in _distinctive(value))
            self._values[reference] = values
        return self._values[reference]

    def version(self, reference: str, key: str) -> str:
        kind, _, name = reference.partition(":")
        if kind in _VERSIONS:
            return _VERSIONS[kind](name)
        # A variable has no version. Without the key, which stays on the host, the result shows nothing of its value.
        value = os.environ.get(name, "")
        return (
            hmac.new(key.encode(), value.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest() if key else ""
        )


def _distinctive(value: str) -> list[str]:
    """Return `value` and its lines, because texts are redacted line by line; short ones are left out."""
    return [text for text in {value, *value.splitlines()} if len(text) >= _SHORTEST]


def _variable(name: str) -> Mapping[str, str]:
    value = os.environ.get(name)
    if not value:
        hint = f"set `{name}` in the job that deploys"
        raise ConfigError(f"the environment variable `{name}` with a secret of the app is not set", hint=hint)
    return {name: value}


def _parameters(path: str) -> Mapping[str, str]:
    """Return all parameters below `path`; the last part of each name is the name of the variable.

    Parameter Store returns them in pages of 10
    (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html).
    """
    found: dict[str, str] = {}
    for page in _pages(path, "get_parameters_by_path", Path=path, Recursive=True, WithDecryption=True):
        for parameter in page["Parameters"]:
            name = parameter["Name"].rpartition("/")[2]
            if name in found:
                what = f"`ssm:{path}` has two parameters that end with `{name}`"
                raise ConfigError(what, hint="rename one of them, or use a longer path")
            found[name] = parameter["Value"]
    if not found:
        hint = f"check the path and the region: aws ssm get-parameters-by-path --path {path}"
        raise ConfigError(f"there is no parameter below `ssm:{path}`", hint=hint)
    return found


def _parameter_versions(path: str) -> str:
    """Return the name, the version and the time of the last change of each parameter below `path`; no values."""
    filters = [{"Key": "Path", "Option": "Recursive", "Values": [path.rstrip("/") or "/"]}]
    pages = _pages(path, "describe_parameters", ParameterFilters=filters)
    lines = [
        f"{each['Name']}:{each['Version']}:{each['LastModifiedDate']}" for page in pages for each in page["Parameters"]
    ]
    return "\n".join(sorted(lines))


def _pages(path: str, operation: str, **arguments: Any) -> Iterator[Page]:
    allow = "use credentials with `ssm:GetParametersByPath` and `ssm:DescribeParameters`, and set `AWS_REGION`"
    with aws_session(f"read `ssm:{path}`", install=_INSTALL, allow=allow) as session:
        yield from session.client("ssm").get_paginator(operation).paginate(**arguments)


def _keys(name: str) -> Mapping[str, str]:
    """Return the keys of a secret of Secrets Manager with their values, as its console writes them: as JSON."""
    text = _secret(name, "get_secret_value").get("SecretString", "")
    with suppress(ValueError, RecursionError):  # also for a number that is too long, and for deep JSON
        found: object = json.loads(text)
        if isinstance(found, dict) and found and all(isinstance(value, str) for value in found.values()):
            return found
    what = f"`secretsmanager:{name}` is not a JSON object whose values are strings"
    raise ConfigError(what, hint='store the secret as keys with values, such as `{"DB_PASSWORD": "…"}`')


def _secret_version(name: str) -> str:
    """Return the ARN and the current version of a secret of Secrets Manager; no values."""
    found = _secret(name, "describe_secret")
    current = (version for version, stages in found.get("VersionIdsToStages", {}).items() if "AWSCURRENT" in stages)
    return f"{found['ARN']}:{next(current, '')}"


def _secret(name: str, operation: str) -> Page:
    """Return the answer of Secrets Manager about a secret."""
    allow = (
        "use credentials with `secretsmanager:GetSecretValue` and `secretsmanager:DescribeSecret`, and set `AWS_REGION`"
    )
    with aws_session(f"read `secretsmanager:{name}`", install=_INSTALL, allow=allow) as session:
        client = session.client("secretsmanager")
        try:
            answer: Page = getattr(client, operation)(SecretId=name)
        except client.exceptions.ResourceNotFoundException:
            hint = f"check the name and the region: aws secretsmanager describe-secret --secret-id {name}"
            raise ConfigError(f"there is no secret `secretsmanager:{name}`", hint=hint) from None
    return answer


# By the kind of a reference: the secrets, and the text that changes with them where the store has versions.
_READ = {"env": _variable, "ssm": _parameters, "secretsmanager": _keys}
_VERSIONS = {"ssm": _parameter_versions, "secretsmanager": _secret_version}
