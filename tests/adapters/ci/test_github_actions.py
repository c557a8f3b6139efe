"""Outputs and summary, read back as the runner reads them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from runner import outputs

from shipit.adapters.ci.github_actions import write_outputs, write_summary
from shipit.errors import CommandError

HOSTILE = [
    "1.0.0\nversion=6.6.6",
    "EOF\nversion<<EOF\n6.6.6\nEOF",
    "::add-mask::1.0.0\n::set-output name=version::6.6.6",
    "`id` $(id) ${{ secrets.TOKEN }}",
    "shipit-\nshipit-0\n<<\n=\n<<=",
    "\r\n\r \x00\x1b[31m \u2028",
    "",
    "\n",
    "\n\n",
    "채팅 " * 25_000,
]


def environ(tmp_path: Path) -> dict[str, str]:
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }


def written(path: Path) -> str:
    return path.read_bytes().decode()


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_a_value_is_not_changed_and_adds_no_other_output(tmp_path: Path, value: str) -> None:
    write_outputs({"version": "1.0.0", "notes": value, "released": "true"}, environ(tmp_path))
    assert outputs(written(tmp_path / "output")) == {"version": "1.0.0", "notes": value, "released": "true"}


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(["version", "notes", "json", "tag"]), st.text()))
def test_any_values_are_read_as_they_were_given(tmp_path: Path, values: dict[str, str]) -> None:
    (tmp_path / "output").unlink(missing_ok=True)
    encodable = {name: value.encode("utf-8", "replace").decode() for name, value in values.items()}
    write_outputs(encodable, environ(tmp_path))
    assert outputs(written(tmp_path / "output") if values else "") == encodable


def test_no_two_delimiters_are_the_same(tmp_path: Path) -> None:
    for _ in range(3):
        write_outputs({"version": "1.0.0", "tag": "v1.0.0"}, environ(tmp_path))
    delimiters = [line.partition("<<")[2] for line in written(tmp_path / "output").splitlines() if "<<" in line]
    assert len(set(delimiters)) == 6


def test_text_of_earlier_steps_is_kept(tmp_path: Path) -> None:
    (tmp_path / "summary").write_text("# Before\n")
    write_summary("# Mine\n", environ(tmp_path))
    write_summary("more\n", environ(tmp_path))
    assert written(tmp_path / "summary") == "# Before\n# Mine\nmore\n"


@pytest.mark.parametrize("changed", [{"GITHUB_ACTIONS": ""}, {"GITHUB_ACTIONS": "false"}, {"GITHUB_OUTPUT": ""}])
def test_outside_github_actions_nothing_is_written(tmp_path: Path, changed: dict[str, str]) -> None:
    write_outputs({"version": "1.0.0"}, environ(tmp_path) | changed)
    assert list(tmp_path.iterdir()) == []


def test_outputs_that_cannot_be_written_are_an_error_that_names_the_variable(tmp_path: Path) -> None:
    lost = environ(tmp_path) | {"GITHUB_OUTPUT": str(tmp_path / "no" / "such" / "file")}
    with pytest.raises(CommandError, match="GITHUB_OUTPUT"):
        write_outputs({"version": "1.0.0"}, lost)
