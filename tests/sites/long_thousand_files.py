"""A front end of 1,000 files, of which a deployment uploads only what changed; it takes minutes on moto.

pytest -n 0 -s tests/sites/long_thousand_files.py
"""

from __future__ import annotations

import pytest
from parts.aws import Aws, aws, moto
from sites.sent import counted
from sites.shop import behind_edge

__all__ = ["aws", "moto"]  # fixtures


@pytest.mark.timeout(900)
def test_of_a_thousand_files_only_what_changed_is_uploaded(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    with behind_edge(aws, 1_000) as shop:
        first, again, changed = counted(shop, monkeypatch)
    counts = (first.count, again.count, changed.count)
    print(f"\n{counts} requests of the first deployment, the same again, and a change")  # noqa: T201
    assert all(map(int.__lt__, counts, (1_100, 60, 90))), counts
    assert len(first.written) == 1_004
    assert (again.written, len(changed.written)) == ([], 4)
