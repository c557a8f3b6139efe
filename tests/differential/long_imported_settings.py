"""The settings of other tools in 200 histories each, and what shipit decides with the imported ones. Started by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from differential.imported_settings import PEERS, Peer, compare
from differential.tools import PEERS as TOOLS
from differential.tools import WITH_SETTINGS

COUNT = 200


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_imported_settings_decide_what_the_tool_decides(peer: Peer, tmp_path: Path) -> None:
    next(tool for tool in (*TOOLS, *WITH_SETTINGS) if tool.name == peer.name).require()
    same, listed = compare(peer, COUNT, tmp_path)
    assert (same + listed, listed < COUNT / 5) == (COUNT, True)
