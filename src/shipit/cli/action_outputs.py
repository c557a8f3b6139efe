"""The outputs of the Action as GitHub gets them: all of them together fit into one environment variable.

A step with `toJSON(needs)` puts all outputs of a job into one variable. Linux refuses to start a program with a
variable of more than 128 KiB, so the step would fail.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from shipit.core import limits


def action_outputs(outputs: Mapping[str, str], run_page: Callable[[], str]) -> dict[str, str]:
    """Return `outputs` with `json`, and with shorter notes if all together would be larger than the limit.

    Args:
        run_page: returns the address of the page of this run, for notes of a release without an address.
    """
    values, length = _with_json(outputs), len(outputs["notes"])
    while (size := len(json.dumps(values, ensure_ascii=False).encode())) > limits.ACTION_OUTPUTS and length:
        length = min(length * limits.ACTION_OUTPUTS // size, length - 1)
        values = _with_json({**outputs, "notes": _cut(outputs, run_page, length)})
    return values


def _cut(outputs: Mapping[str, str], run_page: Callable[[], str], length: int) -> str:
    from shipit.core.notes import cut_notes

    return cut_notes(outputs["notes"], outputs["release-url"] or run_page(), limit=length)


def _with_json(outputs: Mapping[str, str]) -> dict[str, str]:
    return {**outputs, "json": json.dumps(outputs, ensure_ascii=False)}
