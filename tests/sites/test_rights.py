"""The rights in the policy of the guide: they are enough to deploy, and a missing one is named."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from parts.aws import Aws, aws, moto
from sites.shop import CONFIG, Shop

from shipit.config.load import parse_config
from shipit.errors import PreflightError, ShipitError

pytestmark = pytest.mark.slow
__all__ = ["aws", "moto"]  # fixtures
POLICY = json.loads((Path(__file__).parents[2] / "examples/static-site/aws/rights.json").read_text(encoding="utf-8"))


@pytest.fixture
def shop(aws: Aws) -> Shop:
    """A shop without an address that users open, so that only the requests of shipit reach moto."""
    aws.make_bucket("shop-web")
    text = CONFIG.format(url="http://shop.example", distribution=aws.make_distribution("shop-web"))
    lines = (line for line in text.splitlines() if not line.startswith("url ="))
    return Shop(parse_config("\n".join(lines)), "", "")


def log_in(user: str, policy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the keys of a new user with this policy."""
    import boto3  # type: ignore[import-untyped]

    iam = boto3.client("iam")
    iam.create_user(UserName=user)
    iam.put_user_policy(UserName=user, PolicyName="rights", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=user)["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])


def check_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let moto, which runs in this process, check the rights of all requests from now on.

    It does not check signatures, because it computes wrong ones for requests to CloudFront.
    """
    monkeypatch.setattr("moto.settings.INITIAL_NO_AUTH_ACTION_COUNT", 0)
    monkeypatch.setattr("moto.iam.access_control.IAMRequest.check_signature", lambda request: None)


def policy(without: str = "") -> Any:
    """Return the policy of the guide for moto, which checks the rights of CloudFront for all resources."""
    policy = copy.deepcopy(POLICY)
    # moto checks the right to delete several objects for the bucket, AWS for each object.
    policy["Statement"].append({"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::shop-web"})
    for statement in policy["Statement"]:
        if ":distribution/" in statement["Resource"]:
            statement["Resource"] = "*"
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        statement["Action"] = [each for each in actions if each != without] or ["s3:GetBucketTagging"]
    return policy


def test_the_policy_of_the_guide_is_enough(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    log_in("shipit", policy(), monkeypatch)
    world = shop.world()
    check_rights(monkeypatch)
    for version in ("1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0"):
        shop.commit(world, version)
        shop.deploy(shop.run(world))
    shop.rollback(shop.run(world))


@pytest.mark.parametrize("action", ["s3:ListBucket", "s3:GetObject", "s3:PutObject", "cloudfront:ListInvalidations"])
def test_a_missing_right_is_named_and_nothing_is_deployed(
    action: str, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in("shipit", policy(without=action), monkeypatch)
    world = shop.world()
    shop.commit(world, "1.0.0")
    check_rights(monkeypatch)
    with pytest.raises(ShipitError) as raised:
        shop.deploy(shop.run(world))
    assert raised.value.exit_code == 4
    error = raised.value
    hint = error.findings[0].fix if isinstance(error, PreflightError) else error.hint
    assert hint == f"allow `{action}` in the policy of the role or user"


@pytest.mark.parametrize("action", ["cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"])
def test_a_missing_right_for_the_cache_is_named_and_the_earlier_version_is_put_back(
    action: str, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = shop.world()
    shop.commit(world, "1.0.0")
    shop.deploy(shop.run(world))
    shop.commit(world, "1.1.0")
    log_in("shipit", policy(without=action), monkeypatch)
    check_rights(monkeypatch)
    with pytest.raises(ShipitError) as raised:
        shop.deploy(shop.run(world))
    assert (raised.value.exit_code, raised.value.hint) == (4, f"allow `{action}` in the policy of the role or user")
    assert "serves, as before; this was verified" in str(raised.value.state)
