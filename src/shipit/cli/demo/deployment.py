"""The acts of `shipit demo --deploy`: deployments under load, one of them refused and one killed, and a rollback."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from shipit.cli.demo.load import Figures, Load
from shipit.cli.demo.shipit_run import run_shipit
from shipit.cli.demo.stage import Stage
from shipit.cli.output import Output
from shipit.errors import CommandError, DeployError

# The versions of the page; the health check of 1.2.0 fails.
VERSIONS = {"1.0.0": True, "1.1.0": True, "1.2.0": False, "1.3.0": True}
_KILLED = -signal.SIGKILL
# From this line on the new version has the traffic, and nothing is recorded yet.
_AFTER_SWITCH = "▸ watch "


class Act(Struct, frozen=True):
    """One command of the demo, and what is expected of it.

    Args:
        title: the heading.
        words: the arguments of `shipit`.
        serves: the version that answers at the end.
        status: the expected exit status.
        kill_at: the text in a line of its output at which it is killed; empty to let it end.
        unmoved: True if no other version may answer meanwhile.
    """

    title: str
    words: str
    serves: str
    status: int = 0
    kill_at: str = ""
    unmoved: bool = False


FIRST = Act("The first version of a page, in the slot blue", "deploy prod 1.0.0", "1.0.0")
ACTS = (
    Act("The next version, in the slot green", "deploy prod 1.1.0", "1.1.0"),
    Act(
        "A version that cannot reach its database: it gets no traffic",
        "deploy prod 1.2.0",
        "1.1.0",
        status=DeployError.exit_code,
        unmoved=True,
    ),
    Act("Back to the version before", "rollback prod", "1.0.0"),
    Act(
        "A deployment that is killed after the switch, while it watches the new version",
        "deploy prod 1.3.0",
        "1.3.0",
        status=_KILLED,
        kill_at=_AFTER_SWITCH,
    ),
    Act("The same command again: it finishes the deployment", "deploy prod 1.3.0", "1.3.0"),
)


class Played(Struct, frozen=True):
    """An act that was played, with the seconds that its command took, and the figures of the load meanwhile."""

    act: Act
    seconds: float
    figures: Figures

    @property
    def lost(self) -> int:
        """The number of lost requests."""
        return self.figures.lost.total()

    @property
    def versions(self) -> str:
        """The versions that answered."""
        return ", ".join(sorted(self.figures.versions))


def play(stage: Stage, output: Output, heading: Callable[[str], None]) -> list[Played]:
    """Play all acts, and return them with their figures.

    Raises `CommandError` if a command ends otherwise than expected.
    """
    _run(stage, FIRST, output, heading)
    output.say(f"  The page is at {stage.url}; from now on it gets requests all the time.")
    with Load(stage.url) as load:
        load.take()
        played = [_play(stage, act, load, output, heading) for act in ACTS]
    heading("shipit status")
    run_shipit(stage, "status", output.say, color=_color(output))
    return played


def _play(stage: Stage, act: Act, load: Load, output: Output, heading: Callable[[str], None]) -> Played:
    seconds = _run(stage, act, output, heading)
    played = Played(act, seconds, load.take())
    figures = played.figures
    if act.kill_at:
        output.say("  (killed: nothing is recorded, and the old container still runs)")
    if act.status > 0:
        output.say(f"  exit status {act.status}; all answers came from {played.versions}")
    answered = ", ".join(f"{count:,} by {version}" for version, count in sorted(figures.versions.items()))
    style = "bad" if played.lost else "good"
    output.say(output.paint(f"  {figures.requests:,} requests, {played.lost} lost", style) + f"; answered {answered}")
    if act.unmoved and set(figures.versions) != {act.serves}:
        raise CommandError(f"`shipit {act.words}` moved traffic to a version that is not healthy", hint=_REPORT)
    return played


_REPORT = "please report this with the output above"


def _run(stage: Stage, act: Act, output: Output, heading: Callable[[str], None]) -> float:
    """Run the command of an act, and return the seconds that it took."""
    heading(act.title)
    output.say(f"$ shipit {act.words}")
    begun = time.monotonic()
    status = run_shipit(stage, act.words, output.say, color=_color(output), kill_at=act.kill_at)
    if status != act.status:
        raise CommandError(
            f"`shipit {act.words}` ended with status {status}, expected is {act.status}",
            hint=_REPORT,
            state="everything that was started is removed",
        )
    return time.monotonic() - begun


def _color(output: Output) -> bool:
    return not output.plain


def table(played: list[Played]) -> str:
    """Return the figures of all acts, one line for each."""
    rows = [("", "seconds", "requests", "lost", "answered by")]
    for each in played:
        words = f"shipit {each.act.words}{', killed' if each.act.kill_at else ''}"
        rows.append((words, f"{each.seconds:.1f}", f"{each.figures.requests:,}", f"{each.lost:,}", each.versions))
    seconds, requests = sum(each.seconds for each in played), sum(each.figures.requests for each in played)
    rows.append(("all", f"{seconds:.1f}", f"{requests:,}", f"{lost(played):,}", ""))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    """Return a row with its numbers at the right of their columns."""
    first, *numbers, last = row
    cells = [number.rjust(width) for number, width in zip(numbers, widths[1:-1], strict=True)]
    return "  ".join(["", first.ljust(widths[0]), *cells, last]).rstrip()


def lost(played: list[Played]) -> int:
    """Return the number of requests that were lost in all acts."""
    return sum(each.lost for each in played)


def deployment_figures(played: list[Played]) -> dict[str, Any]:
    """Return the figures for `--json`."""
    acts = [
        {
            "command": f"shipit {each.act.words}",
            "killed": bool(each.act.kill_at),
            "seconds": round(each.seconds, 2),
            "requests": each.figures.requests,
            "lost": dict(each.figures.lost),
            "versions": dict(each.figures.versions),
        }
        for each in played
    ]
    return {"acts": acts, "requests": sum(each.figures.requests for each in played), "lost": lost(played)}
