"""Answers of an app or of nginx that are no JSON of the expected form: they count as unknown, and are no bug."""

from __future__ import annotations

import pytest

from shipit.core.deploy import reported_traffic
from shipit.steps.watchtower.trigger_watchtower import _summary

MALFORMED = {"deep": '{"a":' * 100_000, "a lone surrogate": '{"app": "\udcff"}', "a list": "[]", "nothing": ""}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_report_is_none(body: str) -> None:
    assert reported_traffic("shop", body) is None


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_answer_of_watchtower_says_nothing(body: str) -> None:
    assert _summary(body) == {}
