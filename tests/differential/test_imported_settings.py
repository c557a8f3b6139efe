"""A few of the histories of `long_imported_settings.py`: each tool and shipit with its settings decide the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from differential.imported_settings import PEERS, Peer, compare
from differential.tools import PEERS as TOOLS
from differential.tools import WITH_SETTINGS

FEW = 5


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_imported_settings_decide_what_the_tool_decides(peer: Peer, tmp_path: Path) -> None:
    next(tool for tool in (*TOOLS, *WITH_SETTINGS) if tool.name == peer.name).require()
    assert sum(compare(peer, FEW, tmp_path)) == FEW
