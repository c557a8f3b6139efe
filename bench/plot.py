"""A chart of cost by length of history: both axes are logarithmic, with one line for each contender."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 720, 340
LEFT, RIGHT, TOP, BOTTOM = 56, 176, 44, 40
FONT = "-apple-system, BlinkMacSystemFont, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif"

Lines = Mapping[str, Mapping[int, float]]


@dataclass(frozen=True)
class Palette:
    """GitHub's colours for text, grid and lines; `ours` is the colour of shipit."""

    text: str
    grid: str
    ours: str
    others: tuple[str, ...]


LIGHT = Palette("#1f2328", "#d1d9e0", "#0969da", ("#59636e", "#bc4c00", "#9a6700", "#8250df", "#1a7f37", "#bf3989"))
DARK = Palette("#f0f6fc", "#3d444d", "#4493f8", ("#9198a1", "#db6d28", "#d29922", "#ab7df8", "#3fb950", "#db61a2"))


@dataclass(frozen=True)
class Axes:
    """The ranges of both axes: `low` and `high` are powers of ten."""

    sizes: tuple[int, ...]
    low: int
    high: int

    @classmethod
    def of(cls, lines: Lines) -> Axes:
        sizes = sorted({size for line in lines.values() for size in line})
        seconds = [value for line in lines.values() for value in line.values()]
        low, high = floor(log10(min(seconds))), ceil(log10(max(seconds)))
        return cls(tuple(sizes), low, max(high, low + 1))

    def x(self, size: int) -> float:
        first, last = log10(self.sizes[0]), log10(self.sizes[-1])
        share = (log10(size) - first) / (last - first) if last > first else 0.5
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, seconds: float) -> float:
        share = (log10(seconds) - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def plot(title: str, lines: Lines, palette: Palette) -> str:
    """Return an SVG of cost in seconds by number of commits.

    Args:
        lines: the seconds for each size, by contender; a contender without values is left out.
    """
    known = {name: line for name, line in lines.items() if line}
    axes = Axes.of(known)
    colours = _colours(known, palette)
    body = [
        f'<text x="{LEFT}" y="20" fill="{palette.text}" font-weight="600">{escape(title)}</text>',
        *_grid(axes, palette),
        *(_line(axes, line, colours[name], name == "shipit") for name, line in known.items()),
        *_names(axes, known, colours),
    ]
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
    style = f"<style>text {{ font-size: 12px; font-family: {FONT} }}</style>"
    return "\n".join([f'{opening} aria-label="{escape(title)}">', style, *body, "</svg>", ""])


def _colours(lines: Lines, palette: Palette) -> dict[str, str]:
    others = (name for name in lines if name != "shipit")
    return {"shipit": palette.ours} | dict(zip(others, palette.others * 2, strict=False))


def _grid(axes: Axes, palette: Palette) -> Iterator[str]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    for power in range(axes.low, axes.high + 1):
        y = axes.y(10.0**power)
        yield f'<path d="M{LEFT} {y:.1f}H{right}" stroke="{palette.grid}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="{palette.text}">{10.0**power:g} s</text>'
    below = f'y="{bottom + 20}" fill="{palette.text}"'
    for size in axes.sizes:
        yield f'<text x="{axes.x(size):.1f}" {below} text-anchor="middle">{size:,}</text>'
    yield f'<text x="{right + 40}" {below}>commits</text>'


def _line(axes: Axes, line: Mapping[int, float], colour: str, ours: bool) -> str:
    points = [f"{axes.x(size):.1f},{axes.y(seconds):.1f}" for size, seconds in sorted(line.items())]
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="3"/>' for x, y in (point.split(",") for point in points))
    path = f'<polyline fill="none" stroke="{colour}" stroke-width="{3 if ours else 1.5}" points="{" ".join(points)}"/>'
    return f'<g fill="{colour}">{path}{dots}</g>'


def _names(axes: Axes, lines: Lines, colours: Mapping[str, str]) -> Iterator[str]:
    """Yield each name at the height where its line ends; names that would overlap are moved down."""
    at = {name: axes.y(line[max(line)]) for name, line in lines.items()}
    free = float(TOP)
    for name in sorted(at, key=at.__getitem__):
        y = max(at[name], free)
        free = y + 15
        weight = ' font-weight="600"' if name == "shipit" else ""
        yield f'<text x="{WIDTH - RIGHT + 12}" y="{y + 4:.1f}" fill="{colours[name]}"{weight}>{escape(name)}</text>'
