"""The values in JSON that are counted before they take memory."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shipit.adapters.http.json_values import has_too_many_values
from shipit.core import limits
from shipit.core.limits import Count

TEXTS = st.text('",[{\\\\a가', max_size=5)
JSON = st.recursive(st.none() | st.integers() | TEXTS, lambda one: st.lists(one) | st.dictionaries(TEXTS, one))


def separators(value: object) -> int:
    """Return the number of values in lists and objects; an empty one counts as one."""
    if not isinstance(value, list | dict):
        return 0
    inner = list(value.values()) if isinstance(value, dict) else value
    return max(1, len(inner)) + sum(map(separators, inner))


@given(JSON, st.booleans(), st.integers(1, 4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_values_of_lists_and_objects_are_counted(value: object, escapes: bool, piece: int) -> None:
    body, count = json.dumps(value, ensure_ascii=escapes).encode(), separators(value)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shipit.adapters.http.json_values._PIECE", piece)
        for most, too_many in ((count, False), (count - 1, True)):
            patch.setattr(limits, "ANSWER_VALUES", Count("services", most, "", ""))
            assert has_too_many_values(body) == (too_many and len(body) > most)
