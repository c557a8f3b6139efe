"""The secrets that a task definition names, and the words for failures to read them.

>>> content = {"containerDefinitions": [{"name": "web", "secrets": [{"name": "DB", "valueFrom": "/shop/db"}]}]}
>>> [(found.user, found.service, found.name) for found in secrets_of(content)]
[('`DB` of container `web`', 'ssm', '/shop/db')]
>>> secret_words("AccessDeniedException: Access to KMS is not allowed")
'the execution role may not use the KMS key of the secret: allow `kms:Decrypt` in its policy and in that of the key'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct

_PARAMETER, _SECRET_PARTS = ":parameter/", 7
_KEY = "the KMS key of the secret"
_DENIED = f"the execution role may not use {_KEY}: allow `kms:Decrypt` in its policy and in that of the key"
# The words for a failure, by a part of the text of ECS in lower case; the first one that matches counts.
_WORDS = {
    "pending deletion": f"{_KEY} is to be deleted: cancel this, or encrypt the secret with another key",
    "is disabled": f"{_KEY} is disabled: enable it",
    "access to kms is not allowed": _DENIED,
    "kms:decrypt": _DENIED,
    "secretsmanager:getsecretvalue": "the execution role may not read it: allow `secretsmanager:GetSecretValue`",
    "ssm:getparameters": "the execution role may not read it: allow `ssm:GetParameters`",
    "resourcenotfoundexception": "the secret does not exist in this region",
    "invalid ssm parameters": "the parameter does not exist in this region",
}
_OF_SECRETS = ("secret", "kms", "ssm", "parameter")


class SecretReference(Struct, frozen=True):
    """A secret that ECS reads when a task starts.

    Args:
        user: the part of the task definition that gets it.
        service: `ssm` for a parameter of Parameter Store, or `secretsmanager`.
        name: the name of the parameter, or the ARN or the name of the secret.
        region: its region; empty for that of the service.
        account: its account; empty for that of the service.
        arn: its ARN, as far as the task definition has it; empty for a name.
    """

    user: str
    service: Literal["ssm", "secretsmanager"]
    name: str
    region: str = ""
    account: str = ""
    arn: str = ""

    @property
    def kind(self) -> str:
        """The word for it."""
        return "parameter" if self.service == "ssm" else "secret"

    @property
    def action(self) -> str:
        """The right that the execution role needs to read it."""
        return "ssm:GetParameters" if self.service == "ssm" else "secretsmanager:GetSecretValue"


def secrets_of(content: Mapping[str, Any]) -> Iterator[SecretReference]:
    """Yield the secrets that a task definition names: of variables, of logs and of registries."""
    for container in content["containerDefinitions"]:
        name = f"container `{container['name']}`"
        for each in container.get("secrets", ()):
            yield _reference(f"`{each['name']}` of {name}", each["valueFrom"])
        for each in container.get("logConfiguration", {}).get("secretOptions", ()):
            yield _reference(f"the log option `{each['name']}` of {name}", each["valueFrom"])
        if login := container.get("repositoryCredentials", {}).get("credentialsParameter"):
            yield _reference(f"the registry login of {name}", login)


def _reference(user: str, source: str) -> SecretReference:
    """Return the secret that a text of a task definition names.

    >>> _reference("", "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/db").name
    '/shop/db'
    >>> _reference("", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-AbCdEf:password::").name
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-AbCdEf'
    """
    if not source.startswith("arn:"):
        return SecretReference(user, "ssm", source)
    parts = source.split(":")
    region, account = parts[3], parts[4]
    if parts[2] == "ssm":
        rest = source.partition(_PARAMETER)[2]
        return SecretReference(user, "ssm", f"/{rest}" if "/" in rest else rest, region, account, source)
    arn = ":".join(parts[:_SECRET_PARTS])
    return SecretReference(user, "secretsmanager", arn, region, account, arn)


def secret_words(reason: str) -> str:
    """Return what to do if a task could not start for a reason that is about a secret; empty for any other reason."""
    text = reason.lower()
    if not any(word in text for word in _OF_SECRETS):
        return ""
    return next((words for part, words in _WORDS.items() if part in text), "")
