"""The secrets that a task definition names, and the words for failures to read them."""

from __future__ import annotations

import pytest

from shipit.core.deploy import secret_words, secrets_of

KMS = "the execution role may not use the KMS key of the secret"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            "ResourceInitializationError: unable to pull secrets or registry auth: failed to fetch secret x from "
            "secrets manager: AccessDeniedException: Access to KMS is not allowed",
            KMS,
        ),
        ("unable to retrieve secrets from ssm: not authorized to perform: kms:Decrypt on resource y", KMS),
        ("failed to fetch secret x: KMSInvalidStateException: arn:z is pending deletion", "is to be deleted"),
        ("failed to fetch secret x: DisabledException: arn:z is disabled", "is disabled: enable it"),
        ("not authorized to perform: secretsmanager:GetSecretValue", "may not read it: allow `secretsmanager"),
        ("not authorized to perform: ssm:GetParameters on resource", "may not read it: allow `ssm"),
        ("ResourceNotFoundException: Secrets Manager can't find the specified secret", "does not exist"),
        ("Invalid ssm parameters: /shop/db", "the parameter does not exist"),
        ("CannotPullContainerError: pull access is disabled", ""),
        ("Essential container in task exited", ""),
    ],
)
def test_a_failure_to_read_a_secret_has_words(reason: str, words: str) -> None:
    found = secret_words(reason)
    assert words in found and bool(words) == bool(found)


def test_secrets_of_variables_logs_and_registries_are_found() -> None:
    container = {
        "name": "web",
        "secrets": [{"name": "DB", "valueFrom": "/shop/db"}],
        "logConfiguration": {"logDriver": "splunk", "secretOptions": [{"name": "token", "valueFrom": "splunk"}]},
        "repositoryCredentials": {"credentialsParameter": "arn:aws:secretsmanager:eu-west-1:1:secret:hub-AbCdEf"},
    }
    assert [
        (found.user, found.service, found.region) for found in secrets_of({"containerDefinitions": [container]})
    ] == [
        ("`DB` of container `web`", "ssm", ""),
        ("the log option `token` of container `web`", "ssm", ""),
        ("the registry login of container `web`", "secretsmanager", "eu-west-1"),
    ]
