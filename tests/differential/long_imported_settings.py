"""The settings of other tools in 200 histories each, and what shipit decides with the imported ones. Started by name.

SHIPIT_KNOPE=/path/of/knope pytest tests/differential/long_imported_settings.py

`cargo install knope --version 0.23.2 --locked` makes that program, in half an hour or more.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from differential.imported_settings import KNOPE, KNOPE_PROGRAM, PEERS, Peer, compare
from differential.tools import PEERS as TOOLS
from differential.tools import WITH_SETTINGS

COUNT = 200


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_imported_settings_decide_what_the_tool_decides(peer: Peer, tmp_path: Path) -> None:
    next(tool for tool in (*TOOLS, *WITH_SETTINGS) if tool.name == peer.name).require()
    same, listed = compare(peer, COUNT, tmp_path)
    assert (same + listed, listed < COUNT / 5) == (COUNT, True)


@pytest.mark.skipif(not KNOPE_PROGRAM, reason="SHIPIT_KNOPE names no knope")
def test_imported_settings_decide_what_knope_decides(tmp_path: Path) -> None:
    assert compare(KNOPE, COUNT, tmp_path) == (COUNT, 0)
