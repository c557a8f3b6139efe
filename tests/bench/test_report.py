"""What the bench writes: tables, targets, pictures, and where on the page they stand."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.measure import Cost, Costs, Workload, ratio
from bench.plot import DARK, LIGHT, Palette, plot
from bench.tables import table, write_block
from bench.targets import changelog, next_version

SMALL, LARGE = Workload(1000), Workload(100_000)
FAST, SLOW = Cost(wall=0.5, cpu=0.25, memory=20), Cost(wall=2.0, cpu=1.0, memory=80)
COSTS: Costs = {
    "git": [FAST],
    "shipit": [FAST] * 3,
    "python -c pass": [FAST],
    "commitizen": [SLOW] * 3,
    "git-cliff 2.12": [],
}


def test_a_row_tells_time_memory_and_the_multiple_of_shipits_time() -> None:
    row = table("The next version", "cpu", {SMALL: COSTS}).splitlines()[-1]
    assert row.startswith("| 1,000 commits | 0.25 s, 20 MiB, 1.0× | 0.25 s, 20 MiB | ")
    assert "| 1 s, 80 MiB, 4.0× | no answer |" in row


def test_where_the_wall_counts_the_processors_are_told_too() -> None:
    assert "| 2 s (1 s CPU), 80 MiB, 4.0× |" in table("The whole changelog", "wall", {SMALL: COSTS})


def test_who_ran_in_fewer_rounds_is_compared_with_the_median_and_not_with_a_round_that_was_disturbed() -> None:
    disturbed, usual = Cost(50, 5, 20), Cost(10, 5, 20)
    assert ratio([Cost(100, 50, 80)], [disturbed, usual, usual], "wall") == 10


def test_a_number_of_four_digits_is_written_out() -> None:
    assert "| 1,018 s (5 s CPU), 80 MiB, " in table("x", "wall", {SMALL: COSTS | {"commitizen": [Cost(1017.9, 5, 80)]}})


def test_every_row_has_a_cell_for_every_name() -> None:
    lines = [
        line
        for line in table("x", "wall", {SMALL: COSTS, Workload(10_000): COSTS}).splitlines()
        if line.startswith("|")
    ]
    assert {line.count("|") for line in lines} == {len(COSTS) + 2}


def test_a_target_that_is_missed_says_so() -> None:
    told = {each.promise: each.holds for each in next_version({SMALL: {**COSTS, "shipit": [Cost(9, 9, 90)]}})}
    assert not any(told.values())
    assert all(each.holds for each in next_version({SMALL: COSTS}))


def test_a_peer_that_was_given_up_is_promised_nothing() -> None:
    promises = [each.promise for each in changelog({LARGE: COSTS | {"python-semantic-release": []}}, {LARGE: 50_000})]
    assert any("commitizen" in promise for promise in promises)
    assert not any("git-cliff" in promise or "python-semantic-release" in promise for promise in promises)


def test_memory_is_promised_for_each_commit_that_is_listed() -> None:
    costs = COSTS | {"python-semantic-release": []}
    memory = [each for each in changelog({LARGE: costs}, {LARGE: 10_000}) if "memory" in each.promise]
    assert [each.shown for each in memory] == ["2.05 KiB"]
    assert not memory[0].holds


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_a_picture_is_valid_svg_with_a_line_for_each_that_has_an_answer(palette: Palette) -> None:
    lines = {"git": {1000: 0.01, 10_000: 0.1}, "shipit": {1000: 0.1, 10_000: 0.3}, "<slow>": {1000: 5.0}, "none": {}}
    drawn = ElementTree.fromstring(plot("Seconds & more", lines, palette))
    names = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}polyline"))) == 3
    assert {"git", "shipit", "<slow>", "Seconds & more", "1,000", "10,000"} <= set(names)
    assert "none" not in names


def test_twice_the_decades_are_twice_the_way_up() -> None:
    drawn = ElementTree.fromstring(plot("x", {"shipit": {1000: 0.1, 10_000: 1.0, 100_000: 10.0}}, LIGHT))
    (line,) = drawn.iter("{http://www.w3.org/2000/svg}polyline")
    points = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
    (left, low), (middle, half), (right, high) = points
    assert middle - left == pytest.approx(right - middle, abs=0.2)
    assert low - half == pytest.approx(half - high, abs=0.2)


def test_a_block_replaces_what_stood_between_its_markers_and_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Before\n<!-- measured by: make bench, speed -->\nold\n<!-- end of speed -->\nafter\n")
    for text in ("new\n", "newer\n"):
        write_block(page, "speed", text)
    assert page.read_text() == (
        "# Before\n<!-- measured by: make bench, speed -->\n\nnewer\n\n<!-- end of speed -->\nafter\n"
    )


def test_a_page_without_a_place_for_a_block_stays_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Before\n<!-- measured by: make bench, speed -->\n")
    with pytest.raises(SystemExit, match="no place for speed"):
        write_block(page, "speed", "new\n")
    assert page.read_text() == "# Before\n<!-- measured by: make bench, speed -->\n"
