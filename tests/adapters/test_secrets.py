"""The stores of secrets: those of AWS, held to botocore's own models by moto, and variables of the run."""

from __future__ import annotations

import json
from typing import Any

import pytest
from parts.aws import Aws, aws, moto

from shipit.adapters.aws import aws_session
from shipit.adapters.secrets import SecretStores
from shipit.core.redact import Redactor
from shipit.errors import AuthError, ConfigError, RemoteError

__all__ = ["aws", "moto"]  # fixtures
SECRET = "correct-horse-battery"


@pytest.fixture
def ssm(aws: Aws) -> Any:
    import boto3  # type: ignore[import-untyped]

    return boto3.client("ssm")


def put(ssm: Any, name: str, value: str) -> None:
    ssm.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)


@pytest.fixture
def stores() -> SecretStores:
    return SecretStores(Redactor())


def test_all_parameters_below_a_path_are_read_although_aws_gives_them_in_pages_of_ten(
    ssm: Any, stores: SecretStores
) -> None:
    expected = {f"NAME_{number}": f"value {number}" for number in range(23)}
    for name, value in expected.items():
        put(ssm, f"/many/prod/{name}", value)
    put(ssm, "/many/dev/OTHER", "not this one")
    assert stores.values("ssm:/many/prod/") == expected


def test_a_path_without_parameters_is_an_error_that_names_it(ssm: Any, stores: SecretStores) -> None:
    with pytest.raises(ConfigError, match="no parameter below `ssm:/nothing/here/`") as raised:
        stores.values("ssm:/nothing/here/")
    assert raised.value.hint and "aws ssm get-parameters-by-path --path /nothing/here/" in raised.value.hint


def test_two_parameters_with_the_same_last_part_are_an_error(ssm: Any, stores: SecretStores) -> None:
    put(ssm, "/twice/a/PASSWORD", "one")
    put(ssm, "/twice/b/PASSWORD", "two")
    with pytest.raises(ConfigError, match="two parameters that end with `PASSWORD`"):
        stores.values("ssm:/twice/")


def test_the_version_changes_when_a_secret_changes_and_not_otherwise(ssm: Any, stores: SecretStores) -> None:
    put(ssm, "/changing/PASSWORD", SECRET)
    before = stores.version("ssm:/changing/", "key")
    assert before == stores.version("ssm:/changing/", "another key")
    assert SECRET not in before
    put(ssm, "/changing/PASSWORD", f"{SECRET}-2")
    assert stores.version("ssm:/changing/", "key") != before


def test_a_secret_that_was_read_is_removed_from_texts_line_by_line(ssm: Any) -> None:
    redact = Redactor()
    put(ssm, "/lines/KEY", f"{SECRET}\nsecond-line-of-it\nno")
    SecretStores(redact).values("ssm:/lines/")
    assert redact(f"password={SECRET} second-line-of-it no") == "password=[REDACTED] [REDACTED] no"


@pytest.fixture
def manager(aws: Aws) -> Any:
    import boto3

    return boto3.client("secretsmanager")


def test_each_key_of_a_secret_of_secrets_manager_is_a_variable(manager: Any, stores: SecretStores) -> None:
    manager.create_secret(Name="shop/prod", SecretString=json.dumps({"DB": SECRET, "KEY": "two\nlines"}))
    assert stores.values("secretsmanager:shop/prod") == {"DB": SECRET, "KEY": "two\nlines"}


@pytest.mark.parametrize("content", [SECRET, "[]", "{}", '{"DB": 1}', "1" * 5000, "[" * 60_000])
def test_a_secret_of_secrets_manager_that_has_no_keys_with_strings_is_an_error_without_its_value(
    manager: Any, stores: SecretStores, content: str
) -> None:
    manager.create_secret(Name="shop/plain", SecretString=content)
    with pytest.raises(ConfigError, match="`secretsmanager:shop/plain` is not a JSON object") as raised:
        stores.values("secretsmanager:shop/plain")
    assert content not in str(raised.value)


def test_a_secret_of_secrets_manager_that_does_not_exist_is_named(manager: Any, stores: SecretStores) -> None:
    for ask in (stores.values, lambda name: stores.version(name, "key")):
        with pytest.raises(ConfigError, match="there is no secret `secretsmanager:shop/none`") as raised:
            ask("secretsmanager:shop/none")
        assert raised.value.hint and "aws secretsmanager describe-secret --secret-id shop/none" in raised.value.hint


def test_the_version_of_a_secret_of_secrets_manager_changes_with_it(manager: Any, stores: SecretStores) -> None:
    manager.create_secret(Name="shop/prod", SecretString=json.dumps({"DB": SECRET}))
    before = stores.version("secretsmanager:shop/prod", "key")
    assert before == stores.version("secretsmanager:shop/prod", "another key")
    manager.put_secret_value(SecretId="shop/prod", SecretString=json.dumps({"DB": f"{SECRET}-2"}))
    assert SECRET not in before != stores.version("secretsmanager:shop/prod", "key")


def test_a_secret_without_a_value_is_an_error_that_names_it(manager: Any, stores: SecretStores) -> None:
    manager.create_secret(Name="shop/empty")
    assert stores.version("secretsmanager:shop/empty", "key")
    with pytest.raises(ConfigError, match="`secretsmanager:shop/empty`"):
        stores.values("secretsmanager:shop/empty")


def test_a_right_that_aws_names_is_in_the_hint_such_as_that_for_the_key_of_a_secret() -> None:
    from botocore.exceptions import ClientError  # type: ignore[import-untyped]

    said = "User: x is not authorized to perform: kms:Decrypt on resource: y"
    with pytest.raises(AuthError) as raised, aws_session("read `ssm:/shop/`", install="", allow="other"):
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": said}}, "GetParametersByPath")
    assert raised.value.hint == "allow `kms:Decrypt` in the policy of the role or user"


def test_a_variable_of_the_run_is_a_secret_with_its_own_name(
    monkeypatch: pytest.MonkeyPatch, stores: SecretStores
) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", SECRET)
    assert stores.values("env:SHOP_PASSWORD") == {"SHOP_PASSWORD": SECRET}
    with pytest.raises(ConfigError, match="`SHOP_TOKEN` with a secret of the app is not set"):
        stores.values("env:SHOP_TOKEN")


def test_the_version_of_a_variable_needs_the_key_of_the_host(
    monkeypatch: pytest.MonkeyPatch, stores: SecretStores
) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", SECRET)
    one, other = (stores.version("env:SHOP_PASSWORD", key) for key in ("one", "other"))
    assert one != other
    assert stores.version("env:SHOP_PASSWORD", "") == ""
    monkeypatch.setenv("SHOP_PASSWORD", "changed")
    assert stores.version("env:SHOP_PASSWORD", "one") != one


def test_missing_credentials_and_an_unreachable_service_are_two_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-northeast-2")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    with pytest.raises(AuthError, match="AWS refused to read `ssm:/shop/`") as refused:
        SecretStores(Redactor()).values("ssm:/shop/")
    assert refused.value.hint and "ssm:GetParametersByPath" in refused.value.hint
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(RemoteError, match="AWS did not answer the request to read `ssm:/shop/`"):
        SecretStores(Redactor()).values("ssm:/shop/")
