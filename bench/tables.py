"""Measurements as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.measure import Cost, Costs, Workload, median, ratio

UNITS = {"cpu": "CPU seconds", "wall": "seconds"}


def short(value: float) -> str:
    """Return a number with three significant digits, or with all digits before the point.

    >>> short(0.01234), short(1017.9)
    ('0.0123', '1,018')
    """
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def table(title: str, measure: str, measured: Mapping[Workload, Costs]) -> str:
    """One row for each history; the cells have the time, the memory, and the multiple of shipit's time."""
    contenders = list(next(iter(measured.values())))
    names = " | ".join(f"`{name}`" if "python -c" in name else name for name in contenders)
    opening = f"### {title}\n\nMedians in {UNITS[measure]}, MiB, and as a multiple of shipit's.\n"
    rows = [f"| {workload} | {' | '.join(_cells(costs, measure))} |" for workload, costs in measured.items()]
    return "\n".join([opening, f"| | {names} |", f"|--:{'|---' * len(contenders)}|", *rows, ""])


def _cells(costs: Costs, measure: str) -> Iterator[str]:
    ours = costs["shipit"]
    for name, known in costs.items():
        cost = _cost(known, measure) if known else "no answer"
        yield f"{cost}, {_times(known, ours, measure)}" if known and name != "shipit" else cost


def _cost(known: Sequence[Cost], measure: str) -> str:
    """Render time and memory; wall time with CPU time, which other programs disturb less."""
    cpu = f" ({short(median(known, 'cpu'))} s CPU)" if measure == "wall" else ""
    return f"{short(median(known, measure))} s{cpu}, {median(known, 'memory'):,.0f} MiB"


def _times(costs: Sequence[Cost], ours: Sequence[Cost], measure: str) -> str:
    return (
        f"{ratio(costs, ours, measure):.2g}×"
        if ratio(costs, ours, measure) < 1
        else f"{ratio(costs, ours, measure):.1f}×"
    )


def write_block(page: Path, name: str, text: str, *, by: str = "make bench") -> None:
    """Replace the text between the markers of `name` on a page."""
    begin, end = f"<!-- measured by: {by}, {name} -->\n", f"<!-- end of {name} -->\n"
    before, begun, rest = page.read_text("utf-8").partition(begin)
    _, ended, after = rest.partition(end)
    if not (begun and ended):
        raise SystemExit(f"{page} has no place for {name}: {begin.strip()} and {end.strip()}")
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}", "utf-8")
