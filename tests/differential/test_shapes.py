"""What shipit and its peers decide for every shape of message and history; see `shapes` and `differences`."""

from __future__ import annotations

import pytest
from differential.comparison import ALL, decisions
from differential.differences import DIFFERENCES, listed
from differential.tools import PEERS, SHIPIT, Tool

EXPECTED = {shape.name: shape.decides for shape in ALL}


def test_every_shape_has_a_name_of_its_own_and_one_reason_at_most() -> None:
    assert len(EXPECTED) == len(ALL)
    assert len({difference.shape for difference in DIFFERENCES}) == len(DIFFERENCES)


def test_shipit_decides_every_shape_as_told() -> None:
    assert decided(SHIPIT) == EXPECTED


@pytest.mark.parametrize("tool", PEERS, ids=lambda tool: tool.name)
def test_a_peer_differs_exactly_where_the_list_says(tool: Tool) -> None:
    tool.require()
    differing = decided(tool).items() - EXPECTED.items()
    assert dict(differing) == listed(tool.name)


def decided(tool: Tool) -> dict[str, str]:
    return dict(zip(EXPECTED, decisions(tool, ALL), strict=True))
