"""The outputs of the Action: all of them together fit into one environment variable."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from shipit.cli.action_outputs import action_outputs
from shipit.core import limits
from shipit.core.outputs import NO_OUTPUTS

URL = "https://github.com/acme/app/releases/tag/v1.4.0"
RUN = "https://github.com/acme/app/actions/runs/1"


def outputs(notes: str, url: str = URL) -> dict[str, str]:
    return action_outputs({**NO_OUTPUTS, "version": "1.4.0", "notes": notes, "release-url": url}, lambda: RUN)


def size(values: dict[str, str]) -> int:
    return len(json.dumps(values, ensure_ascii=False).encode())


def test_usual_notes_are_passed_whole() -> None:
    notes = "### Features\n\n* search\n" * 100
    assert outputs(notes)["notes"] == notes
    assert json.loads(outputs(notes)["json"])["notes"] == notes


@pytest.mark.parametrize("line", ["* search\n", "* 검색 기능\n", '* "quoted" \\ path\n', "\x01", "x"])
@pytest.mark.parametrize(("url", "link"), [(URL, URL), ("", RUN)])
def test_notes_that_are_too_large_end_with_a_link(line: str, url: str, link: str) -> None:
    values = outputs(line * (200_000 // len(line)), url)
    assert limits.ACTION_OUTPUTS // 2 < size(values) <= limits.ACTION_OUTPUTS
    assert values["notes"].rstrip().endswith(f"{link}.") and values["notes"].startswith(line.rstrip("\n"))
    assert json.loads(values["json"]) == {name: value for name, value in values.items() if name != "json"}


def test_a_step_with_all_outputs_of_a_job_can_start() -> None:
    needs = json.dumps({"release": {"result": "success", "outputs": outputs("* search\n" * 50_000)}}, indent=2)
    subprocess.run(["true"], env={"PATH": os.environ["PATH"], "NEEDS": needs}, check=True)


def test_other_outputs_that_are_too_large_end_the_cutting() -> None:
    values = action_outputs({**NO_OUTPUTS, "image": "a" * 200_000, "notes": "* x\n" * 9_000}, lambda: RUN)
    assert len(values["notes"]) < 200
