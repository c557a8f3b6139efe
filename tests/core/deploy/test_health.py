"""The health check: which answers are those of a healthy app."""

from __future__ import annotations

import pytest

from shipit.core.deploy import HealthAnswer, HealthCheck, Identity

UP = HealthCheck("/health", json={"status": "UP"})


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_status_of_success_is_healthy_without_further_conditions(status: int) -> None:
    assert HealthCheck("/").problem(HealthAnswer(status)) is None


@pytest.mark.parametrize("status", [100, 199, 300, 302, 404, 500, 503])
def test_any_other_status_is_unhealthy(status: int) -> None:
    assert HealthCheck("/").problem(HealthAnswer(status)) == f"`/` answered {status}"


def test_the_answer_of_an_unhealthy_app_shows_the_beginning_of_its_text() -> None:
    assert UP.problem(HealthAnswer(503, '{"status":"DOWN",\n "db":1}')) == (
        '`/health` answered 503: {"status":"DOWN", "db":1}'
    )
    assert len(UP.problem(HealthAnswer(503, "x" * 5000)) or "") < 200


def test_a_configured_status_excludes_all_others() -> None:
    check = HealthCheck("/", status=418)
    assert check.problem(HealthAnswer(418)) is None
    assert check.problem(HealthAnswer(200)) == "`/` answered 200"


def test_a_missing_answer_is_reported_with_its_reason() -> None:
    assert UP.problem(HealthAnswer(0, "no answer in time")) == "`/health` did not answer: no answer in time"


@pytest.mark.parametrize(
    ("json", "body"),
    [
        ({"status": "UP"}, '{"status": "UP", "other": 1}'),
        ({"db.status": "UP"}, '{"db": {"status": "UP"}}'),
        ({"ready": "true"}, '{"ready": true}'),
        ({"count": "3"}, '{"count": 3}'),
    ],
)
def test_the_values_of_the_json_must_be_there(json: dict[str, str], body: str) -> None:
    assert HealthCheck("/", json=json).problem(HealthAnswer(200, body)) is None


@pytest.mark.parametrize(
    "body", ["", "UP", "[]", '"status"', "{", '{"status": "DOWN"}', '{"state": "UP"}', "[" * 100_000]
)
def test_any_other_body_is_not_healthy(body: str) -> None:
    assert UP.problem(HealthAnswer(200, body))


def test_a_long_value_is_shortened() -> None:
    assert len(UP.problem(HealthAnswer(200, f'{{"status": "{"x" * 5000}"}}')) or "") < 200


@pytest.mark.parametrize(
    ("value", "same"),
    [("1.4.0", True), ("0a1b2c3", True), ("0a1b2c3d4e", True), ("0a1b2c", False), ("1.3.0", False), ("", False)],
)
def test_the_version_or_the_beginning_of_the_commit_identifies_an_image(value: str, same: bool) -> None:
    identity = Identity("/info", "version", "1.4.0", "0a1b2c3d4e")
    assert (identity.problem(HealthAnswer(200, f'{{"version": "{value}"}}')) is None) == same


def test_an_identity_that_is_not_exposed_shows_the_status() -> None:
    identity = Identity("/actuator/info", "git.commit.id", "1.4.0", "0a1b2c3d4e")
    body = '{"status":404,"error":"Not Found","path":"/actuator/info"}'
    assert identity.problem(HealthAnswer(404, body)) == f"`/actuator/info` answered 404: {body}"


def test_an_identity_of_another_version_shows_the_expected_ones() -> None:
    identity = Identity("/info", "version", "1.4.0", "")
    assert (identity.problem(HealthAnswer(200, '{"version": "1.3.0"}')) or "").endswith('is "1.3.0" and not "1.4.0"')
