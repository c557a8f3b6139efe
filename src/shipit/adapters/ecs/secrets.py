"""The check that the secrets of a task definition exist and can be read by its execution role. No value is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from msgspec import Struct

from shipit.adapters.sites import Aws, code_of, requesting
from shipit.core.deploy import SecretReference, secrets_of
from shipit.errors import AuthError, RemoteError
from shipit.finding import Finding

_AT_ONCE = 50  # the most names in one filter of Parameter Store
_MISSING = ("ResourceNotFoundException", "NotFoundException")
_USABLE = ("Enabled", "Creating", "Updating")
_OF_AWS = "alias/aws/"


class FoundSecret(Struct, frozen=True):
    """A secret that exists: its ARN, the KMS key that encrypts it, and whether it is to be deleted."""

    arn: str
    key: str = ""
    deleted: bool = False


class SecretCheck:
    """The check of the secrets of one task definition.

    Args:
        aws: the clients of AWS for the region of the service.
        content: the content of the task definition.
    """

    def __init__(self, aws: Aws, content: Mapping[str, Any]) -> None:
        self._aws, self._role = aws, str(content.get("executionRoleArn", ""))
        self._references = tuple(secrets_of(content))
        self._regions: dict[str, Aws] = {aws.region: aws}
        self._unchecked: dict[str, None] = {}  # the rights that are missing, or whose requests failed

    def findings(self) -> Iterator[Finding]:
        """Yield the reasons why tasks could not start, and a warning about what could not be checked."""
        if not self._references:
            return
        if not self._role:
            what = "the task definition names secrets, but no execution role that can read them"
            yield Finding("execution-role", what, "set `executionRoleArn` in the task definition")
            return
        found = self._found()
        yield from self._missing(found)
        yield from self._keys(found)
        yield from self._denied(found)
        if self._unchecked:
            rights = ", ".join(f"`{right}`" for right in self._unchecked)
            what = "it was not checked whether the secrets of the task definition exist and can be read"
            yield Finding("secrets-unchecked", what, f"allow {rights} in the policy of the role or user", "warning")

    def _found(self) -> dict[SecretReference, FoundSecret | None]:
        """Return the secrets that could be looked for; None for one that does not exist."""
        own = [each for each in self._references if each.account in ("", self._aws.login.account)]
        found: dict[SecretReference, FoundSecret | None] = {}
        for region in {each.region for each in own}:
            there = [each for each in own if each.region == region]
            parameters = self._parameters(region, [each.name for each in there if each.service == "ssm"])
            if parameters is not None:
                found |= {each: parameters.get(_plain(each.name)) for each in there if each.service == "ssm"}
        for each in own:
            if each.service == "secretsmanager":
                found |= self._secret(each)
        return found

    @contextmanager
    def _asking(self, to: str, right: str) -> Iterator[None]:
        """Let the block ask AWS; if that fails, note the right that is missing, and leave the block."""
        try:
            with requesting(to, right):
                yield
        except (AuthError, RemoteError):
            self._unchecked[right] = None

    def _parameters(self, region: str, names: Sequence[str]) -> Mapping[str, FoundSecret] | None:
        """Return the parameters that exist, by name; None if AWS does not answer."""
        answers: list[Mapping[str, FoundSecret]] = []
        with self._asking("list the parameters of the task definition", "ssm:DescribeParameters"):
            described = self._described(region, sorted({_plain(name) for name in names}))
            answers.append({each["Name"]: self._parameter(region, each) for each in described})
        return next(iter(answers), None)

    def _described(self, region: str, names: Sequence[str]) -> Iterator[Any]:
        for start in range(0, len(names), _AT_ONCE):
            some = {"Key": "Name", "Option": "Equals", "Values": names[start : start + _AT_ONCE]}
            pages = self._client("ssm", region).get_paginator("describe_parameters")
            for page in pages.paginate(ParameterFilters=[some]):
                yield from page["Parameters"]

    def _parameter(self, region: str, found: Any) -> FoundSecret:
        name, account = found["Name"].removeprefix("/"), self._aws.login.account
        arn = f"arn:aws:ssm:{region or self._aws.region}:{account}:parameter/{name}"
        return FoundSecret(found.get("ARN") or arn, found.get("KeyId", "") if found["Type"] == "SecureString" else "")

    def _secret(self, reference: SecretReference) -> dict[SecretReference, FoundSecret | None]:
        """Return the secret, or None if it does not exist, by its reference; empty if AWS does not answer."""
        secrets: dict[SecretReference, FoundSecret | None] = {}
        with self._asking(f"read about the secret `{reference.name}`", "secretsmanager:DescribeSecret"):
            client = self._client("secretsmanager", reference.region)
            found = _existing(lambda: client.describe_secret(SecretId=reference.name))
            secrets[reference] = (
                FoundSecret(found["ARN"], found.get("KmsKeyId", ""), bool(found.get("DeletedDate"))) if found else None
            )
        return secrets

    def _missing(self, found: Mapping[SecretReference, FoundSecret | None]) -> Iterator[Finding]:
        for each, secret in found.items():
            if secret is None or secret.deleted:
                state = "does not exist" if secret is None else "is to be deleted"
                region = each.region or self._aws.region
                what = f"the {each.kind} `{each.name}` for {each.user} {state} in region {region}"
                restore = f"aws secretsmanager restore-secret --region {region} --secret-id {each.name}"
                do = "create it" if secret is None else f"restore it: {restore}"
                yield Finding("secret-missing", what, f"{do}; or correct its name in the task definition")

    def _keys(self, found: Mapping[SecretReference, FoundSecret | None]) -> Iterator[Finding]:
        """Yield a finding for each KMS key that cannot be used."""
        users = {(secret.key, each.region): each for each, secret in found.items() if secret and _own_key(secret)}
        for (key, region), each in users.items():
            if state := self._key_state(key, region):
                what = f"the KMS key `{key}` of the {each.kind} `{each.name}` for {each.user} is {state}"
                yield Finding("secret-key", what, f"enable the key, or encrypt the {each.kind} with another one")

    def _key_state(self, key: str, region: str) -> str:
        """Return the state of a key that cannot be used; empty if it can, or if it is not known."""
        state = ""
        with self._asking(f"read about the KMS key `{key}`", "kms:DescribeKey"):
            client = self._client("kms", region)
            found = _existing(lambda: client.describe_key(KeyId=key))
            state = found["KeyMetadata"]["KeyState"] if found else "Missing"
        return "" if state in _USABLE else _words(state)

    def _denied(self, found: Mapping[SecretReference, FoundSecret | None]) -> Iterator[Finding]:
        """Yield a finding for each secret that the policies of the execution role do not let it read."""
        existing = {each: secret for each, secret in found.items() if secret and not secret.deleted}
        for action in sorted({each.action for each in existing}):
            there = {each: secret.arn for each, secret in existing.items() if each.action == action}
            for arn, decision in self._decisions(action, there.values()).items():
                each = next(each for each, of in there.items() if of == arn)
                role = f"the execution role `{self._role.rpartition('/')[2]}`"
                what = f"{role} may not read the {each.kind} `{each.name}` for {each.user}"
                # A secret, unlike a parameter, can have a policy of its own that allows it.
                sure = decision == "explicitDeny" or each.service == "ssm"
                fix = f"allow `{action}` for it in the policy of the role"
                yield Finding("secret-denied", what, fix, "error" if sure else "warning")

    def _decisions(self, action: str, arns: Iterable[str]) -> Mapping[str, str]:
        """Return the decision for each ARN that the role may not use, as IAM simulates it."""
        found: list[Any] = []
        with self._asking("say what the execution role may read", "iam:SimulatePrincipalPolicy"):
            pages = self._client("iam", "").get_paginator("simulate_principal_policy")
            asked = {"PolicySourceArn": self._role, "ActionNames": [action], "ResourceArns": sorted(set(arns))}
            found = [each for page in pages.paginate(**asked) for each in page["EvaluationResults"]]
        decisions = {each["EvalResourceName"]: each["EvalDecision"] for each in found}
        return {arn: decision for arn, decision in decisions.items() if decision != "allowed"}

    def _client(self, service: str, region: str) -> Any:
        region = region or self._aws.region
        self._regions.setdefault(region, Aws(region))
        return self._regions[region].client(service)


def _existing(read: Callable[[], Any]) -> Any:
    """Return an answer of AWS; None if the thing that it is about does not exist."""
    from botocore.exceptions import ClientError  # type: ignore[import-untyped]

    try:
        return read()
    except ClientError as error:
        if code_of(error) in _MISSING:
            return None
        raise


def _plain(name: str) -> str:
    """Return the name of a parameter without its version or label."""
    return name.partition(":")[0]


def _own_key(secret: FoundSecret) -> bool:
    return bool(secret.key) and _OF_AWS not in secret.key


def _words(state: str) -> str:
    """Return the state of a key in words.

    >>> _words("PendingDeletion")
    'pending deletion'
    """
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in state).strip()
