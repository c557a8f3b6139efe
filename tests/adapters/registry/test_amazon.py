"""The login that AWS issues for the registries of an account."""

from __future__ import annotations

import builtins
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from adapters.http_servers import JSON, Answer, host
from parts.aws import Aws, aws, moto

from shipit.adapters.login import Login
from shipit.adapters.registry import Logins
from shipit.errors import AuthError, RemoteError

__all__ = ["aws", "moto"]  # fixtures
ECR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
STORED = Login("AWS", "stored-password")


def set_account(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name, value in {"ACCESS_KEY_ID": "testing", "SECRET_ACCESS_KEY": "testing", "ENDPOINT_URL": url}.items():
        monkeypatch.setenv(f"AWS_{name}", value)


def test_amazons_registries_get_a_login_from_aws(aws: Aws) -> None:
    login = Logins().of(ECR)
    assert login and login.username == "AWS" and login.password.startswith("123456789012")
    assert Logins().of("ghcr.io") is None


@pytest.mark.parametrize(("lasts", "asked"), [(dt.timedelta(hours=12), 1), (dt.timedelta(minutes=5), 2)])
def test_amazons_login_is_requested_again_when_it_is_about_to_expire(
    monkeypatch: pytest.MonkeyPatch, lasts: dt.timedelta, asked: int
) -> None:
    token = {"authorizationToken": STORED.basic, "expiresAt": (dt.datetime.now() + lasts).timestamp()}
    with host() as ecr:
        ecr.answers["POST /"] = [Answer(200, JSON, json.dumps({"authorizationData": [token]}))]
        set_account(monkeypatch, ecr.url)
        logins = Logins()
        assert logins.of(ECR) == logins.of(ECR) == STORED
        assert len(ecr.asked) == asked


def test_amazons_login_is_passed_to_docker_and_never_shown(aws: Aws) -> None:
    logins = Logins()
    login = logins.of(ECR)
    assert login and logins.redact(login.password) == "[REDACTED]"
    with logins.configuration([ECR]) as directory:
        config = json.loads(Path(directory, "config.json").read_text())
    assert config["auths"] == {ECR: {"auth": login.basic}}


def test_missing_aws_credentials_are_reported_with_their_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(AuthError, match=f"AWS refused to issue a login for `{ECR}`") as raised:
        Logins().of(ECR)
    assert "`AWS_ACCESS_KEY_ID`" in str(raised.value.hint)


def test_aws_that_cannot_be_reached_is_a_remote_error(monkeypatch: pytest.MonkeyPatch) -> None:
    set_account(monkeypatch, "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(RemoteError, match="AWS did not answer") as raised:
        Logins().of(ECR)
    assert raised.value.retryable


def test_a_missing_boto3_is_reported_with_the_command_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any) -> object:
        if name == "boto3":
            raise ImportError(name)
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(AuthError, match="`boto3`, which is not installed") as raised:
        Logins().of(ECR)
    assert "uv tool install '.[aws]'" in str(raised.value.hint)
