"""The check of the secrets of a task definition, on answers that have the shape of AWS. No value is ever asked for."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any, cast

import pytest
from parts.shapes import check_shape

from shipit.adapters.ecs.secrets import SecretCheck
from shipit.adapters.sites import Aws
from shipit.finding import Finding

ACCOUNT, REGION = "123456789012", "ap-northeast-2"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/shop-execution"
PARAMETER = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop/db"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:shop-AbCdEf"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0a1b"
ALL = ("ssm:DescribeParameters", "secretsmanager:DescribeSecret", "kms:DescribeKey", "iam:SimulatePrincipalPolicy")


class Answers:
    """AWS with parameters by name and secrets by ARN, each with its KMS key; `denied` are the rights that are missing."""

    def __init__(self) -> None:
        self.region = REGION
        self.login = SimpleNamespace(account=ACCOUNT)
        self.parameters = {"/shop/db": ""}
        self.secrets: dict[str, dict[str, Any]] = {SECRET: {}}
        self.keys = {KEY: "Enabled"}
        self.decisions: dict[str, str] = {}
        self.denied: tuple[str, ...] = ()
        self.called: list[str] = []

    def client(self, service: str) -> Any:
        return SimpleNamespace(
            get_paginator=lambda name: SimpleNamespace(paginate=lambda **asked: [self._answer(service, name, asked)]),
            describe_secret=lambda **asked: self._answer(service, "describe_secret", asked),
            describe_key=lambda **asked: self._answer(service, "describe_key", asked),
        )

    def _answer(self, service: str, name: str, asked: Any) -> Any:
        import boto3  # type: ignore[import-untyped]

        action = "".join(word.capitalize() for word in name.split("_"))
        operation = boto3.client(service, region_name=REGION).meta.service_model.operation_model(action)
        check_shape(operation.input_shape, asked, action)
        self.called.append(f"{service}:{action}")
        if f"{service}:{action}" in self.denied:
            raise self._error(action, "AccessDeniedException")
        result = getattr(self, f"_{name}")(asked, action)
        check_shape(operation.output_shape, result, action)
        return result

    def _describe_parameters(self, asked: Any, action: str) -> Any:
        names = asked["ParameterFilters"][0]["Values"]
        found = {name: key for name, key in self.parameters.items() if name in names}
        return {"Parameters": [{"Name": name, "Type": "SecureString", "KeyId": key} for name, key in found.items()]}

    def _describe_secret(self, asked: Any, action: str) -> Any:
        if asked["SecretId"] not in self.secrets:
            raise self._error(action, "ResourceNotFoundException")
        return {"ARN": asked["SecretId"], **self.secrets[asked["SecretId"]]}

    def _describe_key(self, asked: Any, action: str) -> Any:
        if asked["KeyId"] not in self.keys:
            raise self._error(action, "NotFoundException")
        return {"KeyMetadata": {"KeyId": asked["KeyId"], "KeyState": self.keys[asked["KeyId"]]}}

    def _simulate_principal_policy(self, asked: Any, action: str) -> Any:
        assert asked["PolicySourceArn"] == ROLE
        (right,) = asked["ActionNames"]
        return {
            "EvaluationResults": [
                {
                    "EvalActionName": right,
                    "EvalResourceName": arn,
                    "EvalDecision": self.decisions.get(arn, "allowed"),
                }
                for arn in asked["ResourceArns"]
            ]
        }

    def _error(self, action: str, code: str) -> Exception:
        from botocore.exceptions import ClientError  # type: ignore[import-untyped]

        error: Exception = ClientError({"Error": {"Code": code, "Message": ""}}, action)
        return error


@pytest.fixture
def aws() -> Answers:
    return Answers()


def content(*sources: str, role: str = ROLE) -> dict[str, Any]:
    secrets = [{"name": f"S{number}", "valueFrom": source} for number, source in enumerate(sources)]
    return {"family": "shop", "executionRoleArn": role, "containerDefinitions": [{"name": "web", "secrets": secrets}]}


def findings(aws: Answers, *sources: str, role: str = ROLE) -> list[Finding]:
    return list(SecretCheck(cast(Aws, aws), content(*sources, role=role)).findings())


def test_secrets_that_exist_and_can_be_read_are_no_problem_and_no_value_is_asked_for(aws: Answers) -> None:
    aws.parameters["/shop/db"] = KEY
    aws.secrets[SECRET] = {"KmsKeyId": KEY}
    assert findings(aws, "/shop/db", PARAMETER, f"{SECRET}:password::", SECRET) == []
    assert set(aws.called) == set(ALL)


def test_a_task_definition_without_secrets_asks_nothing(aws: Answers) -> None:
    assert (findings(aws), aws.called) == ([], [])


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("/shop/other", "the parameter `/shop/other` for `S0` of container `web` does not exist in region"),
        (f"{SECRET}-2", f"the secret `{SECRET}-2` for `S0` of container `web` does not exist in region"),
    ],
)
def test_a_secret_that_does_not_exist_is_named_with_the_variable_that_gets_it(
    source: str, what: str, aws: Answers
) -> None:
    (finding,) = findings(aws, source)
    assert (finding.code, finding.blocks) == ("secret-missing", True)
    assert finding.what == f"{what} {REGION}"


def test_a_secret_that_is_to_be_deleted_is_missing(aws: Answers) -> None:
    aws.secrets[SECRET] = {"DeletedDate": dt.datetime(2024, 1, 1, tzinfo=dt.UTC)}
    (finding,) = findings(aws, SECRET)
    assert finding.code == "secret-missing" and "is to be deleted" in finding.what
    assert f"aws secretsmanager restore-secret --region {REGION} --secret-id {SECRET}" in finding.fix


@pytest.mark.parametrize(("state", "words"), [("Disabled", "disabled"), ("PendingDeletion", "pending deletion")])
def test_a_key_that_cannot_be_used_is_named(state: str, words: str, aws: Answers) -> None:
    aws.parameters["/shop/db"], aws.keys[KEY] = KEY, state
    (finding,) = findings(aws, "/shop/db")
    assert (finding.code, finding.blocks) == ("secret-key", True)
    assert f"the KMS key `{KEY}` of the parameter `/shop/db`" in finding.what and finding.what.endswith(words)


def test_a_key_that_does_not_exist_is_named(aws: Answers) -> None:
    aws.secrets[SECRET] = {"KmsKeyId": f"{KEY}-2"}
    assert [(each.code, each.what.endswith("is missing")) for each in findings(aws, SECRET)] == [("secret-key", True)]


def test_the_keys_of_aws_itself_are_not_asked_for(aws: Answers) -> None:
    aws.parameters["/shop/db"] = "alias/aws/ssm"
    assert findings(aws, "/shop/db") == []
    assert "kms:DescribeKey" not in aws.called


@pytest.mark.parametrize(
    ("source", "arn", "decision", "blocks"),
    [
        ("/shop/db", PARAMETER, "implicitDeny", True),
        (SECRET, SECRET, "explicitDeny", True),
        (SECRET, SECRET, "implicitDeny", False),  # the secret can have a policy of its own
    ],
)
def test_a_secret_that_the_execution_role_may_not_read_is_a_problem(
    source: str, arn: str, decision: str, blocks: bool, aws: Answers
) -> None:
    aws.decisions[arn] = decision
    (finding,) = findings(aws, source)
    assert (finding.code, finding.blocks) == ("secret-denied", blocks)
    assert "the execution role `shop-execution` may not read" in finding.what


def test_secrets_without_an_execution_role_are_a_problem(aws: Answers) -> None:
    assert [each.code for each in findings(aws, "/shop/db", role="")] == ["execution-role"]


def test_what_cannot_be_checked_is_said_once_with_the_missing_rights(aws: Answers) -> None:
    aws.parameters["/shop/db"], aws.denied = KEY, ALL
    (finding,) = findings(aws, "/shop/db", SECRET)
    assert (finding.code, finding.severity) == ("secrets-unchecked", "warning")
    assert finding.fix == (
        "allow `ssm:DescribeParameters`, `secretsmanager:DescribeSecret` in the policy of the role or user"
    )
    aws.denied = ("iam:SimulatePrincipalPolicy", "kms:DescribeKey")
    (finding,) = findings(aws, "/shop/db", SECRET)
    assert "`kms:DescribeKey`, `iam:SimulatePrincipalPolicy`" in finding.fix
