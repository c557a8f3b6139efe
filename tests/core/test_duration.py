"""Durations."""

from __future__ import annotations

import pytest

from shipit.core.duration import seconds


@pytest.mark.parametrize(
    ("text", "expected"), [("0s", 0), ("1ms", 0.001), ("90s", 90), ("2m", 120), ("1h", 3600), ("1500ms", 1.5)]
)
def test_a_duration_is_a_number_with_a_unit(text: str, expected: float) -> None:
    assert seconds(text) == pytest.approx(expected)
