"""The rights in the policy of the guide: they are enough to deploy, and a missing one is named."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from parts.ecs import ADDRESS, BUCKET, Ecs, aws, ecs, make_alarm, moto
from services.shop import Shop
from sites.test_rights import check_rights, log_in

from shipit import api
from shipit.errors import AuthError, PreflightError, ShipitError

pytestmark = pytest.mark.slow
__all__ = ["aws", "ecs", "moto"]  # fixtures
ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/guides/ecs.md").read_text(encoding="utf-8")
# The statement that replaces the rights to the bucket.
PARAMETERS = json.loads(GUIDE.partition("### Without a bucket")[2].partition("```json\n")[2].partition("```")[0])
POLICY = json.loads((ROOT / "examples/ecs/aws/rights.json").read_text(encoding="utf-8"))
# moto does not check the right to pass a role, and that to read a log is asked for only after a failure. Those for
# stages and alarms have a test of their own.
_STAGES = ("ecs:ContinueServiceDeployment", "ecs:StopServiceDeployment", "cloudwatch:DescribeAlarms")
# Without these, a deployment goes on, and a warning says what is not checked.
_WARNED = (
    *("elasticloadbalancing:DescribeTargetHealth", "ssm:DescribeParameters", "secretsmanager:DescribeSecret"),
    *("kms:DescribeKey", "iam:SimulatePrincipalPolicy"),
)
CHECKED = [
    each
    for statement in POLICY["Statement"]
    for each in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    if each not in ("iam:PassRole", "logs:GetLogEvents", "ecs:TagResource", *_STAGES, *_WARNED)
]


@pytest.fixture
def shop(ecs: Ecs) -> Shop:
    shop = Shop.on(ecs)
    ecs.over_http = True
    return shop


def policy(without: str = "") -> Any:
    """Return the policy for the names of the tests; moto checks all rights of ECS for all resources."""
    text = json.dumps(copy.deepcopy(POLICY)).replace("shop-deployments", BUCKET)
    found = json.loads(text.replace("cloudwatch:", "monitoring:"))  # so moto calls it
    for statement in found["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        statement["Action"] = [each for each in actions if each != without] or ["s3:GetBucketTagging"]
        if actions[0].startswith("ecs:"):
            statement["Resource"] = "*"
    return found


def test_the_policy_of_the_guide_is_enough(ecs: Ecs, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop.on(ecs, 'alarms = ["shop-5xx"]\n')
    ecs.scheduler.balanced = ecs.over_http = True
    make_alarm("shop-5xx")
    ecs.scheduler.strategy, ecs.scheduler.pauses = "BLUE_GREEN", ("POST_SCALE_UP",)
    first = shop.publish(shop.world, "1.0.0")
    log_in("shipit", policy(), monkeypatch)
    check_rights(monkeypatch)
    paused = shop.deploy(shop.run())
    assert paused.paused and not paused.plan.findings
    assert not api.approve(shop.project(shop.run()), "dev").paused
    shop.publish(shop.world, "1.1.0")
    assert shop.deploy(shop.run()).paused
    api.approve(shop.project(shop.run()), "dev", reject=True)
    assert shop.runs() == {first.digest}


@pytest.mark.parametrize("action", ["ecs:ContinueServiceDeployment", "ecs:StopServiceDeployment"])
def test_a_missing_right_for_stages_and_alarms_is_named(
    action: str, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = shop.run().ecs_services.at(ADDRESS)
    log_in("shipit", policy(without=action), monkeypatch)
    check_rights(monkeypatch)
    with pytest.raises(AuthError) as raised:
        service.proceed("arn", "1") if "Continue" in action else service.take_back("arn")
    assert raised.value.hint == f"allow `{action}` in the policy of the role or user"


def test_a_missing_right_is_named_and_the_service_stays_as_it_is(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shop.runs()
    for number, action in enumerate(CHECKED):
        shop.publish(shop.world, f"1.{number}.0")
        log_in(f"user{number}", policy(without=action), monkeypatch)
        with monkeypatch.context() as patch:
            check_rights(patch)
            assert refused(shop) == (4, f"allow `{action}` in the policy of the role or user")
        assert shop.runs() == before


def test_without_a_bucket_the_rights_to_its_parameters_are_enough_and_a_missing_one_is_named(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = shop.without_bucket()
    first = shop.publish(shop.world, "1.0.0")
    for action in PARAMETERS["Action"]:
        log_in(f"without-{action[4:]}", policy_of_parameters(without=action), monkeypatch)
        with monkeypatch.context() as patch:
            check_rights(patch)
            assert refused(shop) == (4, f"allow `{action}` in the policy of the role or user")
    log_in("shipit", policy_of_parameters(), monkeypatch)
    check_rights(monkeypatch)
    shop.deploy(shop.run())
    assert shop.runs() == {first.digest}


def policy_of_parameters(without: str = "") -> Any:
    """Return the policy with the statement of the guide in place of those about the bucket.

    moto checks the rights of Parameter Store for all resources.
    """
    found = policy()
    rest = [each for each in found["Statement"] if not str(each["Resource"]).startswith("arn:aws:s3:")]
    statement = {**PARAMETERS, "Resource": "*", "Action": [each for each in PARAMETERS["Action"] if each != without]}
    return {**found, "Statement": [*rest, statement]}


def refused(shop: Shop) -> tuple[int, str | None]:
    """Return the exit status and the hint of a deployment that is refused."""
    with pytest.raises(ShipitError) as raised:
        shop.deploy(shop.run())
    error = raised.value
    return error.exit_code, error.findings[0].fix if isinstance(error, PreflightError) else error.hint
